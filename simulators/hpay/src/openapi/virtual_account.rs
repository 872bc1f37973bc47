//! Virtual accounts: `/service/va/v1/`.

use axum::response::IntoResponse;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use simulator_kit::{HangUp, failing::OrderFate};

use super::envelope::{open, sealed};
use crate::{
    amount, civil_time,
    codes::openapi as code,
    faults::Fault,
    fields::Fields,
    gateway::Gateway,
    request_log::Host,
    response::{HandlerResult, Refusal},
    virtual_account::{self as accounts, Change, Terms, VirtualAccount},
};

const SERVICE: &str = "va";

/// An account as the response to opening one, and the list of all, have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    request_id: Option<&'a str>,
    va_account: &'a str,
    va_name: &'a str,
    va_bank: &'static str,
    va_type: &'static str,
    va_condition: &'static str,
    va_amount: String,
    va_status: &'static str,
    expired_time: String,
    qr_code: String,
    quick_link: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    va_account: &'a str,
    va_name: &'a str,
    va_status: &'static str,
}

/// A credit. Merchants' code does not show whether a row names its account: here it does.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credit<'a> {
    trans_id: u64,
    va_account: &'a str,
    amount: i64,
    time_paid: i64,
    cashin_id: u64,
    remark: String,
}

/// `POST …/create`. The end is in Unix seconds and a day from now unless given, as in the reference's
/// API. Nothing is known of repetitions: here a repeated request opens another account.
pub(crate) fn create(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, SERVICE)?;
    let terms = terms(gateway, &asked).map_err(as_refused)?;
    let opened = accounts::open(gateway, terms);
    if gateway.order_fate(opened.amount) == Some(OrderFate::AnswerLost) {
        return Ok(HangUp.into_response());
    }
    sealed(gateway, &Account::of(gateway, &opened), fault)
}

fn terms(gateway: &Gateway, asked: &Fields) -> Result<Terms, Refusal> {
    let is_fixed = accounts::is_first_of_two(asked.text("vaCondition"))?;
    let amount = amount::whole(asked.given("vaAmount").unwrap_or("0"));
    let request_id = asked.text("requestId");
    if request_id.chars().count() > LONGEST_REQUEST_ID {
        return Err(Refusal(code::REFUSED));
    }
    Ok(Terms {
        request_id: Some(request_id.to_owned()),
        is_one_time: accounts::is_first_of_two(asked.text("vaType"))?,
        is_fixed,
        amount: amount.filter(|amount| !is_fixed || *amount > 0).ok_or(Refusal(code::REFUSED))?,
        name: accounts::name(asked, "vaName")?,
        remark: accounts::remark(asked)?,
        time_limit: accounts::time_limit(asked, "vaExpirationTime", gateway.now())?,
    })
}

/// The longest `requestId` of calls about virtual accounts.
const LONGEST_REQUEST_ID: usize = 20;

/// `POST …/update`: a new name, and a new remark if one is given.
pub(crate) fn update(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, SERVICE)?;
    let name = accounts::name(&asked, "vaName").map_err(as_refused)?;
    let remark = accounts::remark(&asked).map_err(as_refused)?;
    change(gateway, &asked, Change::Rename { name, remark }, fault)
}

/// `POST …/revoke`: closes an account. Merchants' code has no flag by which it would open one again.
pub(crate) fn revoke(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, SERVICE)?;
    change(gateway, &asked, Change::Close, fault)
}

fn change(
    gateway: &Gateway,
    asked: &Fields,
    change: Change,
    fault: Option<&Fault>,
) -> HandlerResult {
    let number = asked.text("vaAccount");
    let changed = accounts::change(gateway, number, change).map_err(as_refused)?;
    let va_status = changed.status_at(gateway.now()).code();
    sealed(gateway, &Changed { va_account: number, va_name: &changed.name, va_status }, fault)
}

/// `POST …/get-list`: every account that the merchant opened, in one page.
pub(crate) fn list(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    open(gateway, fields, SERVICE)?;
    let all = gateway.books().accounts.clone();
    let rows: Vec<Account<'_>> = all.iter().map(|account| Account::of(gateway, account)).collect();
    sealed(gateway, &rows, fault)
}

/// `POST …/inquiry`: yesterday's and today's credits, as in the reference's API.
pub(crate) fn credits(gateway: &Gateway, fields: &Fields, fault: Option<&Fault>) -> HandlerResult {
    let asked = open(gateway, fields, SERVICE)?;
    let since = civil_time::start_of_yesterday(gateway.now());
    let account = accounts::find(gateway, asked.text("vaAccount")).map_err(as_refused)?;
    let rows: Vec<Credit<'_>> = account
        .credits
        .iter()
        .filter(|credit| credit.at >= since)
        .map(|credit| Credit {
            trans_id: credit.transaction_id,
            va_account: &account.full_number,
            amount: credit.amount,
            time_paid: credit.at,
            cashin_id: credit.cashin,
            remark: STANDARD.encode(&credit.remark),
        })
        .collect();
    sealed(gateway, &rows, fault)
}

/// Whatever the reference's API would say: merchants have seen one code.
fn as_refused(_: Refusal) -> Refusal {
    Refusal(code::REFUSED)
}

impl<'a> Account<'a> {
    fn of(gateway: &Gateway, account: &'a VirtualAccount) -> Self {
        let one_or_two = |is_first: bool| if is_first { "1" } else { "2" };
        let picture = format!("{}/qr/common/{}", gateway.url(Host::Openapi), account.number);
        Self {
            request_id: account.request_id.as_deref(),
            va_account: &account.full_number,
            va_name: &account.name,
            va_bank: accounts::BANK,
            va_type: one_or_two(account.is_one_time),
            va_condition: one_or_two(account.is_fixed),
            va_amount: account.amount.to_string(),
            va_status: account.status_at(gateway.now()).code(),
            expired_time: account.time_limit.to_string(),
            qr_code: accounts::qr_payload(account),
            quick_link: picture,
        }
    }
}
