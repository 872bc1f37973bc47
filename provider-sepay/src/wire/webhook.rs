//! Webhooks about bank transactions (developer.sepay.vn, SePay webhooks;
//! docs.sepay.vn/tich-hop-webhooks.html).

use payments_core::money::wire::Number;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Text;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Webhook<'a> {
    /// As it stands: a number in JSON, text in a form.
    #[serde(borrow)]
    pub(crate) id: &'a RawValue,
    pub(crate) transaction_date: Option<Text<'a>>,
    pub(crate) account_number: Option<Text<'a>>,
    pub(crate) sub_account: Option<Text<'a>>,
    pub(crate) code: Option<Text<'a>>,
    pub(crate) content: Option<Text<'a>>,
    /// The whole message of the bank, or empty.
    pub(crate) description: Option<Text<'a>>,
    pub(crate) transfer_type: Text<'a>,
    pub(crate) transfer_amount: Number,
    pub(crate) accumulated: Option<Number>,
    pub(crate) reference_code: Option<Text<'a>>,
}
