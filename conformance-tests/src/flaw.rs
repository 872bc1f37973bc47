//! The difference between what a provider did and what it should have done.

use std::fmt;
use std::panic::Location;

use payments_core::Error;

use crate::{Operation, proxy::Fault};

/// What happened, compared with what should have happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Flaw {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub found: String,
    /// The call in which it happened.
    pub operation: Option<Operation>,
    /// The fault that was caused on the way.
    pub fault: Option<Fault>,
    /// The relevant part of the gateway's ledger.
    pub ledger: Option<String>,
    /// The line of the provider at which to begin: the one that created the request or the
    /// notification, or else the one that created the provider.
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

    /// Returns `Ok` if `is_so` is `true`, and otherwise a flaw.
    pub(crate) fn unless(
        is_so: bool,
        expected: impl Into<String>,
        found: impl fmt::Display,
    ) -> Result<(), Self> {
        if is_so { Ok(()) } else { Err(Self::new(expected, found)) }
    }

    /// Returns `Ok` if both values are equal, and otherwise a flaw.
    pub(crate) fn unless_equal<T: fmt::Debug + PartialEq>(
        expected: T,
        found: T,
    ) -> Result<(), Self> {
        Self::unless(expected == found, format!("{expected:?}"), format!("{found:?}"))
    }

    /// Creates the flaw of an error that was returned although no fault was caused.
    pub(crate) fn refused(operation: Operation, error: &Error) -> Self {
        Self::new("an answer, with nothing in the way", error_text(error)).in_call(operation)
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

/// Describes an error in one line.
pub(crate) fn error_text(error: &Error) -> String {
    format!("Err({:?}): {error}", error.kind())
}

/// Returns the result of a call that was made without faults. An error is a flaw.
pub(crate) fn answered<T>(operation: Operation, result: Result<T, Error>) -> Result<T, Flaw> {
    result.map_err(|error| Flaw::refused(operation, &error))
}

/// Says more of the flaw in a result.
pub(crate) trait InFlaw {
    fn in_call(self, operation: Operation) -> Self;
    fn under(self, fault: Option<Fault>) -> Self;
    fn sent_at(self, line: Option<&'static Location<'static>>) -> Self;
}

impl<T> InFlaw for Result<T, Flaw> {
    fn in_call(self, operation: Operation) -> Self {
        self.map_err(|flaw| flaw.in_call(operation))
    }

    fn under(self, fault: Option<Fault>) -> Self {
        self.map_err(|flaw| flaw.under(fault))
    }

    fn sent_at(self, line: Option<&'static Location<'static>>) -> Self {
        self.map_err(|flaw| flaw.sent_at(line))
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            writeln!(f, "  call      {operation}")?;
        }
        if let Some(fault) = self.fault {
            writeln!(f, "  fault     {fault}: {}", fault.sentence())?;
        }
        writeln!(f, "  expected  {}", self.expected)?;
        write!(f, "  found     {}", self.found)?;
        self.ledger.iter().try_for_each(|ledger| write!(f, "\n  ledger    {ledger}"))?;
        self.line.iter().try_for_each(|line| write!(f, "\n  look at   {line}"))
    }
}
