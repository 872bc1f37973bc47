//! The answer to an inquiry: found, several, or absent.

use std::time::Duration;

/// What an inquiry found.
///
/// Exhaustive on purpose. [`Lookup::Several`] with two successes is a double payment: an alert,
/// never one value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Lookup<T> {
    /// Exactly one.
    Found(T),
    /// More than one under the same reference.
    Several(Vec<T>),
    /// None; see whether that is conclusive.
    Absent(Absence),
}

/// What it means that the provider does not know a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It does not exist and cannot come to exist by anything already sent.
    Conclusive,
    /// It may still turn up: keep asking.
    Inconclusive {
        /// Why it may, in one line.
        why: String,
        /// How long to wait before asking again, if the provider says so.
        retry_after: Option<Duration>,
    },
}

impl Absence {
    /// An absence that proves nothing, and why.
    pub fn inconclusive(why: impl Into<String>) -> Self {
        Self::Inconclusive { why: why.into(), retry_after: None }
    }
}

impl<T> Lookup<T> {
    /// What was found, one or several, as a slice-like list.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::Found(one) => vec![one],
            Self::Several(all) => all,
            Self::Absent(_) => Vec::new(),
        }
    }

    /// The one that was found, or `None` if it is absent.
    ///
    /// ```
    /// use payments_core::{Lookup, payout::Payout};
    ///
    /// fn paid(lookup: Lookup<Payout>) -> &'static str {
    ///     match lookup.found() {
    ///         Ok(Some(_)) => "found",
    ///         Ok(None) => "absent",
    ///         Err(_) => "paid more than once: a person has to look",
    ///     }
    /// }
    /// # let _ = paid;
    /// ```
    ///
    /// # Errors
    /// All of them, if there are several: that is an alert and not an absence. The list is
    /// deliberately no error, so that `?` does not throw it away.
    pub fn found(self) -> Result<Option<T>, Vec<T>> {
        match self {
            Self::Found(one) => Ok(Some(one)),
            Self::Several(all) => Err(all),
            Self::Absent(_) => Ok(None),
        }
    }

    /// [`Found`](Self::Found) for a list of one, [`Several`](Self::Several) for a longer one, and
    /// [`Absent`](Self::Absent) with `absence` for an empty one. Use [`Absence::Conclusive`] only if
    /// the gateway guarantees that the transaction cannot appear later: apps open or pay again on it.
    pub fn from_vec(mut all: Vec<T>, absence: Absence) -> Self {
        match (all.len(), all.pop()) {
            (1, Some(one)) => Self::Found(one),
            (_, Some(last)) => {
                all.push(last);
                Self::Several(all)
            }
            (_, None) => Self::Absent(absence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_not_taken_for_none() {
        assert_eq!(Lookup::Several(vec![1, 2]).found(), Err(vec![1, 2]));
        assert_eq!(Lookup::Found(1).found(), Ok(Some(1)));
        assert_eq!(Lookup::<u8>::Absent(Absence::Conclusive).found(), Ok(None));
    }
}
