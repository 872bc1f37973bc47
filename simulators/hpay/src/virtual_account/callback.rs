//! `GET <base>/va/callback`: how the gateway reports a credit (reference, "Callback IPN After
//! Completed Payment").

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use form_urlencoded::byte_serialize;
use http::Request;
use simulator_kit::{About, Algorithm};

use super::account::{BANK, Credit, VirtualAccount};
use crate::{
    fields::Fields,
    formulas::{OPENAPI_VA_CALLBACK, VA_CALLBACK as VA_CALLBACK_FORMULA},
    gateway::{Gateway, VA_CALLBACK},
    sign::forged,
};

/// What HPay appends to the registered address.
pub(crate) const CALLBACK_PATH: &str = "/va/callback";

/// The field names and the code of a callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallbackForm {
    /// The names of the reference: `cashin`, and a signature over `cashin` and `order_id`.
    #[default]
    Reference,
    /// The names of the newer OpenAPI: `cashin_id`, and a signature that covers the account and the
    /// amount. The quirks of the reference's example do not apply.
    Openapi,
}

/// Oddities of the reference's example of a callback. All are off unless set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackQuirks {
    /// `&&` before `time_paid`.
    pub doubled_ampersand: bool,
    /// A space before `va_bankName`.
    pub space_before_key: bool,
    /// The base64 of the remark is not escaped, so that its `+` is read as a space.
    pub raw_remark: bool,
}

impl CallbackQuirks {
    /// All of them, as the example is printed.
    pub fn as_printed() -> Self {
        Self { doubled_ampersand: true, space_before_key: true, raw_remark: true }
    }
}

/// A credit that is reported.
pub(crate) struct Callback {
    pub(crate) transaction_id: u64,
    name: String,
    number: String,
    full_number: String,
    remark: String,
    amount: i64,
    request_id: Option<String>,
    order_id: u64,
    /// The order, only for money that was paid through the checkout page.
    order_code: Option<String>,
    cashin: u64,
    time_paid: i64,
}

impl Callback {
    pub(super) fn of(account: &VirtualAccount, credit: &Credit) -> Self {
        Self {
            transaction_id: credit.transaction_id,
            name: account.name.clone(),
            number: account.number.clone(),
            full_number: account.full_number.clone(),
            remark: credit.remark.clone(),
            amount: credit.amount,
            request_id: account.request_id.clone(),
            order_id: account.order_id,
            order_code: account.order_code.clone(),
            cashin: credit.cashin,
            time_paid: credit.at,
        }
    }

    /// The request to the address that the merchant registered.
    pub(super) fn request(
        &self,
        base: &str,
        gateway: &Gateway,
        is_forged: bool,
    ) -> Result<Request<Bytes>, http::Error> {
        let query = match gateway.settings.callback_form {
            CallbackForm::Reference => self.reference_query(gateway, is_forged),
            CallbackForm::Openapi => self.openapi_query(gateway, is_forged),
        };
        Request::get(format!("{}{CALLBACK_PATH}?{query}", base.trim_end_matches('/')))
            .extension(About::new(VA_CALLBACK, &self.number))
            .body(Bytes::new())
    }

    /// `secure_code` covers `cashin` and `order_id` only.
    fn reference_query(&self, gateway: &Gateway, is_forged: bool) -> String {
        let quirks = gateway.settings.callback_quirks;
        let cashin = self.cashin.to_string();
        let order_id = self.order_id.to_string();
        let usual = gateway.codes.account_callback_joined(
            &cashin,
            &order_id,
            gateway.settings.readings.va_callback,
        );
        let remark = STANDARD.encode(&self.remark);
        let remark = if quirks.raw_remark { remark } else { escaped(&remark) };
        let order_code = match &self.order_code {
            Some(code) => format!("&order_code={}", escaped(code)),
            None => String::new(),
        };
        let space = if quirks.space_before_key { "%20" } else { "" };
        let extra = if quirks.doubled_ampersand { "&" } else { "" };
        let query = format!(
            "va_account={}&fullAccountNumber={}&{space}va_bankName={BANK}&remark={remark}\
             &amount={}&order_id={order_id}{order_code}&cashin={cashin}&{extra}time_paid={}\
             &transactionId={}&error_code=0",
            self.number, self.full_number, self.amount, self.time_paid, self.transaction_id,
        );
        signed(gateway, VA_CALLBACK_FORMULA, query, usual, is_forged)
    }

    /// `secure_code` covers the account, the amount and the numbers. The merchant's request number
    /// is derived from HPay's number for an account that the reference's API opened, which has none.
    fn openapi_query(&self, gateway: &Gateway, is_forged: bool) -> String {
        let (amount, cashin_id) = (self.amount.to_string(), self.cashin.to_string());
        let transaction_id = self.transaction_id.to_string();
        let derived = || format!("VA{}", self.order_id);
        let client_request_id = self.request_id.clone().unwrap_or_else(derived);
        let mut last = [client_request_id.as_str(), &gateway.settings.merchant_id];
        if gateway.settings.readings.openapi_va_callback_swapped {
            last.reverse();
        }
        let usual = gateway.codes.openapi_account_callback_ending(
            &self.full_number,
            &amount,
            &cashin_id,
            &transaction_id,
            last,
        );
        let query = format!(
            "va_account={}&va_account_name={}&va_bank_name={BANK}&transfer_content={}\
             &amount={amount}&mc_fee=0&time_paid={}&order_id={}&cashin_id={cashin_id}\
             &transaction_id={transaction_id}&client_request_id={}\
             &merchant_id={}",
            self.full_number,
            escaped(&self.name),
            escaped(&STANDARD.encode(&self.remark)),
            self.time_paid,
            self.order_id,
            escaped(&client_request_id),
            gateway.settings.merchant_id,
        );
        signed(gateway, OPENAPI_VA_CALLBACK, query, usual, is_forged)
    }
}

/// A query with its code: by the replaced formula, or else the usual one.
fn signed(
    gateway: &Gateway,
    formula: &str,
    query: String,
    usual: String,
    is_forged: bool,
) -> String {
    let fields = Fields::from_query(&query);
    let code = gateway.signature(formula, Algorithm::Md5Hex, &fields).unwrap_or(usual);
    let code = if is_forged { forged(&code) } else { code };
    format!("{query}&secure_code={}", escaped(&code))
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}
