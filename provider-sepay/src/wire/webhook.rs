//! Webhooks about bank transactions (developer.sepay.vn, SePay webhooks;
//! docs.sepay.vn/tich-hop-webhooks.html).

use payments_core::money::wire::Number;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Lenient, Shown, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook<'a> {
    /// As it stands: a number in JSON, text in a form.
    #[serde(borrow)]
    pub(crate) id: &'a RawValue,
    pub(crate) transaction_date: Option<Shown<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) sub_account: Option<Text<'a>>,
    pub(crate) code: Option<Shown<'a>>,
    pub(crate) content: Option<Shown<'a>>,
    /// The whole message of the bank, or empty.
    pub(crate) description: Option<Shown<'a>>,
    pub(crate) transfer_type: Option<Text<'a>>,
    pub(crate) transfer_amount: Option<Number>,
    #[serde(default)]
    pub(crate) accumulated: Lenient<Number>,
    pub(crate) reference_code: Option<Shown<'a>>,
}
