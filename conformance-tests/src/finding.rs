//! What a law found: both values, the fault, the ledger, and where to look.

use std::fmt;
use std::panic::Location;

use crate::{Law, Operation, proxy::Fault};

/// A law that a provider breaks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The law.
    pub law: &'static Law,
    /// What happened.
    pub flaw: Flaw,
}

/// What happened, against what should have.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Flaw {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub found: String,
    /// The call in which it happened.
    pub operation: Option<Operation>,
    /// What went wrong on the way.
    pub fault: Option<Fault>,
    /// What the gateway's own books say.
    pub ledger: Option<String>,
    /// The line of the provider to begin at: where it made the request or the notification, or
    /// else where it made itself.
    pub line: Option<&'static Location<'static>>,
}

impl Flaw {
    pub(crate) fn new(expected: impl Into<String>, found: impl fmt::Display) -> Self {
        Self {
            expected: expected.into(),
            found: found.to_string(),
            operation: None,
            fault: None,
            ledger: None,
            line: None,
        }
    }

    pub(crate) fn in_call(mut self, operation: Operation) -> Self {
        self.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn under(mut self, fault: Option<Fault>) -> Self {
        self.fault = self.fault.or(fault);
        self
    }

    pub(crate) fn with_ledger(mut self, ledger: impl Into<String>) -> Self {
        self.ledger = Some(ledger.into());
        self
    }

    pub(crate) fn at(self, line: &'static Location<'static>) -> Self {
        self.sent_at(Some(line))
    }

    pub(crate) fn sent_at(mut self, line: Option<&'static Location<'static>>) -> Self {
        self.line = self.line.or(line);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flaw { expected, found, operation, fault, ledger, line } = &self.flaw;
        writeln!(f, "the law `{}` is broken", self.law.name)?;
        writeln!(f, "  it says   {}", self.law.says)?;
        writeln!(f, "  because   {}", self.law.why)?;
        if let Some(operation) = operation {
            writeln!(f, "  call      {operation}")?;
        }
        if let Some(fault) = fault {
            writeln!(f, "  fault     {fault}: {}", fault.sentence())?;
        }
        writeln!(f, "  expected  {expected}")?;
        writeln!(f, "  found     {found}")?;
        if let Some(ledger) = ledger {
            writeln!(f, "  ledger    {ledger}")?;
        }
        match line {
            Some(line) => write!(f, "  look at   {line}: {}", self.law.look_at),
            None => write!(f, "  look at   {}", self.law.look_at),
        }
    }
}

impl std::error::Error for Finding {}
