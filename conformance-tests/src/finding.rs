//! A broken law, with the expected and the found value, the fault, the ledger, and the line to look
//! at.

use std::fmt;

use crate::{Flaw, Law};

/// A law that a provider breaks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The law.
    pub law: &'static Law,
    /// The flaw by which the provider breaks it.
    pub flaw: Flaw,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, flaw } = self;
        writeln!(f, "the law `{}` is broken", law.name)?;
        writeln!(f, "  it says   {}", law.says())?;
        writeln!(f, "  because   {}", law.why())?;
        match flaw.line {
            Some(_) => write!(f, "{flaw}: {}", law.look_at()),
            None => write!(f, "{flaw}\n  look at   {}", law.look_at()),
        }
    }
}

impl std::error::Error for Finding {}
