//! Opening a virtual account (reference, "Create Account").

use axum::{Json, response::IntoResponse};
use serde::Serialize;
use simulator_kit::{HangUp, failing::OrderFate};

use super::{
    account::{AccountStatus, BANK, PREFIX, VirtualAccount},
    qr, terms,
};
use crate::{
    amount,
    codes::account as code,
    faults::Fault,
    fields::Fields,
    formulas::VA_CREATE_REQUEST,
    gateway::Gateway,
    request_log::Host,
    response::{HandlerResult, Refusal},
    sign,
};

#[derive(Serialize)]
struct Created {
    error_code: &'static str,
    data: Data,
    checksum: String,
}

/// The data of the response. Every value is text, numbers too.
#[derive(Serialize)]
struct Data {
    merchant_id: String,
    merchant_email: String,
    va_account: String,
    va_name: String,
    va_method: &'static str,
    va_type: &'static str,
    va_condition: &'static str,
    va_bank: &'static str,
    va_status: &'static str,
    va_amount: String,
    remark: String,
    va_timelimit: String,
    #[serde(rename = "qrCommonURL")]
    qr_common_url: String,
    #[serde(rename = "qrDataURL")]
    qr_data_url: String,
    #[serde(rename = "qrImage")]
    qr_image: String,
    #[serde(rename = "qrCode")]
    qr_code: String,
}

const REQUIRED: [&str; 6] =
    ["merchantId", "accountVaType", "accountVaName", "amount", "condition", "secure_code"];

/// `POST /api/va/create`. It is not idempotent: a repeated request opens another account.
pub(crate) fn create(gateway: &Gateway, fields: &Fields, _fault: Option<&Fault>) -> HandlerResult {
    if !fields.has_all(&REQUIRED) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    if !gateway.is_merchant(fields.text("merchantId")) {
        return Err(Refusal(code::UNKNOWN_MERCHANT));
    }
    let usual = gateway.codes.account_create(fields.text("condition"));
    if !gateway.is_code(VA_CREATE_REQUEST, fields, fields.text("secure_code"), &[usual]) {
        return Err(Refusal(code::WRONG_PARAMETERS));
    }
    let terms = terms(gateway, fields)?;
    let account = open(gateway, terms);
    if gateway.order_fate(account.amount) == Some(OrderFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }
    Ok(Json(Created::new(gateway, &account)).into_response())
}

/// What an account is opened with.
pub(crate) struct Terms {
    pub(crate) request_id: Option<String>,
    pub(crate) is_one_time: bool,
    pub(crate) is_fixed: bool,
    pub(crate) amount: i64,
    pub(crate) name: String,
    pub(crate) remark: String,
    pub(crate) time_limit: i64,
}

fn terms(gateway: &Gateway, fields: &Fields) -> Result<Terms, Refusal> {
    let is_one_time = is_first_of_two(fields.text("accountVaType"))?;
    let is_fixed = is_first_of_two(fields.text("condition"))?;
    let amount = amount::whole(fields.text("amount"))
        .filter(|amount| !is_fixed || *amount > 0)
        .ok_or(Refusal(code::WRONG_PARAMETERS))?;
    let name = terms::name(fields, "accountVaName")?;
    let remark = terms::remark(fields)?;
    let time_limit = terms::time_limit(fields, "timeLimit", gateway.now())?;
    Ok(Terms { request_id: None, is_one_time, is_fixed, amount, name, remark, time_limit })
}

/// Opens an account.
pub(crate) fn open(gateway: &Gateway, terms: Terms) -> VirtualAccount {
    let Terms { request_id, is_one_time, is_fixed, amount, name, remark, time_limit } = terms;
    let mut books = gateway.books();
    let number = books.numbers.account().to_string();
    let account = VirtualAccount {
        full_number: format!("{PREFIX}{number}"),
        number,
        request_id,
        order_id: books.numbers.order(),
        order_code: None,
        name,
        is_one_time,
        is_fixed,
        amount,
        remark,
        created_at: gateway.now(),
        time_limit,
        credits: Vec::new(),
        status: AccountStatus::Active,
    };
    books.accounts.push(account.clone());
    account
}

/// Reads `1` or `2`.
pub(crate) fn is_first_of_two(text: &str) -> Result<bool, Refusal> {
    match text {
        "1" => Ok(true),
        "2" => Ok(false),
        _ => Err(Refusal(code::WRONG_PARAMETERS)),
    }
}

impl Created {
    fn new(gateway: &Gateway, account: &VirtualAccount) -> Self {
        let one_or_two = |is_first: bool| if is_first { "1" } else { "2" };
        let picture =
            |kind: &str| format!("{}/qr/{kind}/{}", gateway.url(Host::Openapi), account.number);
        Self {
            error_code: code::CREATED,
            checksum: sign::filler(&["account", &account.number]),
            data: Data {
                merchant_id: gateway.settings.merchant_id.clone(),
                merchant_email: gateway.settings.merchant_email.clone(),
                va_account: account.number.clone(),
                va_name: account.name.clone(),
                va_method: "2",
                va_type: one_or_two(account.is_one_time),
                va_condition: one_or_two(account.is_fixed),
                va_bank: BANK,
                va_status: account.status.code(),
                va_amount: account.amount.to_string(),
                remark: account.remark.clone(),
                va_timelimit: account.time_limit.to_string(),
                qr_common_url: picture("common"),
                qr_data_url: picture("data"),
                qr_image: picture("image"),
                qr_code: qr::payload(account),
            },
        }
    }
}
