//! The result that a provider returned for an instruction, and the result of an inquiry about its
//! effect.

use std::fmt;

use payments_core::{Absence, Decline, Error, Result, Submission, Uncertain};

use crate::{Flaw, Meaning, flaw::error_text};

use super::Reported;

/// The result that a provider returned for an instruction.
#[derive(Clone, Debug)]
#[doc(hidden)]
#[expect(clippy::large_enum_variant, reason = "a test has few of them")]
pub enum Outcome {
    Error(Error),
    /// `unlike` describes the difference between the response and the request.
    Accepted {
        reported: Reported,
        unlike: Option<String>,
    },
    Declined(Decline),
    Uncertain(Uncertain),
}

/// The result of an inquiry about an instruction's effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Error(String),
    Absent {
        conclusive: bool,
    },
    /// `done` is whether the object shows the effect.
    One {
        done: bool,
        unlike: Option<String>,
    },
    Several(usize),
}

/// The result that a provider returned for an inquiry.
#[derive(Clone, Debug)]
#[doc(hidden)]
#[expect(clippy::large_enum_variant, reason = "a test has few of them")]
pub enum Answer {
    Found(Reported),
    Several(Vec<Reported>),
    Absent(Absence),
}

impl Outcome {
    pub(super) fn of(
        outcome: Result<Submission<Reported>>,
        unlike: impl FnOnce(&Reported) -> Option<String>,
    ) -> Self {
        match outcome {
            Err(error) => Self::Error(error),
            Ok(Submission::Accepted(reported)) => {
                Self::Accepted { unlike: unlike(&reported), reported }
            }
            Ok(Submission::Declined(decline)) => Self::Declined(decline),
            Ok(Submission::Uncertain(uncertain)) => Self::Uncertain(uncertain),
        }
    }

    /// Describes the kind of outcome in a word, without its texts.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Error(error) => format!("Err({:?})", error.kind()),
            Self::Accepted { .. } => "Accepted".to_owned(),
            Self::Declined(decline) => format!("Declined({:?})", decline.reason),
            Self::Uncertain(uncertain) => format!("Uncertain({:?})", uncertain.cause),
        }
    }

    pub(crate) fn reported(&self) -> Option<&Reported> {
        match self {
            Self::Accepted { reported, .. } => Some(reported),
            _ => None,
        }
    }

    /// Returns `true` if the instruction was accepted and the response equals the request.
    pub fn is_as_asked(&self) -> bool {
        matches!(self, Self::Accepted { unlike: None, .. })
    }

    /// Returns the accepted object, which must equal the request.
    pub(crate) fn accepted(self) -> Result<Reported, Flaw> {
        match self {
            Self::Accepted { reported, unlike: None } => Ok(reported),
            other => Err(Flaw::new("Accepted as asked, with nothing in the way", other)),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => f.write_str(&error_text(error)),
            Self::Accepted { unlike: None, .. } => f.write_str("Accepted"),
            Self::Accepted { unlike: Some(unlike), .. } => write!(f, "Accepted, and {unlike}"),
            Self::Declined(decline) => write!(f, "Declined: {decline}"),
            Self::Uncertain(uncertain) => {
                write!(f, "Uncertain({:?}): {uncertain}", uncertain.cause)
            }
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(text) => write!(f, "Err: {text}"),
            Self::Absent { conclusive: true } => f.write_str("absent, conclusively"),
            Self::Absent { conclusive: false } => f.write_str("absent as yet"),
            Self::One { done, unlike } => {
                write!(f, "one, {}", if *done { "done" } else { "not done" })?;
                unlike.iter().try_for_each(|unlike| write!(f, ", and {unlike}"))
            }
            Self::Several(number) => write!(f, "{number} of them"),
        }
    }
}

impl Answer {
    /// Returns everything that was found.
    pub(crate) fn all(&self) -> &[Reported] {
        match self {
            Self::Found(one) => std::slice::from_ref(one),
            Self::Several(all) => all,
            Self::Absent(_) => &[],
        }
    }

    /// Returns the state of the object that was found, if it has one.
    pub(crate) fn state(&self) -> Option<Meaning> {
        match self {
            Self::Found(one) => one.state(),
            Self::Several(_) | Self::Absent(_) => None,
        }
    }

    /// Returns `true` if both are equal except for values that change as time passes.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent(absence), Self::Absent(other)) => absence == other,
            (Self::Absent(_), _) | (_, Self::Absent(_)) => false,
            _ => self.state() == other.state(),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(one) => write!(f, "Ok: {one:?}"),
            Self::Several(all) => write!(f, "Ok: {all:?}"),
            Self::Absent(absence) => write!(f, "Ok: Absent({absence:?})"),
        }
    }
}

/// Describes the result of an inquiry, or its error, in a line.
pub(crate) fn answer_text(answer: &Result<Answer>) -> String {
    answer.as_ref().map_or_else(error_text, ToString::to_string)
}
