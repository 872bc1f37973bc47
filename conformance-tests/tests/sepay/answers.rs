//! Answers of SePay, changed on their way. SePay signs none of them.

use bytes::Bytes;
use conformance_tests::{
    ChangedResponse, Meaning, Operation, RowPlace, insert_row, malform_row, proxy::Rewrite,
};
use http::{Response, StatusCode};
use payments_core::{payment::PaymentState, virtual_account::VirtualAccountState};
use serde_json::{Value, json};

/// Of the payment gateway.
pub(crate) fn of_orders() -> Vec<ChangedResponse> {
    let cancel = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::CancelPayment, name, rewrite, meaning)
    };
    let find = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, meaning)
    };
    let word = |name, rewrite: Rewrite, state| find(name, rewrite, Meaning::Payment(state));
    vec![
        cancel("no message", |_, _, a| a.map(|_| "{}".into()), Meaning::Unbelievable),
        cancel("a list", |_, _, a| a.map(|_| "[]".into()), Meaning::Unbelievable),
        cancel("created", |_, _, a| with_status(a, StatusCode::CREATED), Meaning::Undecided),
        cancel(
            "refused",
            |_, _, a| said(a, StatusCode::UNPROCESSABLE_ENTITY),
            Meaning::UnsignedRefusal,
        ),
        cancel(
            "the key is wrong",
            |_, _, a| said(a, StatusCode::UNAUTHORIZED),
            Meaning::UnsignedRefusal,
        ),
        cancel(
            "an internal error",
            |_, _, a| said(a, StatusCode::INTERNAL_SERVER_ERROR),
            Meaning::Undecided,
        ),
        find(
            "another order",
            |_, _, a| edited(a, |a| *at(a, "/data/order_invoice_number") = json!("T9999999")),
            Meaning::Unbelievable,
        ),
        find("no data", |_, _, a| a.map(|_| "{}".into()), Meaning::Unbelievable),
        find("the key is wrong", |_, _, a| said(a, StatusCode::UNAUTHORIZED), Meaning::Undecided),
        word("captured", |_, _, a| order(a, "CAPTURED"), PaymentState::Settled),
        word("captured in small letters", |_, _, a| order(a, "captured"), PaymentState::Settled),
        word("an invented state", |_, _, a| order(a, "TELEPORTED"), PaymentState::Uncertain),
    ]
}

/// Lines of the statement of either version, of which one is malformed. Credits are listed by v2.
pub(crate) fn of_lines(statement: Operation, v1: bool) -> impl Iterator<Item = ChangedResponse> {
    let by_v1: [(_, Rewrite); 3] = [
        ("the first row is malformed", |_, _, a| malform_row(a, "/transactions", RowPlace::First)),
        ("a middle row is malformed", |_, _, a| malform_row(a, "/transactions", RowPlace::Middle)),
        ("the last row is malformed", |_, _, a| malform_row(a, "/transactions", RowPlace::Last)),
    ];
    let by_v2: [(_, Rewrite); 3] = [
        ("the first row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::First)),
        ("a middle row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::Middle)),
        ("the last row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::Last)),
    ];
    let rewrites = if v1 { by_v1 } else { by_v2 };
    rewrites.into_iter().map(move |(name, rewrite)| {
        ChangedResponse::new(statement, name, rewrite, Meaning::OneRowMalformed)
    })
}

/// Transactions of v2 among which one is of another order and account: of the statement, of the
/// credits of a virtual account, and of those of a transfer's code.
pub(crate) fn of_other_lines(list: Operation) -> impl Iterator<Item = ChangedResponse> {
    anothers_rows(
        list,
        [
            |_, _, a| insert_row(a, "/data", RowPlace::First, other_line),
            |_, _, a| insert_row(a, "/data", RowPlace::Middle, other_line),
            |_, _, a| insert_row(a, "/data", RowPlace::Last, other_line),
        ],
    )
}

/// The same of the statement of v1.
pub(crate) fn of_other_lines_v1() -> impl Iterator<Item = ChangedResponse> {
    anothers_rows(
        Operation::Entries,
        [
            |_, _, a| insert_row(a, "/transactions", RowPlace::First, other_line_v1),
            |_, _, a| insert_row(a, "/transactions", RowPlace::Middle, other_line_v1),
            |_, _, a| insert_row(a, "/transactions", RowPlace::Last, other_line_v1),
        ],
    )
}

/// The orders among which a virtual account is looked for by its reference, with another order.
pub(crate) fn of_other_orders(v1: bool) -> impl Iterator<Item = ChangedResponse> {
    let by_v1: [Rewrite; 3] = [
        |_, _, a| insert_row(a, "/data/orders", RowPlace::First, other_order),
        |_, _, a| insert_row(a, "/data/orders", RowPlace::Middle, other_order),
        |_, _, a| insert_row(a, "/data/orders", RowPlace::Last, other_order),
    ];
    let by_v2: [Rewrite; 3] = [
        |_, _, a| insert_row(a, "/data", RowPlace::First, other_order),
        |_, _, a| insert_row(a, "/data", RowPlace::Middle, other_order),
        |_, _, a| insert_row(a, "/data", RowPlace::Last, other_order),
    ];
    anothers_rows(Operation::FindVirtualAccount, if v1 { by_v1 } else { by_v2 })
}

fn anothers_rows(list: Operation, places: [Rewrite; 3]) -> impl Iterator<Item = ChangedResponse> {
    let names =
        ["another's row comes first", "another's row is in the middle", "another's row comes last"];
    names
        .into_iter()
        .zip(places)
        .map(move |(name, rewrite)| ChangedResponse::new(list, name, rewrite, Meaning::AnothersRow))
}

fn other_line(row: &mut Value) {
    row["id"] = json!("00000000-0000-4000-8000-00000000aaaa");
    row["bank_account_id"] = json!("00000000-0000-4000-8000-00000000bbbb");
    row["account_number"] = json!("9999999999");
    row["code"] = json!("T9999999");
    row["transaction_content"] = json!("T9999999");
    row["reference_number"] = json!("FT99999999");
}

/// Numbers of lines and accounts are digits in v1.
fn other_line_v1(row: &mut Value) {
    other_line(row);
    row["id"] = json!("99999999");
    row["bank_account_id"] = json!("99999");
}

fn other_order(row: &mut Value) {
    row["id"] = json!("00000000-0000-4000-8000-00000000cccc");
    row["order_code"] = json!("T9999999");
}

/// Of the User API, in both versions.
pub(crate) fn of_virtual_accounts() -> Vec<ChangedResponse> {
    let open = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::OpenVirtualAccount, name, rewrite, meaning)
    };
    let close = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::CloseVirtualAccount, name, rewrite, meaning)
    };
    let find = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::FindVirtualAccount, name, rewrite, meaning)
    };
    let word = |name, rewrite: Rewrite, state| find(name, rewrite, Meaning::VirtualAccount(state));
    vec![
        open(
            "another order",
            |_, _, a| edited(a, |a| *at(a, "/data/order_code") = json!("T9999999")),
            Meaning::Unbelievable,
        ),
        open(
            "an amount that was not asked",
            |_, _, a| edited(a, |a| *at(a, "/data/amount") = json!(500_000)),
            Meaning::Unbelievable,
        ),
        open(
            "no number",
            |_, _, a| {
                edited(a, |a| {
                    at(a, "/data").as_object_mut().unwrap().remove("va_number");
                })
            },
            Meaning::Unbelievable,
        ),
        open(
            "an invented state",
            |_, _, a| edited(a, |a| *at(a, "/data/status") = json!("Teleported")),
            Meaning::Undecided,
        ),
        open(
            "an internal error",
            |_, _, a| refused(a, StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
            Meaning::Undecided,
        ),
        close("200 with a page", |_, _, a| page(a), Meaning::Unbelievable),
        close(
            "an internal error",
            |_, _, a| refused(a, StatusCode::INTERNAL_SERVER_ERROR, "vcb_cancel_error"),
            Meaning::Undecided,
        ),
        close(
            "paid already",
            |_, _, a| refused(a, StatusCode::UNPROCESSABLE_ENTITY, "invalid_state"),
            Meaning::UnsignedRefusal,
        ),
        word("paid", |_, _, a| status(a, "Paid"), VirtualAccountState::Paid),
        word("partially", |_, _, a| status(a, "Partially"), VirtualAccountState::PartlyPaid),
        word("cancelled", |_, _, a| status(a, "Cancelled"), VirtualAccountState::Closed),
        word(
            "an invented state",
            |_, _, a| status(a, "Teleported"),
            VirtualAccountState::Uncertain,
        ),
    ]
}

fn order(answer: Response<Bytes>, word: &str) -> Response<Bytes> {
    edited(answer, |answer| *at(answer, "/data/order_status") = json!(word))
}

fn status(answer: Response<Bytes>, word: &str) -> Response<Bytes> {
    edited(answer, |answer| *at(answer, "/data/status") = json!(word))
}

fn said(answer: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    let body = json!({ "message": "Không thể hủy" });
    with_status(answer.map(|_| body.to_string().into()), status)
}

/// A refusal of the User API in its second version.
fn refused(answer: Response<Bytes>, status: StatusCode, code: &str) -> Response<Bytes> {
    let body = json!({ "status": "error", "message": "no", "error_code": code });
    with_status(answer.map(|_| body.to_string().into()), status)
}

fn page(answer: Response<Bytes>) -> Response<Bytes> {
    with_status(answer.map(|_| "<html>Done</html>".into()), StatusCode::OK)
}

fn with_status(mut answer: Response<Bytes>, status: StatusCode) -> Response<Bytes> {
    *answer.status_mut() = status;
    answer
}

/// The same answer with its JSON edited.
fn edited(answer: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    answer.map(|body| {
        let mut json = serde_json::from_slice(&body).unwrap();
        edit(&mut json);
        json.to_string().into()
    })
}

/// The member at a JSON pointer, such as `/data/amount`.
fn at<'a>(json: &'a mut Value, pointer: &str) -> &'a mut Value {
    json.pointer_mut(pointer).unwrap()
}
