//! Answers of HPay's newer OpenAPI, changed on their way. Every answer is signed over its code and its
//! data, so that each change but those of the signature itself is signed again.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use conformance_tests::{
    ChangedResponse, Meaning, Operation, RowPlace, insert_row, malform_row, proxy::Rewrite,
};
use http::Response;
use payments_core::{payout::PayoutState, virtual_account::VirtualAccountState};
use serde_json::{Value, json};
use simulator_hpay::{Keys, Settings};

use super::answers;

pub(crate) fn all() -> Vec<ChangedResponse> {
    let instructions = [
        Operation::OpenVirtualAccount,
        Operation::UpdateVirtualAccount,
        Operation::CloseVirtualAccount,
        Operation::CreatePayout,
    ];
    let mut all = answers::of_payments();
    all.extend(instructions.into_iter().flat_map(of_every_instruction));
    all.extend(payouts());
    all.extend(accounts());
    all.extend(payout_words());
    all.extend(account_words());
    all.extend(lists());
    all
}

fn of_every_instruction(operation: Operation) -> Vec<ChangedResponse> {
    let made = |name, rewrite, meaning| ChangedResponse::new(operation, name, rewrite, meaning);
    vec![
        made("bad signature", |_, _, a| signed_as(a, spoilt), Meaning::Unbelievable),
        made("empty signature", |_, _, a| signed_as(a, |_| String::new()), Meaning::Unbelievable),
        made("no data", |_, _, a| a.map(|_| sealed("00", "")), Meaning::Unbelievable),
        made("a refusal", |_, _, a| refused(a, "214404"), Meaning::SignedRefusal),
        made(
            "a refusal without a signature",
            |_, _, a| signed_as(refused(a, "214404"), |_| String::new()),
            Meaning::UnsignedRefusal,
        ),
        made(
            "a refusal under another code's signature",
            |_, _, a| {
                refused(a, "00").map(|body| {
                    String::from_utf8_lossy(&body)
                        .replace(r#""errorCode":"00""#, r#""errorCode":"214404""#)
                        .into()
                })
            },
            Meaning::Unbelievable,
        ),
        made("an internal error", |_, _, a| refused(a, "99"), Meaning::Undecided),
        made("a code of another service", |_, _, a| refused(a, "035"), Meaning::Undecided),
        made("success of another service", |_, _, a| refused(a, "000"), Meaning::Undecided),
    ]
}

fn payouts() -> Vec<ChangedResponse> {
    let made = |name, rewrite, meaning| {
        ChangedResponse::new(Operation::CreatePayout, name, rewrite, meaning)
    };
    let unbelievable = |name, rewrite| made(name, rewrite, Meaning::Unbelievable);
    vec![
        unbelievable("another account", |_, _, a| {
            with(a, "bankAccountNumber", json!("1234567890912313"))
        }),
        unbelievable("another reference", |_, _, a| with(a, "requestId", json!("T9999999"))),
        unbelievable("another amount", |_, _, a| with(a, "amount", json!("20001"))),
        unbelievable("another bank", |_, _, a| with(a, "bankName", json!("VCB"))),
        unbelievable("another merchant", |_, _, a| with(a, "merchantId", json!("99999"))),
        unbelievable("no account", |_, _, a| without(a, "bankAccountNumber")),
        made("a refusal of what has a cashout", |_, _, a| recoded(a, "214404"), Meaning::Undecided),
        ChangedResponse::new(
            Operation::FindPayout,
            "another reference",
            |_, _, a| with(a, "requestId", json!("T9999999")),
            Meaning::Unbelievable,
        ),
    ]
}

fn accounts() -> Vec<ChangedResponse> {
    const OTHER: &str = "9631249999999999999";
    let unbelievable = |operation, name, rewrite| {
        ChangedResponse::new(operation, name, rewrite, Meaning::Unbelievable)
    };
    let (open, update, close) = (
        Operation::OpenVirtualAccount,
        Operation::UpdateVirtualAccount,
        Operation::CloseVirtualAccount,
    );
    vec![
        unbelievable(open, "another amount", |_, _, a| with(a, "vaAmount", json!("500000"))),
        unbelievable(open, "another order", |_, _, a| with(a, "requestId", json!("T9999999"))),
        unbelievable(open, "no number", |_, _, a| with(a, "vaAccount", json!(""))),
        unbelievable(update, "another number", |_, _, a| with(a, "vaAccount", json!(OTHER))),
        unbelievable(update, "another name", |_, _, a| with(a, "vaName", json!("KHAC"))),
        unbelievable(close, "another number", |_, _, a| with(a, "vaAccount", json!(OTHER))),
        unbelievable(close, "not closed", |_, _, a| with(a, "vaStatus", json!("1"))),
    ]
}

/// The three columns of a payout: transaction, cashout, refund.
fn payout_words() -> Vec<ChangedResponse> {
    let verdict = |name, rewrite: Rewrite, state| {
        ChangedResponse::new(Operation::FindPayout, name, rewrite, Meaning::Payout(state))
    };
    vec![
        verdict("4 3", |_, _, a| columns(a, 4, 3, ""), PayoutState::Succeeded),
        verdict("4 3 2", |_, _, a| columns(a, 4, 3, "2"), PayoutState::Reversed),
        verdict("3 4", |_, _, a| columns(a, 3, 4, ""), PayoutState::Failed),
        verdict("2 2", |_, _, a| columns(a, 2, 2, ""), PayoutState::Pending),
        verdict("4 4", |_, _, a| columns(a, 4, 4, ""), PayoutState::Uncertain),
        verdict("an invented state", |_, _, a| columns(a, 9, 9, ""), PayoutState::Uncertain),
        verdict("no state", |_, _, a| without(a, "cashoutStatus"), PayoutState::Uncertain),
        ChangedResponse::new(
            Operation::FindPayout,
            "an invented code",
            |_, _, a| refused(a, "777"),
            Meaning::Undecided,
        ),
    ]
}

/// The states of a virtual account in the list.
fn account_words() -> Vec<ChangedResponse> {
    let word = |name, rewrite: Rewrite, state| {
        let meaning = Meaning::VirtualAccount(state);
        ChangedResponse::new(Operation::FindVirtualAccount, name, rewrite, meaning)
    };
    vec![
        word("locked", |_, _, a| status_of_all(a, "0"), VirtualAccountState::Locked),
        word("open", |_, _, a| status_of_all(a, "1"), VirtualAccountState::Open),
        word("paid", |_, _, a| status_of_all(a, "2"), VirtualAccountState::Paid),
        word("closed", |_, _, a| status_of_all(a, "3"), VirtualAccountState::Closed),
        word("expired", |_, _, a| status_of_all(a, "4"), VirtualAccountState::Expired),
        word("invented", |_, _, a| status_of_all(a, "9"), VirtualAccountState::Uncertain),
        ChangedResponse::new(
            Operation::FindVirtualAccount,
            "a refusal",
            |_, _, a| refused(a, "214404"),
            Meaning::SignedRefusal,
        ),
    ]
}

fn lists() -> Vec<ChangedResponse> {
    let malformed = |name, rewrite| {
        ChangedResponse::new(Operation::Credits, name, rewrite, Meaning::OneRowMalformed)
    };
    let another = |operation, name, rewrite| {
        ChangedResponse::new(operation, name, rewrite, Meaning::AnothersRow)
    };
    let (credits, find) = (Operation::Credits, Operation::FindVirtualAccount);
    vec![
        malformed("the first row is malformed", |_, _, a| {
            opened(a, |a| malform_row(a, "", RowPlace::First))
        }),
        malformed("a middle row is malformed", |_, _, a| {
            opened(a, |a| malform_row(a, "", RowPlace::Middle))
        }),
        malformed("the last row is malformed", |_, _, a| {
            opened(a, |a| malform_row(a, "", RowPlace::Last))
        }),
        another(credits, "another's row comes first", |_, _, a| inserted(a, RowPlace::First)),
        another(credits, "another's row is in the middle", |_, _, a| inserted(a, RowPlace::Middle)),
        another(credits, "another's row comes last", |_, _, a| inserted(a, RowPlace::Last)),
        another(find, "another's row comes first", |_, _, a| inserted(a, RowPlace::First)),
        another(find, "another's row comes last", |_, _, a| inserted(a, RowPlace::Last)),
    ]
}

/// One more row, of another account.
fn inserted(answer: Response<Bytes>, place: RowPlace) -> Response<Bytes> {
    opened(answer, |answer| {
        insert_row(answer, "", place, |row| {
            row["vaAccount"] = json!("9631249999999999999");
            match row.get("cashinId") {
                Some(_) => row["cashinId"] = json!(9_999_999),
                None => row["requestId"] = json!("T9999999"),
            }
        })
    })
}

fn status_of_all(answer: Response<Bytes>, status: &'static str) -> Response<Bytes> {
    edited(answer, |data| {
        for row in data.as_array_mut().unwrap() {
            row["vaStatus"] = json!(status);
        }
    })
}

fn columns(answer: Response<Bytes>, transaction: u8, cashout: u8, refund: &str) -> Response<Bytes> {
    edited(answer, |data| {
        data["transactionStatus"] = json!(transaction);
        data["cashoutStatus"] = json!(cashout);
        data["refundStatus"] = json!(refund);
    })
}

fn with(answer: Response<Bytes>, name: &str, value: Value) -> Response<Bytes> {
    edited(answer, |data| data[name] = value)
}

fn without(answer: Response<Bytes>, name: &str) -> Response<Bytes> {
    edited(answer, |data| drop(data.as_object_mut().unwrap().remove(name)))
}

/// The same answer with its data edited.
fn edited(answer: Response<Bytes>, edit: impl FnOnce(&mut Value)) -> Response<Bytes> {
    opened(answer, |data| {
        data.map(|body| {
            let mut json = serde_json::from_slice(&body).unwrap();
            edit(&mut json);
            json.to_string().into()
        })
    })
}

/// The same answer with its data changed, as if they were an answer of their own.
fn opened(
    answer: Response<Bytes>,
    change: impl FnOnce(Response<Bytes>) -> Response<Bytes>,
) -> Response<Bytes> {
    let (head, body) = answer.into_parts();
    let envelope: Value = serde_json::from_slice(&body).unwrap();
    let data = STANDARD.decode(envelope["data"].as_str().unwrap()).unwrap();
    let changed = change(Response::new(data.into())).into_body();
    let body = sealed(envelope["errorCode"].as_str().unwrap(), &STANDARD.encode(changed));
    Response::from_parts(head, body)
}

/// The same data under another code.
fn recoded(answer: Response<Bytes>, code: &str) -> Response<Bytes> {
    answer.map(|body| {
        let envelope: Value = serde_json::from_slice(&body).unwrap();
        sealed(code, envelope["data"].as_str().unwrap())
    })
}

fn refused(answer: Response<Bytes>, code: &str) -> Response<Bytes> {
    answer.map(|_| sealed(code, ""))
}

/// The same answer with another signature.
fn signed_as(answer: Response<Bytes>, change: fn(&str) -> String) -> Response<Bytes> {
    answer.map(|body| {
        let mut envelope: Value = serde_json::from_slice(&body).unwrap();
        envelope["signature"] = json!(change(envelope["signature"].as_str().unwrap()));
        envelope.to_string().into()
    })
}

fn spoilt(signature: &str) -> String {
    let (first, rest) = signature.split_at(1);
    format!("{}{rest}", if first == "A" { "B" } else { "A" })
}

/// As HPay signs.
fn sealed(code: &str, data: &str) -> Bytes {
    static HPAY: OnceLock<(Keys, String)> = OnceLock::new();
    let (keys, passcode) = HPAY.get_or_init(|| {
        let settings = Settings::test();
        let keys = Keys::read(&settings.hpay_private_key, &settings.merchant_certificate).unwrap();
        (keys, settings.passcode)
    });
    let signature = keys.sign(&format!("{code}|{data}|{passcode}")).unwrap();
    let sealed =
        json!({ "errorCode": code, "errorMessage": "", "data": data, "signature": signature });
    sealed.to_string().into()
}
