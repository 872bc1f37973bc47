//! The code of the guide's chapter on payouts, and on a check of one's own: it compiles and does
//! what the guide says.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Decline, DeclineReason, PayoutRef, Submission, Timestamp, Uncertain, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Proof, Untrusted},
    payout::{Beneficiary, CreatePayout, Payout, PayoutCapabilities, PayoutState},
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules},
};
use provider_kit::{
    signature::{self, Keys, Part, Signature, Window},
    transport::Unreadable,
};
use serde::Deserialize;

use crate::page;

// Blocks of the guide.

fn capabilities() -> PayoutCapabilities {
    let limits = AmountLimits::at_least(Money::vnd(10_000)).up_to(Money::vnd(300_000_000));
    PayoutCapabilities::new(vec![limits], Repeat::PaysAgain)
        .with_reference(TextRules::new(1, 40, Alphabet::AlphanumericAnd("-_")))
        .with_note(TextRules::new(0, 100, Alphabet::Ascii))
        .with_find(None, AbsenceRule::Never)
        .with_name_check(true) // it costs a fee
        .with_balance()
}

/// The response to `POST /v1/payouts`.
fn submitted(
    response: &Response<Bytes>,
    request: &CreatePayout,
) -> Result<Submission<Payout>, Unreadable> {
    if response.status().is_client_error() {
        let refusal: Refusal = serde_json::from_slice(response.body())?;
        return Ok(refused(&refusal.error));
    }
    if response.status() != StatusCode::OK {
        return Err(Unreadable::new(format!("HTTP {} is not documented", response.status())));
    }
    let payout = payout(&serde_json::from_slice(response.body())?)?;
    Ok(match payout.differs_from(request) {
        None => Submission::Accepted(payout),
        Some(field) => {
            let message = format!("the response has another {field} than the request");
            let uncertain = Uncertain::new(UncertainCause::Mismatch, message);
            Submission::Uncertain(uncertain.needing_attention())
        }
    })
}

fn state(word: &str) -> PayoutState {
    match word {
        "to_approve" => PayoutState::AwaitingApproval,
        "queued" | "sending" => PayoutState::Pending,
        "sent" => PayoutState::Succeeded,
        "failed" => PayoutState::Failed,
        "returned" => PayoutState::Reversed,
        _ => PayoutState::Uncertain,
    }
}

fn check(
    keys: &Keys,
    stamp: &str,
    body: &[u8],
    signature: &str,
    now: Timestamp,
) -> Result<Proof, Untrusted> {
    signature::hmac_sha256(
        keys,
        &[Part::Timestamp("stamp", stamp), Part::Literal("."), Part::Body(body)],
        Signature::Hex(signature),
        Some(Window { now, tolerance: Duration::from_secs(300) }),
    )
}

// The other items that they need.

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

#[derive(Deserialize)]
struct Wire {
    reference: String,
    amount: i64,
    bank: String,
    account: String,
    state: String,
}

fn payout(wire: &Wire) -> Result<Payout, Unreadable> {
    let reference = PayoutRef::new(&wire.reference).map_err(odd)?;
    let bank = Bin::new(&wire.bank).map_err(odd)?;
    let account = AccountNumber::new(&wire.account).map_err(odd)?;
    let payout = Payout::new(reference, Money::vnd(wire.amount), state(&wire.state));
    Ok(payout.with_bank(bank).with_account(account).with_provider_state(&wire.state))
}

fn odd(error: impl std::error::Error + Send + Sync + 'static) -> Unreadable {
    Unreadable::new("not as documented").with_source(error)
}

fn refused(code: &str) -> Submission<Payout> {
    match code {
        "reference_taken" => Submission::Declined(Decline::new(DeclineReason::Duplicate)),
        _ => Submission::Uncertain(Uncertain::new(UncertainCause::UnknownCode, "unknown code")),
    }
}

fn request() -> CreatePayout {
    let (bank, number) = (Bin::new("970436").unwrap(), AccountNumber::new("0071001234").unwrap());
    let beneficiary = Beneficiary::new(BankAccount::new(bank, number), "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("P-1").unwrap(), Money::vnd(50_000), beneficiary).unwrap()
}

#[test]
fn the_guide_shows_this_code() {
    let guide = page::guide();
    let source = include_str!("payouts.rs");
    for (section, count) in [("How do I send money?", 3), ("How do I sign?", 1)] {
        let blocks = page::blocks(&guide, section, "rust");
        let blocks: Vec<_> = blocks.iter().filter(|block| !block.starts_with("// src/")).collect();
        assert_eq!(blocks.len(), count, "{section}");
        for block in blocks {
            assert!(source.contains(*block), "not compiled: {block}");
        }
    }
}

#[test]
fn a_payout_to_another_account_than_asked_is_uncertain() {
    let response = |status: u16, body: &str| {
        let body = Bytes::from(body.to_owned());
        submitted(&Response::builder().status(status).body(body).unwrap(), &request())
    };
    let paid = r#"{"reference":"P-1","amount":50000,"bank":"970436","account":"0071001234","state":"queued"}"#;
    assert!(capabilities().check(&request()).is_ok());
    assert!(matches!(response(200, paid), Ok(Submission::Accepted(_))));
    for (one, other) in
        [("P-1", "P-2"), ("50000", "500000"), ("970436", "970418"), ("0071001234", "0071001235")]
    {
        let Ok(Submission::Uncertain(uncertain)) = response(200, &paid.replace(one, other)) else {
            panic!("{other} is believed");
        };
        assert_eq!(uncertain.cause, UncertainCause::Mismatch);
        assert!(uncertain.needs_attention);
    }
    assert!(response(502, "<html>").is_err() && response(429, "slow down").is_err());
}

#[test]
fn a_check_of_parts_covers_the_body_and_looks_at_the_time() {
    let (at, secret) =
        (Timestamp::from_unix(1_731_741_261), payments_core::Secret::new("s").unwrap());
    let parts = [Part::Timestamp("stamp", "1731741261"), Part::Literal("."), Part::Body(b"{}")];
    let signature = hex::encode(signature::sign_hmac_sha256(&secret, &parts));
    let keys = Keys::one(secret);
    let checked = |body, now| check(&keys, "1731741261", body, &signature, now);
    assert!(checked(b"{}", at).is_ok());
    assert!(checked(b"{ }", at).is_err());
    assert!(checked(b"{}", Timestamp::from_unix(1_731_741_562)).is_err());
}
