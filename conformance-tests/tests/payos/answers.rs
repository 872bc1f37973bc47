//! Responses of payOS, changed on their way. Successes are signed; refusals never are.

use bytes::Bytes;
use conformance_tests::{
    ChangedResponse, Meaning, Operation, RowPlace, insert_row, proxy::Rewrite,
};
use http::{HeaderValue, Response, StatusCode};
use payments_core::{payment::PaymentState, payout::PayoutState};
use serde_json::{Value, json};
use simulator_payos::{Settings, sign};

/// The signed fields of an opened link.
pub(crate) const CREATED: &[&str] = &[
    "bin",
    "accountNumber",
    "accountName",
    "amount",
    "description",
    "orderCode",
    "currency",
    "paymentLinkId",
    "status",
    "expiredAt",
    "checkoutUrl",
    "qrCode",
];

/// The signed fields of a link that is found or cancelled, and not paid.
pub(crate) const FOUND: &[&str] = &[
    "id",
    "orderCode",
    "amount",
    "amountPaid",
    "amountRemaining",
    "status",
    "createdAt",
    "cancellationReason",
    "canceledAt",
];

/// The signed fields of a payout.
pub(crate) const PAYOUT: &[&str] = &[
    "data/id",
    "data/referenceId",
    "data/transactions/0/id",
    "data/transactions/0/referenceId",
    "amount",
    "description",
    "toBin",
    "toAccountNumber",
    "toAccountName",
    "transactionDatetime",
    "state",
    "approvalState",
    "createdAt",
];

/// The signed fields of a list with one payout.
pub(crate) const PAYOUTS: &[&str] = &[
    "data/payouts/0/id",
    "data/payouts/0/referenceId",
    "data/payouts/0/transactions/0/id",
    "data/payouts/0/transactions/0/referenceId",
    "amount",
    "description",
    "toBin",
    "toAccountNumber",
    "toAccountName",
    "transactionDatetime",
    "state",
    "approvalState",
    "createdAt",
    "total",
    "limit",
    "offset",
    "count",
    "hasMore",
];

/// The signed fields of a balance.
pub(crate) const BALANCE: &[&str] = &["accountNumber", "accountName", "currency", "balance"];

pub(crate) fn all() -> Vec<ChangedResponse> {
    let mut all = links();
    all.extend(link_states());
    all.extend(payouts());
    all.extend(payout_states());
    all.extend(payouts_of_somebody_else());
    all
}

fn links() -> Vec<ChangedResponse> {
    let opened = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::CreatePayment, name, rewrite, meaning)
    };
    let cancelled = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::CancelPayment, name, rewrite, meaning)
    };
    let found = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, meaning)
    };
    use Meaning::{Unbelievable, Undecided, UnsignedRefusal};
    vec![
        opened("no signature", |_, _, a| unsigned(a), Unbelievable),
        opened("another amount", |_, _, a| link(a, "amount", json!(500_000)), Unbelievable),
        opened("another order", |_, _, a| link(a, "orderCode", json!(9)), Unbelievable),
        opened("another currency", |_, _, a| link(a, "currency", json!("USD")), Unbelievable),
        opened("an amount in parts", |_, _, a| link(a, "amount", json!("50000.5")), Unbelievable),
        opened("an invented state", |_, _, a| link(a, "status", json!("TELEPORTED")), Undecided),
        opened("a field is refused", |_, _, a| refused(a, "20"), UnsignedRefusal),
        opened("the signature is wrong", |_, _, a| refused(a, "201"), UnsignedRefusal),
        opened("the channel is paused", |_, _, a| refused(a, "214"), UnsignedRefusal),
        opened("the order exists", |_, _, a| refused(a, "231"), UnsignedRefusal),
        opened("the keys are wrong", |_, _, a| refused_with(a, 401, "401"), UnsignedRefusal),
        opened("not from here", |_, _, a| refused_with(a, 403, "403"), UnsignedRefusal),
        opened("an invented code", |_, _, a| refused(a, "777"), Undecided),
        opened("an internal error", |_, _, a| refused_with(a, 500, "500"), Undecided),
        opened("good words in a failure", |_, _, a| with_status(a, 403), Undecided),
        cancelled("no signature", |_, _, a| unsigned(a), Unbelievable),
        cancelled("another order", |_, _, a| link(a, "orderCode", json!(9)), Unbelievable),
        cancelled("not cancelled", |_, _, a| link(a, "status", json!("PENDING")), Undecided),
        cancelled("an invented state", |_, _, a| link(a, "status", json!("GONE")), Undecided),
        cancelled("no such link", |_, _, a| refused(a, "101"), UnsignedRefusal),
        cancelled("an invented code", |_, _, a| refused(a, "777"), Undecided),
        found("no signature", |_, _, a| unsigned(a), Unbelievable),
        found("another order", |_, _, a| link(a, "orderCode", json!(9)), Unbelievable),
        found("the channel is paused", |_, _, a| refused(a, "214"), UnsignedRefusal),
        found("an invented code", |_, _, a| refused(a, "777"), Undecided),
    ]
}

fn link_states() -> Vec<ChangedResponse> {
    let state = |name, rewrite: Rewrite, state| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, Meaning::Payment(state))
    };
    vec![
        state("pending", |_, _, a| in_state(a, "PENDING", 0), PaymentState::Open),
        state("processing", |_, _, a| in_state(a, "PROCESSING", 0), PaymentState::Processing),
        state("underpaid", |_, _, a| in_state(a, "UNDERPAID", 1), PaymentState::Processing),
        state("paid", |_, _, a| in_state(a, "PAID", 50_000), PaymentState::Settled),
        state("paid in part", |_, _, a| in_state(a, "PAID", 49_999), PaymentState::Uncertain),
        state("cancelled", |_, _, a| in_state(a, "CANCELLED", 0), PaymentState::Cancelled),
        state("expired", |_, _, a| in_state(a, "EXPIRED", 0), PaymentState::Expired),
        state("failed", |_, _, a| in_state(a, "FAILED", 0), PaymentState::Failed),
        state("deleted", |_, _, a| in_state(a, "DELETED", 0), PaymentState::Uncertain),
        state("an invented state", |_, _, a| in_state(a, "paid", 50_000), PaymentState::Uncertain),
    ]
}

fn payouts() -> Vec<ChangedResponse> {
    let made = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::CreatePayout, name, rewrite, meaning)
    };
    let balance = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::Balance, name, rewrite, meaning)
    };
    use Meaning::{Unbelievable, Undecided, UnsignedRefusal};
    vec![
        made("no signature", |_, _, a| without_header(a), Unbelievable),
        made("another amount", |_, _, a| transfer(a, "amount", json!(200_000)), Unbelievable),
        made("another bank", |_, _, a| transfer(a, "toBin", json!("970436")), Unbelievable),
        made(
            "another account",
            |_, _, a| transfer(a, "toAccountNumber", json!("0123456780")),
            Unbelievable,
        ),
        made("another reference", |_, _, a| payout(a, "referenceId", json!("P9")), Unbelievable),
        made(
            "another reference of the transfer",
            |_, _, a| transfer(a, "referenceId", json!("P9")),
            Unbelievable,
        ),
        made("an invented state", |_, _, a| transfer(a, "state", json!("GONE")), Undecided),
        made("a field is refused", |_, _, a| refused(a, "20"), UnsignedRefusal),
        made("the signature is wrong", |_, _, a| refused(a, "201"), UnsignedRefusal),
        made("the keys are wrong", |_, _, a| refused_with(a, 401, "401"), UnsignedRefusal),
        made("not from here", |_, _, a| refused_with(a, 403, "403"), UnsignedRefusal),
        made("a code about links", |_, _, a| refused(a, "214"), Undecided),
        made("an invented code", |_, _, a| refused(a, "777"), Undecided),
        made("an internal error", |_, _, a| refused_with(a, 500, "500"), Undecided),
        balance("no signature", |_, _, a| without_header(a), Unbelievable),
        balance("another currency", |_, _, a| payout(a, "currency", json!("USD")), Unbelievable),
    ]
}

fn payout_states() -> Vec<ChangedResponse> {
    let state = |name, rewrite: Rewrite, state| {
        ChangedResponse::new(Operation::FindPayout, name, rewrite, Meaning::Payout(state))
    };
    use PayoutState::{AwaitingApproval, Failed, Pending, Reversed, Succeeded, Uncertain};
    vec![
        state("received", |_, _, a| listed(a, "APPROVED", "RECEIVED"), Pending),
        state("processing", |_, _, a| listed(a, "PROCESSING", "PROCESSING"), Pending),
        state("held back", |_, _, a| listed(a, "PROCESSING", "ON_HOLD"), Pending),
        state("to approve", |_, _, a| listed(a, "SUBMITTED", "RECEIVED"), AwaitingApproval),
        state("succeeded", |_, _, a| listed(a, "COMPLETED", "SUCCEEDED"), Succeeded),
        state("failed", |_, _, a| listed(a, "FAILED", "FAILED"), Failed),
        state("called off", |_, _, a| listed(a, "CANCELLED", "CANCELLED"), Failed),
        state("came back", |_, _, a| listed(a, "COMPLETED", "REVERSED"), Reversed),
        state("a contradiction", |_, _, a| listed(a, "REJECTED", "PROCESSING"), Uncertain),
        state("an invented state", |_, _, a| listed(a, "COMPLETED", "GONE"), Uncertain),
    ]
}

/// A list of payouts of which one has another reference.
fn payouts_of_somebody_else() -> Vec<ChangedResponse> {
    let row = |name, rewrite: Rewrite| {
        ChangedResponse::new(Operation::FindPayout, name, rewrite, Meaning::AnothersRow)
    };
    vec![
        row("another's row comes first", |_, _, a| with_another(a, RowPlace::First)),
        row("another's row is in the middle", |_, _, a| with_another(a, RowPlace::Middle)),
        row("another's row comes last", |_, _, a| with_another(a, RowPlace::Last)),
    ]
}

fn with_another(answer: Response<Bytes>, place: RowPlace) -> Response<Bytes> {
    let with = insert_row(answer, "/data/payouts", place, |row| {
        row["id"] = json!("batch_9");
        row["referenceId"] = json!("P9");
        row["transactions"][0]["referenceId"] = json!("P9");
    });
    edited_payout(with, |_| {})
}

/// A member of a link's data, signed again.
fn link(answer: Response<Bytes>, name: &str, value: Value) -> Response<Bytes> {
    edited_link(answer, |data| data[name] = value)
}

fn in_state(answer: Response<Bytes>, word: &str, paid: i64) -> Response<Bytes> {
    edited_link(answer, |data| {
        data["status"] = json!(word);
        data["amountPaid"] = json!(paid);
    })
}

/// A member of a payout's data, signed again.
fn payout(answer: Response<Bytes>, name: &str, value: Value) -> Response<Bytes> {
    edited_payout(answer, |data| data[name] = value)
}

/// A member of its transfer, signed again.
fn transfer(answer: Response<Bytes>, name: &str, value: Value) -> Response<Bytes> {
    edited_payout(answer, |data| data["transactions"][0][name] = value)
}

fn listed(answer: Response<Bytes>, approval: &str, state: &str) -> Response<Bytes> {
    edited_payout(answer, |data| {
        data["payouts"][0]["approvalState"] = json!(approval);
        data["payouts"][0]["transactions"][0]["state"] = json!(state);
    })
}

fn edited_link(answer: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    answer.map(|body| {
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        edit(&mut body["data"]);
        let key = Settings::test().payment.checksum_key;
        body["signature"] = json!(sign::data(&key, body["data"].as_object().unwrap()));
        body.to_string().into()
    })
}

fn edited_payout(mut answer: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    let mut body: Value = serde_json::from_slice(answer.body()).unwrap();
    edit(&mut body["data"]);
    let key = Settings::test().payout.checksum_key;
    let signature = sign::payout(&key, body["data"].as_object().unwrap());
    answer.headers_mut().insert("x-signature", HeaderValue::try_from(signature).unwrap());
    answer.map(|_| body.to_string().into())
}

fn unsigned(answer: Response<Bytes>) -> Response<Bytes> {
    answer.map(|body| {
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        body.as_object_mut().unwrap().remove("signature");
        body.to_string().into()
    })
}

fn without_header(mut answer: Response<Bytes>) -> Response<Bytes> {
    answer.headers_mut().remove("x-signature");
    answer
}

fn refused(answer: Response<Bytes>, code: &str) -> Response<Bytes> {
    let body = json!({ "code": code, "desc": "no", "data": null, "signature": null });
    without_header(answer).map(|_| body.to_string().into())
}

fn refused_with(answer: Response<Bytes>, status: u16, code: &str) -> Response<Bytes> {
    with_status(refused(answer, code), status)
}

fn with_status(mut answer: Response<Bytes>, status: u16) -> Response<Bytes> {
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}
