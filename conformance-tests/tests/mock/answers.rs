//! Answers of the mock's gateway, changed on their way.

use bytes::Bytes;
use conformance_tests::{
    ChangedResponse, Meaning, Operation, RowPlace, insert_row, malform_row, proxy::Rewrite,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Method, Response, StatusCode};
use payments_core::{
    payment::PaymentState, payout::PayoutState, virtual_account::VirtualAccountState,
};
use provider_mock::{Settings, wire::SIGNATURE};
use serde_json::{Value, json};
use sha2::Sha256;

pub(crate) fn all() -> Vec<ChangedResponse> {
    let mut all = Vec::new();
    for operation in Operation::instructions() {
        all.extend(signatures(operation));
        all.extend(refusals(operation));
        all.push(echo(operation));
    }
    for operation in Operation::inquiries() {
        all.extend(signatures(operation));
    }
    all.extend(echoes());
    all.extend(words());
    all.extend(malformed_rows());
    all.extend(rows_of_others());
    all
}

fn malformed_rows() -> Vec<ChangedResponse> {
    let entries: [(_, Rewrite); 3] = [
        ("the first row is malformed", |m, p, a| row(m, p, a, "/entries", RowPlace::First)),
        ("a middle row is malformed", |m, p, a| row(m, p, a, "/entries", RowPlace::Middle)),
        ("the last row is malformed", |m, p, a| row(m, p, a, "/entries", RowPlace::Last)),
    ];
    let credits: [(_, Rewrite); 3] = [
        ("the first row is malformed", |m, p, a| row(m, p, a, "/credits", RowPlace::First)),
        ("a middle row is malformed", |m, p, a| row(m, p, a, "/credits", RowPlace::Middle)),
        ("the last row is malformed", |m, p, a| row(m, p, a, "/credits", RowPlace::Last)),
    ];
    [(Operation::Entries, entries), (Operation::Credits, credits)]
        .into_iter()
        .flat_map(|(operation, rewrites)| {
            rewrites.map(|(name, rewrite)| {
                ChangedResponse::new(operation, name, rewrite, Meaning::OneRowMalformed)
            })
        })
        .collect()
}

fn rows_of_others() -> Vec<ChangedResponse> {
    let credits: [(_, Rewrite); 3] = [
        ("another's row comes last", |m, p, a| another(m, p, a, "/credits", RowPlace::Last)),
        ("another's row is in the middle", |m, p, a| {
            another(m, p, a, "/credits", RowPlace::Middle)
        }),
        ("another's row comes first", |m, p, a| another(m, p, a, "/credits", RowPlace::First)),
    ];
    let entries: [(_, Rewrite); 3] = [
        ("another's row comes last", |m, p, a| another(m, p, a, "/entries", RowPlace::Last)),
        ("another's row is in the middle", |m, p, a| {
            another(m, p, a, "/entries", RowPlace::Middle)
        }),
        ("another's row comes first", |m, p, a| another(m, p, a, "/entries", RowPlace::First)),
    ];
    [
        (Operation::Credits, credits),
        (Operation::FindPayment, credits),
        (Operation::Entries, entries),
    ]
    .into_iter()
    .flat_map(|(operation, rewrites)| {
        rewrites.map(|(name, rewrite)| {
            ChangedResponse::new(operation, name, rewrite, Meaning::AnothersRow)
        })
    })
    .collect()
}

/// A movement of another order, on another of our accounts, among those of this one.
fn another(
    method: &Method,
    path: &str,
    answer: Response<Bytes>,
    list: &str,
    place: RowPlace,
) -> Response<Bytes> {
    let answer = insert_row(answer, list, place, |row| {
        row["order"] = json!("T9999999");
        row["own_account"] = json!("9999999");
        row["id"] = json!("txn_of_another");
        row["bank_reference"] = json!("FT99999999");
    });
    signed(method, path, answer)
}

fn row(
    method: &Method,
    path: &str,
    answer: Response<Bytes>,
    list: &str,
    place: RowPlace,
) -> Response<Bytes> {
    signed(method, path, malform_row(answer, list, place))
}

/// A signature that is not the gateway's.
fn signatures(operation: Operation) -> Vec<ChangedResponse> {
    let spoilt =
        |name, rewrite| ChangedResponse::new(operation, name, rewrite, Meaning::Unbelievable);
    vec![
        spoilt("bad signature", |_, _, mut answer| {
            let forgery = format!("sha256={}", "0".repeat(64));
            answer.headers_mut().insert(SIGNATURE, HeaderValue::try_from(forgery).unwrap());
            answer
        }),
        spoilt("empty signature", |_, _, mut answer| {
            answer.headers_mut().insert(SIGNATURE, HeaderValue::from_static(""));
            answer
        }),
        spoilt("no signature", |_, _, mut answer| {
            answer.headers_mut().remove(SIGNATURE);
            answer
        }),
        spoilt("signature twice", |_, _, mut answer| {
            let signature = answer.headers()[SIGNATURE].clone();
            answer.headers_mut().append(SIGNATURE, signature);
            answer
        }),
        spoilt("another status under the same signature", |_, _, mut answer| {
            *answer.status_mut() = StatusCode::ACCEPTED;
            answer
        }),
        spoilt("the answer to another call", |method, _, answer| {
            signed(method, "/v1/elsewhere", answer)
        }),
    ]
}

/// Refusals that the gateway signs, the one that it does not, and one that it never makes.
fn refusals(operation: Operation) -> Vec<ChangedResponse> {
    let made = |name, rewrite, meaning| ChangedResponse::new(operation, name, rewrite, meaning);
    vec![
        made(
            "refused, unsigned: the key is wrong",
            |_, _, answer| {
                let mut refusal = refusal(answer, "unauthorized", StatusCode::UNAUTHORIZED);
                refusal.headers_mut().remove(SIGNATURE);
                refusal
            },
            Meaning::UnsignedRefusal,
        ),
        made(
            "refused, signed: too little money",
            |method, path, answer| {
                let refusal = refusal(answer, "insufficient_funds", StatusCode::CONFLICT);
                signed(method, path, refusal)
            },
            Meaning::SignedRefusal,
        ),
        made(
            "refused, signed: a code that is documented nowhere",
            |method, path, answer| {
                let refusal = refusal(answer, "no_more_ink", StatusCode::UNPROCESSABLE_ENTITY);
                signed(method, path, refusal)
            },
            Meaning::Undecided,
        ),
        made(
            "the gateway does not know yet",
            |method, path, answer| {
                let reference = reference(&answer);
                let body = json!({ "reference": reference, "message": "later" });
                let mut undecided = answer.map(|_| Bytes::from(body.to_string()));
                *undecided.status_mut() = StatusCode::ACCEPTED;
                signed(method, path, undecided)
            },
            Meaning::Undecided,
        ),
        made(
            "a refusal of something else",
            |method, path, answer| {
                let body = json!({
                    "code": "limit", "message": "", "reference": "T9999999", "field": null
                });
                let mut refusal = answer.map(|_| Bytes::from(body.to_string()));
                *refusal.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                signed(method, path, refusal)
            },
            Meaning::Unbelievable,
        ),
    ]
}

/// Another reference, under a good signature.
fn echo(operation: Operation) -> ChangedResponse {
    let rewrite: Rewrite = match operation {
        Operation::CreatePayout => |m, p, a| edited(m, p, a, "/payout", json!("T9999999")),
        Operation::RefundPayment => |m, p, a| edited(m, p, a, "/refund", json!("T9999999")),
        _ => |m, p, a| edited(m, p, a, "/order", json!("T9999999")),
    };
    ChangedResponse::new(operation, "another reference", rewrite, Meaning::Unbelievable)
}

fn echoes() -> Vec<ChangedResponse> {
    let echo = |operation, name, rewrite| {
        ChangedResponse::new(operation, name, rewrite, Meaning::Unbelievable)
    };
    vec![
        echo(Operation::CreatePayment, "another amount", |m, p, a| {
            edited(m, p, a, "/amount/amount", json!("500000"))
        }),
        echo(Operation::CreatePayment, "another currency", |m, p, a| {
            edited(m, p, a, "/amount/currency", json!("USD"))
        }),
        echo(Operation::OpenVirtualAccount, "another amount", |m, p, a| {
            edited(m, p, a, "/amount/amount", json!("500000"))
        }),
        echo(Operation::CreatePayout, "another amount", |m, p, a| {
            edited(m, p, a, "/amount/amount", json!("200000"))
        }),
        echo(Operation::CreatePayout, "another account", |m, p, a| {
            edited(m, p, a, "/account", json!("0071001234568"))
        }),
        echo(Operation::CancelPayment, "not cancelled", |m, p, a| {
            edited(m, p, a, "/status", json!("open"))
        }),
        echo(Operation::CloseVirtualAccount, "not closed", |m, p, a| {
            edited(m, p, a, "/status", json!("open"))
        }),
        echo(Operation::ReopenVirtualAccount, "not opened", |m, p, a| {
            edited(m, p, a, "/status", json!("closed"))
        }),
    ]
}

fn words() -> Vec<ChangedResponse> {
    let word =
        |operation, name, rewrite, meaning| ChangedResponse::new(operation, name, rewrite, meaning);
    let payment =
        |name, rewrite, state| word(Operation::FindPayment, name, rewrite, Meaning::Payment(state));
    let account = |name, rewrite, state| {
        word(Operation::FindVirtualAccount, name, rewrite, Meaning::VirtualAccount(state))
    };
    let payout =
        |name, rewrite, state| word(Operation::FindPayout, name, rewrite, Meaning::Payout(state));
    let invented = |operation| {
        let rewrite: Rewrite = |m, p, a| status(m, p, a, "teleported");
        word(operation, "an invented state", rewrite, Meaning::Undecided)
    };
    vec![
        payment("open", |m, p, a| status(m, p, a, "open"), PaymentState::Open),
        payment("processing", |m, p, a| status(m, p, a, "processing"), PaymentState::Processing),
        payment("short", |m, p, a| status(m, p, a, "short"), PaymentState::Settled),
        payment("settled", |m, p, a| status(m, p, a, "settled"), PaymentState::Settled),
        payment("over", |m, p, a| status(m, p, a, "over"), PaymentState::Settled),
        payment("expired", |m, p, a| status(m, p, a, "expired"), PaymentState::Expired),
        payment("cancelled", |m, p, a| status(m, p, a, "cancelled"), PaymentState::Cancelled),
        payment("failed", |m, p, a| status(m, p, a, "failed"), PaymentState::Failed),
        payment("refunded", |m, p, a| status(m, p, a, "refunded"), PaymentState::Refunded),
        payment("an invented state", |m, p, a| status(m, p, a, "PAID"), PaymentState::Uncertain),
        account("open", |m, p, a| status(m, p, a, "open"), VirtualAccountState::Open),
        account(
            "partly paid",
            |m, p, a| status(m, p, a, "partly_paid"),
            VirtualAccountState::PartlyPaid,
        ),
        account("paid", |m, p, a| status(m, p, a, "paid"), VirtualAccountState::Paid),
        account("closed", |m, p, a| status(m, p, a, "closed"), VirtualAccountState::Closed),
        account("expired", |m, p, a| status(m, p, a, "expired"), VirtualAccountState::Expired),
        account(
            "an invented state",
            |m, p, a| status(m, p, a, "frozen"),
            VirtualAccountState::Uncertain,
        ),
        payout("pending", |m, p, a| status(m, p, a, "pending"), PayoutState::Pending),
        payout("undecided", |m, p, a| status(m, p, a, "undecided"), PayoutState::Uncertain),
        payout("succeeded", |m, p, a| status(m, p, a, "succeeded"), PayoutState::Succeeded),
        payout("failed", |m, p, a| status(m, p, a, "failed"), PayoutState::Failed),
        payout("reversed", |m, p, a| status(m, p, a, "reversed"), PayoutState::Reversed),
        payout("an invented state", |m, p, a| status(m, p, a, "lost"), PayoutState::Uncertain),
        invented(Operation::CreatePayment),
        invented(Operation::OpenVirtualAccount),
        invented(Operation::CreatePayout),
        invented(Operation::RefundPayment),
    ]
}

fn status(method: &Method, path: &str, answer: Response<Bytes>, word: &str) -> Response<Bytes> {
    edited(method, path, answer, "/status", json!(word))
}

fn edited(
    method: &Method,
    path: &str,
    answer: Response<Bytes>,
    pointer: &str,
    value: Value,
) -> Response<Bytes> {
    let answer = answer.map(|body| {
        let mut json: Value = serde_json::from_slice(&body).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        Bytes::from(json.to_string())
    });
    signed(method, path, answer)
}

fn refusal(answer: Response<Bytes>, code: &str, status: StatusCode) -> Response<Bytes> {
    let reference = reference(&answer);
    let body = json!({ "code": code, "message": "", "reference": reference, "field": null });
    let mut refusal = answer.map(|_| Bytes::from(body.to_string()));
    *refusal.status_mut() = status;
    refusal
}

/// What the call was about.
fn reference(answer: &Response<Bytes>) -> Value {
    let json: Value = serde_json::from_slice(answer.body()).unwrap();
    let named = ["payout", "refund", "order"].into_iter().find_map(|name| json.get(name));
    named.cloned().unwrap_or_default()
}

/// The answer to this call as the gateway would sign it.
fn signed(method: &Method, path: &str, mut answer: Response<Bytes>) -> Response<Bytes> {
    let key = Settings::test().api_key;
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    hmac.update(format!("{method} {path}\n{}\n", answer.status().as_str()).as_bytes());
    hmac.update(answer.body());
    let signature = format!("sha256={}", hex::encode(hmac.finalize().into_bytes()));
    answer.headers_mut().insert(SIGNATURE, HeaderValue::try_from(signature).unwrap());
    answer
}
