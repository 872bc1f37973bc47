//! Faults that somebody between us and SePay answers with, some of them in SePay's own envelope.
//! No such answer is a success, an absence or a confirmed refusal.

use std::sync::Arc;

use payments_core::{Provider, UncertainCause};

use crate::{
    operations::{self, INQUIRIES, INSTRUCTIONS, Needs, Operation, Outcome, Service},
    world::{BANK, GATEWAY, OAUTH, OPEN_WEBHOOK, Wire, provider},
};

/// Statuses that do not say that nothing was done, whoever answers with them.
const UNDECIDED: [u16; 9] = [202, 302, 405, 408, 409, 429, 500, 502, 503];

/// The documented statuses of refusals.
const REFUSALS: [u16; 5] = [400, 401, 403, 404, 422];

/// Somebody's words: pages, other software's JSON, and SePay's envelope with codes that SePay
/// documents nowhere.
const STRANGERS: [&str; 14] = [
    "",
    "<html>",
    "null",
    "[]",
    r#"{"message":"no Route matched with those values"}"#,
    r#"{"message":"API rate limit exceeded"}"#,
    r#"{"error":"slow down"}"#,
    r#"{"status":"error","message":"slow down"}"#,
    r#"{"status":"error","message":"slow down","error_code":"E1015"}"#,
    r#"{"status":"error","error":"upstream","message":"x"}"#,
    r#"{"status":429,"error":429,"messages":{"error":"x"}}"#,
    r#"{"status":500,"error":"x","message":"x"}"#,
    r#"{"status":"success","message":"OK"}"#,
    r#"{"code":"overloaded","message":"x","data":{}}"#,
];

fn with(needs: Needs, wire: &Arc<Wire>) -> Provider {
    const RATES: &str = "userapi_rate = 0\nuserapi_v1_rate = 0";
    match needs {
        Needs::Gateway => provider(&[GATEWAY], wire),
        Needs::Bank => provider(&[BANK, OPEN_WEBHOOK, RATES, r#"va_account = "acc-1""#], wire),
        Needs::BankV1 => {
            let v1 = "va_account = \"19\"\nva_api = \"v1\"\nstatements_api = \"v1\"";
            provider(&[BANK, RATES, v1], wire)
        }
        Needs::OAuth => provider(&[OAUTH], wire),
    }
}

/// What comes of an operation if each of its calls is answered so.
async fn outcome(operation: &Operation, status: u16, body: &str) -> Outcome {
    let wire = Wire::new();
    for answer in operation.before {
        wire.answer(200, *answer);
    }
    for _ in 0..4 {
        wire.answer(status, body);
    }
    let outcome = (operation.call)(&with(operation.needs, &wire)).await;
    let sent = wire.calls();
    let instructions = sent.iter().filter(|call| call.method() != http::Method::GET);
    let refreshes = sent.iter().filter(|call| call.uri().path() == "/oauth/token");
    let most = if INSTRUCTIONS.iter().any(|it| it.name == operation.name) { 1 } else { 0 };
    assert!(instructions.count() <= most + refreshes.count(), "{}: {sent:?}", operation.name);
    outcome
}

#[tokio::test]
async fn a_fault_with_the_gateways_own_envelope_refuses_no_instruction() {
    for operation in INSTRUCTIONS {
        for status in UNDECIDED {
            for body in STRANGERS {
                let outcome = outcome(operation, status, body).await;
                let is_open = matches!(
                    outcome,
                    Outcome::Uncertain(
                        UncertainCause::UnreadableAnswer | UncertainCause::ProviderUndecided
                    )
                );
                assert!(is_open, "{}: HTTP {status} {body}: {outcome:?}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn no_refusal_that_nobody_signed_is_confirmed_by_itself() {
    for operation in INSTRUCTIONS {
        for status in REFUSALS {
            for body in STRANGERS {
                let outcome = outcome(operation, status, body).await;
                let is_open = matches!(
                    outcome,
                    Outcome::Declined { confirmed: false } | Outcome::Uncertain(_)
                );
                assert!(is_open, "{}: HTTP {status} {body}: {outcome:?}", operation.name);
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_under_http_200_carries_out_no_instruction() {
    for operation in INSTRUCTIONS {
        // The order API's documented success is a message alone, and OAuth2's a status.
        let is_success = |body: &&str| match operation.service {
            Service::Orders => body.contains(r#""message":""#),
            Service::OAuth => body.contains(r#""status":"success""#),
            Service::UserApi | Service::UserApiV1 => false,
        };
        for body in STRANGERS.into_iter().filter(|body| !is_success(body)) {
            let outcome = outcome(operation, 200, body).await;
            let is_open =
                matches!(outcome, Outcome::Declined { confirmed: false } | Outcome::Uncertain(_));
            assert!(is_open, "{}: {body}: {outcome:?}", operation.name);
        }
    }
}

#[tokio::test]
async fn a_fault_answers_no_inquiry() {
    for operation in INQUIRIES {
        for status in UNDECIDED.into_iter().chain(REFUSALS) {
            for body in STRANGERS {
                let outcome = outcome(operation, status, body).await;
                // Words beside a 404 count as SePay's own; an absence is never conclusive.
                let may_be_absent = status == 404 && body.starts_with('{');
                let is_open = matches!(outcome, Outcome::Failed(_))
                    || (may_be_absent && outcome == Outcome::Absent);
                assert!(is_open, "{}: HTTP {status} {body}: {outcome:?}", operation.name);
            }
        }
    }
    assert!(operations::all().count() > 60);
}
