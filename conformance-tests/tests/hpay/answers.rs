//! Answers of HPay, changed on their way. Only the answer to a payout is signed, over the request
//! id, the account and the cashout.

use bytes::Bytes;
use conformance_tests::{
    ChangedResponse, Meaning, Operation, RowPlace, insert_row, malform_row, proxy::Rewrite,
};
use http::Response;
use payments_core::{payment::PaymentState, payout::PayoutState};
use serde_json::{Value, json};

pub(crate) fn all() -> Vec<ChangedResponse> {
    let accounts = [
        Operation::OpenVirtualAccount,
        Operation::UpdateVirtualAccount,
        Operation::CloseVirtualAccount,
        Operation::ReopenVirtualAccount,
    ];
    let mut all = payouts();
    for operation in accounts {
        all.extend(refused_accounts(operation));
    }
    all.extend(accounts_of_somebody_else());
    all.extend(of_payments());
    all.extend(payout_words());
    all.extend(malformed_credits());
    all.extend(credits_of_somebody_else());
    all
}

fn malformed_credits() -> impl Iterator<Item = ChangedResponse> {
    let rewrites: [(_, Rewrite); 3] = [
        ("the first row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::First)),
        ("a middle row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::Middle)),
        ("the last row is malformed", |_, _, a| malform_row(a, "/data", RowPlace::Last)),
    ];
    rewrites.into_iter().map(|(name, rewrite)| {
        ChangedResponse::new(Operation::Credits, name, rewrite, Meaning::OneRowMalformed)
    })
}

/// Credits of which one arrived on another virtual account.
fn credits_of_somebody_else() -> impl Iterator<Item = ChangedResponse> {
    let rewrites: [(_, Rewrite); 3] = [
        ("another's row comes first", |_, _, a| {
            insert_row(a, "/data", RowPlace::First, on_another_account)
        }),
        ("another's row is in the middle", |_, _, a| {
            insert_row(a, "/data", RowPlace::Middle, on_another_account)
        }),
        ("another's row comes last", |_, _, a| {
            insert_row(a, "/data", RowPlace::Last, on_another_account)
        }),
    ];
    rewrites.into_iter().map(|(name, rewrite)| {
        ChangedResponse::new(Operation::Credits, name, rewrite, Meaning::AnothersRow)
    })
}

fn on_another_account(row: &mut Value) {
    row["transaction_id"] = json!(9_999_999);
    row["cashin"] = json!(9_999_999);
    row["full_account_number"] = json!("9631249999999999999");
}

fn payouts() -> Vec<ChangedResponse> {
    let made = |name, rewrite, meaning| {
        ChangedResponse::new(Operation::CreatePayout, name, rewrite, meaning)
    };
    let unbelievable = |name, rewrite| made(name, rewrite, Meaning::Unbelievable);
    let refusal = |name, rewrite| made(name, rewrite, Meaning::UnsignedRefusal);
    let undecided = |name, rewrite| made(name, rewrite, Meaning::Undecided);
    vec![
        unbelievable("bad signature", |_, _, answer| {
            edited(answer, |answer| {
                let signature = at(answer, "/data/secureChain").as_str().unwrap().to_owned();
                let (first, rest) = signature.split_at(1);
                let other = if first == "A" { "B" } else { "A" };
                *at(answer, "/data/secureChain") = json!(format!("{other}{rest}"));
            })
        }),
        unbelievable("empty signature", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/secureChain") = json!(""))
        }),
        unbelievable("no signature", |_, _, answer| {
            edited(answer, |answer| {
                at(answer, "/data").as_object_mut().unwrap().remove("secureChain");
            })
        }),
        unbelievable("another account", |_, _, answer| {
            edited(answer, |answer| {
                *at(answer, "/data/bankAccountNumber") = json!("1234567890912313");
            })
        }),
        unbelievable("another reference", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/requestId") = json!("T9999999"))
        }),
        unbelievable("another cashout", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/omiCashoutId") = json!("1"))
        }),
        refusal("balance too low", |_, _, answer| refused(answer, "035")),
        refusal("bad signature, they say", |_, _, answer| refused(answer, "001")),
        refusal("another signature, they say", |_, _, answer| refused(answer, "010")),
        refusal("not allowed", |_, _, answer| refused(answer, "014")),
        refusal("unknown bank", |_, _, answer| refused(answer, "116")),
        undecided("processing", |_, _, answer| refused(answer, "050")),
        undecided("waiting", |_, _, answer| refused(answer, "100")),
        undecided("try again later", |_, _, answer| refused(answer, "096")),
        undecided("performed before", |_, _, answer| refused(answer, "129")),
        undecided("a code that is documented nowhere", |_, _, answer| refused(answer, "777777")),
        undecided("a code of another service", |_, _, answer| refused(answer, "30014")),
        undecided("a good signature under a strange code", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/error_code") = json!("777777"))
        }),
        undecided("a refusal of what has a cashout", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/error_code") = json!("035"))
        }),
    ]
}

fn refused_accounts(operation: Operation) -> Vec<ChangedResponse> {
    let made = |name, rewrite, meaning| ChangedResponse::new(operation, name, rewrite, meaning);
    vec![
        made("parameters missing", |_, _, answer| refused(answer, "03"), Meaning::UnsignedRefusal),
        made("no such merchant", |_, _, answer| refused(answer, "06"), Meaning::UnsignedRefusal),
        made("an internal error", |_, _, answer| refused(answer, "99"), Meaning::Undecided),
        made(
            "a code that is documented nowhere",
            |_, _, answer| refused(answer, "777"),
            Meaning::Undecided,
        ),
    ]
}

fn accounts_of_somebody_else() -> Vec<ChangedResponse> {
    let unbelievable = |operation, name, rewrite| {
        ChangedResponse::new(operation, name, rewrite, Meaning::Unbelievable)
    };
    vec![
        unbelievable(Operation::OpenVirtualAccount, "another amount", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_amount") = json!("500000"))
        }),
        unbelievable(Operation::OpenVirtualAccount, "another merchant", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/merchant_id") = json!("99999"))
        }),
        unbelievable(Operation::OpenVirtualAccount, "no number", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_account") = json!(""))
        }),
        unbelievable(Operation::UpdateVirtualAccount, "another number", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_account") = json!("9631249999999999999"))
        }),
        unbelievable(Operation::CloseVirtualAccount, "another number", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/account_va") = json!("9631249999999999999"))
        }),
        unbelievable(Operation::CloseVirtualAccount, "not closed", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_status") = json!("1"))
        }),
        unbelievable(Operation::ReopenVirtualAccount, "another number", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/account_va") = json!("9631249999999999999"))
        }),
        unbelievable(Operation::ReopenVirtualAccount, "not opened", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_status") = json!("3"))
        }),
        unbelievable(Operation::ReopenVirtualAccount, "locked", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/va_status") = json!("0"))
        }),
        unbelievable(Operation::FindPayout, "another reference", |_, _, answer| {
            edited(answer, |answer| *at(answer, "/data/request_id") = json!("T9999999"))
        }),
    ]
}

/// Those of the order inquiry, which is the same whichever API the other roles speak.
pub(crate) fn of_payments() -> Vec<ChangedResponse> {
    let word = |name, rewrite: Rewrite, state| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, Meaning::Payment(state))
    };
    let inquiry = |name, rewrite: Rewrite, meaning| {
        ChangedResponse::new(Operation::FindPayment, name, rewrite, meaning)
    };
    vec![
        inquiry(
            "another order",
            |_, _, answer| {
                edited(answer, |answer| *at(answer, "/data/order_code") = json!("T9999999"))
            },
            Meaning::Unbelievable,
        ),
        word("paid", |_, _, a| transaction_status(a, "00"), PaymentState::Settled),
        word("held", |_, _, a| transaction_status(a, "01"), PaymentState::Held),
        word("not paid", |_, _, a| transaction_status(a, "02"), PaymentState::Open),
        word("an invented state", |_, _, a| transaction_status(a, "1"), PaymentState::Uncertain),
        inquiry("wrong code", |_, _, a| refused(a, "30014"), Meaning::UnsignedRefusal),
        inquiry("an internal error", |_, _, a| refused(a, "99"), Meaning::Undecided),
        inquiry("an invented code", |_, _, a| refused(a, "777"), Meaning::Undecided),
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
        verdict("4 1", |_, _, a| columns(a, 4, 1, ""), PayoutState::Pending),
        verdict("4 4 2", |_, _, a| columns(a, 4, 4, "2"), PayoutState::Failed),
        verdict("4 4", |_, _, a| columns(a, 4, 4, ""), PayoutState::Uncertain),
        verdict("3 3, a contradiction", |_, _, a| columns(a, 3, 3, ""), PayoutState::Uncertain),
        verdict("an invented state", |_, _, a| columns(a, 9, 9, ""), PayoutState::Uncertain),
    ]
}

fn transaction_status(answer: Response<Bytes>, word: &'static str) -> Response<Bytes> {
    edited(answer, |answer| *at(answer, "/data/transaction_status") = json!(word))
}

fn columns(answer: Response<Bytes>, transaction: u8, cashout: u8, refund: &str) -> Response<Bytes> {
    edited(answer, |answer| {
        *at(answer, "/data/transaction_status") = json!(transaction);
        *at(answer, "/data/cashout_status") = json!(cashout);
        *at(answer, "/data/refund_status") = json!(refund);
    })
}

/// As HPay refuses: without a signature.
fn refused(answer: Response<Bytes>, code: &str) -> Response<Bytes> {
    answer.map(|_| json!({ "error_code": code, "status": "", "data": [] }).to_string().into())
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
