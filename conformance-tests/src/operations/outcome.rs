//! What a provider returned for an instruction, and what an inquiry returned about its effect.

use std::fmt::{self, Debug};

use payments_core::{Absence, Decline, Error, Lookup, Result, Submission, Uncertain};
use serde::Serialize;

use crate::{Flaw, Meaning};

/// A value of a provider as it is printed and serialised.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) printed: String,
    pub(crate) json: String,
}

/// What a provider returned for an instruction.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Error(Error),
    Accepted(Accepted),
    Declined(Decline),
    Uncertain(Uncertain),
}

/// An accepted instruction.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// In what the response differs from the request.
    pub(crate) unlike: Option<String>,
    pub(crate) shown: Shown,
}

/// What an inquiry returned about an instruction's effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Error(String),
    Absent {
        conclusive: bool,
    },
    /// `done`: whether it shows the effect.
    One {
        done: bool,
        unlike: Option<String>,
    },
    Several(usize),
}

/// What a provider answered to an inquiry.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Something, and its state if it has one.
    Found {
        shown: Shown,
        state: Option<Meaning>,
    },
    Absent(Absence),
}

impl Shown {
    fn of<T: Debug + Serialize>(value: &T) -> Self {
        let json = serde_json::to_string(value).unwrap_or_default();
        Self { printed: format!("{value:?}"), json }
    }
}

impl Accepted {
    pub(super) fn new<T: Debug + Serialize>(value: &T, unlike: Option<String>) -> Self {
        Self { unlike, shown: Shown::of(value) }
    }
}

impl Outcome {
    pub(super) fn of(outcome: Result<Submission<Accepted>>) -> Self {
        match outcome {
            Err(error) => Self::Error(error),
            Ok(Submission::Accepted(accepted)) => Self::Accepted(accepted),
            Ok(Submission::Declined(decline)) => Self::Declined(decline),
            Ok(Submission::Uncertain(uncertain)) => Self::Uncertain(uncertain),
        }
    }

    /// What it is in a word, without its texts.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Error(error) => format!("Err({:?})", error.kind()),
            Self::Accepted(_) => "Accepted".to_owned(),
            Self::Declined(decline) => format!("Declined({:?})", decline.reason),
            Self::Uncertain(uncertain) => format!("Uncertain({:?})", uncertain.cause),
        }
    }

    #[cfg(test)]
    pub(crate) fn accepted_as_asked() -> Self {
        Self::Accepted(Accepted::new(&(), None))
    }

    /// Whether it was accepted as it was asked for.
    pub(crate) fn is_as_asked(&self) -> bool {
        matches!(self, Self::Accepted(Accepted { unlike: None, .. }))
    }

    pub(crate) fn accepted(&self) -> Result<(), Flaw> {
        if self.is_as_asked() {
            return Ok(());
        }
        Err(Flaw::new("Accepted as asked, with nothing in the way", self))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => write!(f, "Err({:?}): {error}", error.kind()),
            Self::Accepted(Accepted { unlike: None, .. }) => f.write_str("Accepted"),
            Self::Accepted(Accepted { unlike: Some(unlike), .. }) => {
                write!(f, "Accepted, and {unlike}")
            }
            Self::Declined(decline) => write!(f, "Declined: {decline}"),
            Self::Uncertain(uncertain) => {
                write!(f, "Uncertain({:?}): {uncertain}", uncertain.cause)
            }
        }
    }
}

impl Found {
    pub(super) fn of<T>(
        lookup: Result<Lookup<T>>,
        read: impl FnOnce(&T) -> (bool, Option<String>),
    ) -> Self {
        match lookup {
            Err(error) => Self::Error(error.to_string()),
            Ok(Lookup::Absent(absence)) => {
                Self::Absent { conclusive: absence == Absence::Conclusive }
            }
            Ok(Lookup::Found(one)) => {
                let (done, unlike) = read(&one);
                Self::One { done, unlike }
            }
            Ok(Lookup::Several(all)) => Self::Several(all.len()),
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
    pub(super) fn found<T: Debug + Serialize>(value: &T) -> Self {
        Self::Found { shown: Shown::of(value), state: None }
    }

    pub(super) fn of<T: Debug + Serialize>(
        lookup: Lookup<T>,
        state: impl FnOnce(&T) -> Meaning,
    ) -> Self {
        match lookup {
            Lookup::Found(one) => Self::Found { shown: Shown::of(&one), state: Some(state(&one)) },
            other => Self::without_state(other),
        }
    }

    pub(super) fn without_state<T: Debug + Serialize>(lookup: Lookup<T>) -> Self {
        match lookup {
            Lookup::Found(one) => Self::found(&one),
            Lookup::Several(all) => Self::found(&all),
            Lookup::Absent(absence) => Self::Absent(absence),
        }
    }

    pub(crate) fn state(&self) -> Option<Meaning> {
        match self {
            Self::Found { state, .. } => *state,
            Self::Absent(_) => None,
        }
    }

    /// The same but for what may change with the time that passes.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Found { state, .. }, Self::Found { state: other, .. }) => state == other,
            (Self::Absent(absence), Self::Absent(other)) => absence == other,
            _ => false,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { shown, .. } => write!(f, "Ok: {}", shown.printed),
            Self::Absent(absence) => write!(f, "Ok: Absent({absence:?})"),
        }
    }
}

/// The answer to an inquiry, or why there is none, in a line.
pub(crate) fn answer_text(answer: &Result<Answer>) -> String {
    match answer {
        Ok(answer) => answer.to_string(),
        Err(error) => format!("Err({:?}): {error}", error.kind()),
    }
}

/// In what a value of a response differs from that of the request.
pub(super) fn differs<T: PartialEq + Debug>(what: &str, shown: &T, asked: &T) -> Option<String> {
    (shown != asked).then(|| format!("its {what} is {shown:?} instead of {asked:?}"))
}
