//! The envelope that contains the data of every response (source: payos.vn/docs, API).

use serde::Deserialize;
use serde_json::value::RawValue;

/// The code of a successful response.
pub(crate) const GOOD: &str = "00";

/// The fields that surround the data of a response. A refusal has them as well, mostly with HTTP
/// status 200, and is never signed.
#[derive(Deserialize)]
pub(crate) struct Envelope<'a> {
    pub(crate) code: String,
    pub(crate) desc: Option<String>,
    #[serde(borrow)]
    pub(crate) data: Option<&'a RawValue>,
    pub(crate) signature: Option<String>,
}
