use serde::Deserialize;
use serde_json::value::RawValue;

/// What stands around every answer.
///
/// `data` is an object where the call worked and an empty list where it did not. The codes over
/// answers (`checksum`, `secure_code`, `secure_chain`) are weighed with the whole answer before
/// anything here is believed.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    pub(crate) error_code: Literal,
    #[serde(borrow)]
    pub(crate) data: Option<&'a RawValue>,
    /// HPay's words, in answers about payouts.
    pub(crate) status: Option<Literal>,
    /// HPay's words, in other answers.
    pub(crate) message: Option<Literal>,
}

/// A value that HPay writes as text here and as a number there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Literal {
    Text(String),
    Number(i64),
    /// A number beyond those, such as a full account number.
    Large(u64),
}
