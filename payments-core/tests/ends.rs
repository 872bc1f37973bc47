//! The last second of every period of time, and the first one after it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::time::Duration;

use payments_core::{
    Error, ErrorKind, OrderRef, Secret, Timestamp,
    money::{Currency, Money},
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentMethod, PaymentState,
    },
    rules::{Alphabet, AmountLimits, TextRules},
    signature::{
        Keys, Part, Signature, UntrustedReason, Window, hmac_sha256, sign_hmac_sha256, token,
    },
};

const AT: i64 = 1_700_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

#[test]
fn a_payment_is_past_from_the_second_after_its_end_and_never_without_one() {
    let open = Payment::new(OrderRef::new("DH-1").unwrap(), PaymentState::Open);
    let ending = open.clone().with_expiry(at(AT));
    for (now, is_past) in [(AT - 1, false), (AT, false), (AT + 1, true)] {
        assert_eq!(ending.is_past(at(now)), is_past, "{}", now - AT);
        assert!(!open.is_past(at(now)));
    }
}

#[test]
fn a_signed_timestamp_is_fresh_up_to_the_tolerance_and_stale_beyond_it() {
    let secret = Secret::new("a secret of the tests").unwrap();
    let text = AT.to_string();
    let parts = [Part::Timestamp("t", &text), Part::Body(b"{}")];
    let signature = hex::encode(sign_hmac_sha256(&secret, &parts));
    let keys = Keys::one(secret);
    for tolerance in [0, 1, 300] {
        for (away, is_fresh) in [(tolerance, true), (tolerance + 1, false)] {
            for now in [AT - away, AT + away] {
                let tolerance = Duration::from_secs(tolerance.unsigned_abs());
                let window = Window { now: at(now), tolerance };
                let checked = hmac_sha256(&keys, &parts, Signature::Hex(&signature), Some(window));
                let stale = checked.err().map(|untrusted| untrusted.reason);
                let expected = (!is_fresh).then_some(UntrustedReason::StaleTimestamp);
                assert_eq!(stale, expected, "{away} s away, {tolerance:?} allowed");
            }
        }
    }
}

#[test]
fn an_issued_token_is_good_until_its_end_and_not_at_it() {
    let keys = Keys::one(Secret::new("a secret of the tests").unwrap());
    let issued = token::issue(&keys, "access", at(AT)).unwrap();
    for (now, is_good) in [(AT - 1, true), (AT, false), (AT + 1, false)] {
        assert_eq!(token::check(&keys, "access", &issued, at(now)).is_ok(), is_good);
    }
}

#[test]
fn a_wait_is_printed_in_whole_seconds_and_never_as_less_than_it_is() {
    for (millis, seconds) in [(1, 1), (999, 1), (1_000, 1), (1_001, 2), (1_999, 2), (2_000, 2)] {
        let error = Error::new(ErrorKind::RateLimited, "busy");
        let error = error.with_retry_after(Duration::from_millis(millis)).to_string();
        assert!(error.ends_with(&format!("; wait {seconds} s")), "{millis} ms: {error}");
    }
}

#[test]
fn moments_are_whole_seconds_apart_in_both_directions() {
    for apart in [0, 1, 59, 86_399, 86_400] {
        let (early, late) = (at(AT), at(AT).plus(Duration::from_secs(apart)));
        assert_eq!(late.since(early), Duration::from_secs(apart));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(late.distance(early), early.distance(late));
        assert_eq!(late.distance(early), Duration::from_secs(apart));
        assert_eq!(late.unix_seconds() - early.unix_seconds(), i64::try_from(apart).unwrap());
    }
}

#[test]
fn the_least_and_the_most_of_an_amount_and_of_a_length_are_taken() {
    let limits = AmountLimits::at_least(Money::vnd(2_000)).up_to(Money::vnd(5_000));
    let capabilities =
        PaymentCapabilities::new(CreateMode::Offline, vec![PaymentMethod::Card], vec![limits]);
    let capabilities = capabilities.with_buyer_choice().with_reference(TextRules::new(
        2,
        4,
        Alphabet::AlphanumericAnd("-"),
    ));
    let check = |order: &str, amount: Money| {
        let order = OrderRef::new(order).unwrap();
        let checked = capabilities.check(&CreatePayment::new(order, amount).unwrap());
        checked.err().and_then(|error| error.field().map(str::to_owned))
    };
    for (amount, is_taken) in
        [(1_999, false), (2_000, true), (2_001, true), (4_999, true), (5_000, true), (5_001, false)]
    {
        let refused = check("DH-1", Money::vnd(amount));
        assert_eq!(refused.as_deref(), (!is_taken).then_some("amount"), "{amount}");
    }
    assert_eq!(check("DH-1", Money::from_minor(2_000, Currency::USD)).as_deref(), Some("amount"));
    for (order, is_taken) in
        [("D", false), ("DH", true), ("DH1", true), ("DH-1", true), ("DH-12", false)]
    {
        let refused = check(order, Money::vnd(2_000));
        assert_eq!(refused.as_deref(), (!is_taken).then_some("order"), "{order}");
    }
}
