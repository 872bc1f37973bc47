//! The conclusion from the findings about every alternative.

use payments::reading::{Alternative, Fit};

use super::trial::Tried;

/// The conclusion about a reading.
#[derive(Debug)]
pub(super) struct Verdict {
    /// The alternative that the gateway follows.
    pub(super) settled: Option<&'static Alternative>,
    /// The reason, in one line.
    pub(super) why: String,
}

impl Verdict {
    /// Draws the conclusion: an alternative is followed if it works and every other one fails.
    pub(super) fn of(tried: &[Tried]) -> Self {
        let named = |fit| -> Vec<&Tried> {
            tried.iter().filter(|tried| tried.finding.fit == fit).collect()
        };
        let (fit, unclear) = (named(Fit::Fits), named(Fit::Unclear));
        let names =
            |tried: &[&Tried]| tried.iter().map(|tried| tried.name).collect::<Vec<_>>().join(", ");
        match (fit.as_slice(), unclear.as_slice()) {
            ([one], []) if tried.len() == 1 => {
                Self { settled: Some(one.alternative), why: "the gateway accepts it".to_owned() }
            }
            ([one], []) => Self {
                settled: Some(one.alternative),
                why: "it works, and no other does".to_owned(),
            },
            ([one], unclear) => Self::cannot_tell(format!(
                "{} works, and it is unknown whether {} would",
                one.name,
                names(unclear)
            )),
            ([], []) => Self::cannot_tell(
                "none works: the gateway follows an alternative that is not known here; ask the gateway's staff"
                    .to_owned(),
            ),
            ([], unclear) => {
                Self::cannot_tell(format!("the gateway's responses show nothing about {}", names(unclear)))
            }
            (several, _) => Self::cannot_tell(format!("several work: {}", names(several))),
        }
    }

    fn cannot_tell(why: String) -> Self {
        Self { settled: None, why }
    }
}
