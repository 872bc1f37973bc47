//! The result of an inquiry: found, several, or absent.

use std::time::Duration;

/// The result of an inquiry.
///
/// This enum is exhaustive on purpose. Two successes in [`Lookup::Several`] are a double payment: a
/// case for a person, which must not be reduced to one value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Lookup<T> {
    /// Exactly one object has the reference.
    Found(T),
    /// More than one object has the reference.
    Several(Vec<T>),
    /// No object has the reference. [`Absence`] is whether that is conclusive.
    Absent(Absence),
}

/// Whether it is certain that a reference which the gateway does not know will not appear later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The object does not exist, and nothing that was already sent can create it.
    Conclusive,
    /// The object may still appear: keep inquiring.
    Inconclusive {
        /// The reason why the object may still appear, in one line.
        why: String,
        /// How long to wait before the next inquiry, or `None` if the provider gives no time.
        retry_after: Option<Duration>,
    },
}

impl Absence {
    /// Creates an inconclusive absence for the reason `why`.
    pub fn inconclusive(why: impl Into<String>) -> Self {
        Self::Inconclusive { why: why.into(), retry_after: None }
    }
}

impl<T> Lookup<T> {
    /// Returns all objects that were found. The list is empty if there are none.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::Found(one) => vec![one],
            Self::Several(all) => all,
            Self::Absent(_) => Vec::new(),
        }
    }

    /// Returns the object that was found, or the result of the inquiry if there is not exactly one.
    ///
    /// ```
    /// use payments_core::{Absence, Lookup, payout::Payout};
    ///
    /// fn paid(lookup: Lookup<Payout>) -> &'static str {
    ///     match lookup.found() {
    ///         Ok(_) => "found",
    ///         Err(Lookup::Absent(Absence::Conclusive)) => "it does not exist",
    ///         Err(Lookup::Absent(Absence::Inconclusive { .. })) => "unknown: inquire again later",
    ///         Err(_) => "paid more than once: a person has to look",
    ///     }
    /// }
    /// # let _ = paid;
    /// ```
    ///
    /// # Errors
    /// Returns the lookup unchanged if there are several objects, which is a case for a person, or
    /// none, which may not be conclusive. `Lookup` deliberately does not implement `Error`, so that
    /// `?` does not throw it away.
    pub fn found(self) -> Result<T, Self> {
        match self {
            Self::Found(one) => Ok(one),
            other => Err(other),
        }
    }

    /// Creates [`Found`](Self::Found) from a list of one object, [`Several`](Self::Several) from a
    /// longer list, and [`Absent`](Self::Absent) with `absence` from an empty one. Use
    /// [`Absence::Conclusive`] only if the gateway guarantees that the object cannot appear later,
    /// because apps then open or pay a second time.
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
    fn only_one_object_is_found_and_an_absence_stays_what_it_is() {
        assert_eq!(Lookup::Found(1).found(), Ok(1));
        let inconclusive = Lookup::Absent(Absence::inconclusive("it may still appear"));
        for other in
            [Lookup::Several(vec![1, 2]), Lookup::Absent(Absence::Conclusive), inconclusive]
        {
            assert_eq!(other.clone().found(), Err(other));
        }
    }
}
