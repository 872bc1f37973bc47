//! A broken law with both values, the fault, the ledger, and the line to look at.

use std::fmt;

use crate::{Flaw, Law};

/// A law that a provider breaks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The law.
    pub law: &'static Law,
    /// What happened.
    pub flaw: Flaw,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flaw { expected, found, operation, fault, ledger, line } = &self.flaw;
        writeln!(f, "the law `{}` is broken", self.law.name)?;
        writeln!(f, "  it says   {}", self.law.says())?;
        writeln!(f, "  because   {}", self.law.why())?;
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
            Some(line) => write!(f, "  look at   {line}: {}", self.law.look_at()),
            None => write!(f, "  look at   {}", self.law.look_at()),
        }
    }
}

impl std::error::Error for Finding {}
