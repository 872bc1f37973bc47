//! What an inquiry says about a claim that was not proven.

use std::time::Duration;

use payments_core::{
    DedupeKey, Movement, SameMoney,
    notification::{Confirmation, Event, EventData},
    payment::{Memo, Payment, PaymentState},
    same_credit,
};

use super::{
    Unclear,
    key::{self, key},
};

/// When to ask about an order again: SePay notifies once it has booked, so it is soon there.
const ORDER_AGAIN: Duration = Duration::from_secs(5);

/// When to ask about a transaction again: webhooks and the statement are filled apart.
const TRANSACTION_AGAIN: Duration = Duration::from_secs(30);

/// What the order says (`None`: SePay does not know it) about a claimed payment.
pub(crate) fn payment_told(claimed: &Payment, found: Option<Payment>) -> Confirmation {
    use PaymentState::{Cancelled, Open, Processing, Refunded, Settled, Uncertain};

    let Some(found) = found else { return not_yet(ORDER_AGAIN) };
    let agrees = match (claimed.state, found.state) {
        // A status that nobody documents neither confirms nor contradicts a payment.
        (Settled | Uncertain, Open | Processing | Uncertain) => return not_yet(ORDER_AGAIN),
        (Settled, Settled) => covers(&found, claimed),
        // It was paid, and the money has gone back since: what the inquiry says now is reported.
        (Settled, Refunded) => true,
        // No status is documented for a voided order: cancelled is as good as refunded, and one
        // that says neither is for a person, because SePay may never say more.
        (Refunded, Refunded | Cancelled) => true,
        (Settled | Refunded, _) => false,
        // The notification only made us look.
        _ => true,
    };
    if agrees {
        match order_key(&found) {
            Ok(key) => Confirmation::Confirmed(Event::inquired(key, EventData::Payment(found))),
            // No order has a name that is too long for a key.
            Err(_) => not_yet(ORDER_AGAIN),
        }
    } else {
        Confirmation::Contradicted { claimed: shown(claimed), found: shown(&found) }
    }
}

/// Whether the order received at least what was claimed, in the same currency. It may have received
/// more: an order that is paid twice before the first notification is handled has both payments in
/// its total, and the money that the inquiry confirms is reported.
fn covers(found: &Payment, claimed: &Payment) -> bool {
    match (found.received, claimed.received) {
        (Some(found), Some(claimed)) => {
            found.compare(claimed).is_ok_and(|ordering| ordering.is_ge())
        }
        (found, claimed) => found == claimed,
    }
}

/// The order as SePay told it now: nothing of the notification, whose token covers nothing. What
/// arrived is part of it, so that an order that was paid again is not taken for a repetition.
fn order_key(found: &Payment) -> Result<DedupeKey, Unclear> {
    let name = found.gateway_ref.as_ref().map_or(found.order.as_str(), |name| name.as_str());
    // Names are kept as they are: those of two orders may differ in case alone.
    let state = format!("{:?}", found.state).to_ascii_lowercase();
    let received =
        found.received.map_or(String::new(), |received| format!(":{}", received.minor()));
    key(key::ORDER, &format!("{name}:{state}{received}"))
}

fn shown(payment: &Payment) -> String {
    let word = payment.provider_state.as_deref().unwrap_or("no status");
    let mut shown = format!("{:?} ({word})", payment.state);
    if let Some(received) = payment.received {
        shown.push_str(&format!(", {received}"));
    }
    shown
}

/// What the lines of the statement that a claimed movement may be say about it.
pub(crate) fn movement_told(claimed: &Movement, lines: Vec<Movement>) -> Confirmation {
    let seen = lines.len();
    let (mut same, others): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| is_same(claimed, line));
    if same.len() > 1 {
        // Banks repeat references; the second of the booking tells such lines apart.
        same.retain(|line| line.at == claimed.at);
    }
    match (same.pop(), same.is_empty()) {
        (Some(line), true) => {
            Confirmation::Confirmed(Event::inquired(line.key.clone(), EventData::Movement(line)))
        }
        (Some(_), false) => Confirmation::Contradicted {
            claimed: format!("{} {:?}", claimed.amount, claimed.direction),
            found: format!("{seen} lines with the same reference, account, amount and time"),
        },
        (None, _) => match others.iter().find(|line| shares_reference(claimed, line)) {
            Some(other) => Confirmation::Contradicted {
                claimed: format!("{} {:?}", claimed.amount, claimed.direction),
                found: format!("{} {:?}", other.amount, other.direction),
            },
            None => not_yet(TRANSACTION_AGAIN),
        },
    }
}

/// Without the bank's reference, only the same second, account and memo will do. The statement may
/// have the memo in another spelling: with other spaces and line breaks, in another Unicode form, or
/// blank where the other has none.
fn is_same(claimed: &Movement, line: &Movement) -> bool {
    match same_credit(claimed, line) {
        SameMoney::Same => true,
        SameMoney::Different => false,
        SameMoney::Maybe => {
            claimed.bank_reference.is_none()
                && claimed.account.is_some()
                && claimed.at.is_some()
                && claimed.account == line.account
                && claimed.at == line.at
                && is_same_memo(claimed, line)
        }
    }
}

fn is_same_memo(claimed: &Movement, line: &Movement) -> bool {
    let memo = |movement: &Movement| Memo::new(movement.memo.as_deref().unwrap_or_default());
    memo(claimed).says_the_same(&memo(line))
}

/// Whether a line that is not the same money has the same reference, account, direction and second:
/// then the claim is about this line, and wrong. Banks repeat references, so that a line of another
/// time is other money, and the claimed one may still come.
fn shares_reference(claimed: &Movement, line: &Movement) -> bool {
    claimed.bank_reference.is_some()
        && claimed.at == line.at
        && claimed.bank_reference == line.bank_reference
        && claimed.account.is_some()
        && claimed.account == line.account
        && claimed.direction == line.direction
        && claimed.amount != line.amount
}

fn not_yet(again: Duration) -> Confirmation {
    Confirmation::NotYet { retry_after: Some(again) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{
        DedupeKey, Direction, OrderRef, Timestamp, bank::AccountNumber, money::Money,
    };

    fn payment(state: PaymentState, received: i64) -> Payment {
        let payment = Payment::new(OrderRef::new("DH1").unwrap(), state);
        if state == PaymentState::Settled {
            payment.with_received(Money::vnd(received))
        } else {
            payment
        }
    }

    fn line(reference: &str, amount: i64, second: i64) -> Movement {
        let key = DedupeKey::new("test.line", format!("{reference}{amount}{second}")).unwrap();
        Movement::new(key, Direction::In, Money::vnd(amount))
            .with_account(AccountNumber::new("0123499999").unwrap())
            .with_bank_reference(reference)
            .with_memo("DH1")
            .with_time(Timestamp::from_unix(second))
    }

    #[test]
    fn a_claimed_payment_is_believed_as_far_as_the_order_says_the_same() {
        use PaymentState::{Cancelled, Open, Refunded, Settled, Uncertain};
        for (claimed, found, verdict) in [
            (Settled, Settled, "confirmed"),
            (Settled, Open, "not yet"),
            (Settled, Uncertain, "not yet"),
            (Settled, Cancelled, "contradicted"),
            (Settled, Refunded, "confirmed"),
            (Refunded, Refunded, "confirmed"),
            (Refunded, Cancelled, "confirmed"),
            (Refunded, Settled, "contradicted"),
            (Refunded, Open, "contradicted"),
            (Refunded, Uncertain, "contradicted"),
            (Uncertain, Settled, "confirmed"),
            (Uncertain, Open, "not yet"),
            (Uncertain, Uncertain, "not yet"),
        ] {
            let told = payment_told(&payment(claimed, 100), Some(payment(found, 100)));
            assert_eq!(word(&told), verdict, "{claimed:?} while the order is {found:?}");
            if let Confirmation::Confirmed(event) = told {
                let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
                assert_eq!(payment.state, found);
                assert!(event.is_trusted());
            }
        }
        assert_eq!(word(&payment_told(&payment(Settled, 100), None)), "not yet");
    }

    #[test]
    fn an_order_paid_twice_before_the_first_notification_reports_the_money_that_arrived() {
        let claimed = payment(PaymentState::Settled, 50_000);
        let mut keys = Vec::new();
        for (received, verdict) in [
            (49_999, "contradicted"),
            (50_000, "confirmed"),
            (50_001, "confirmed"),
            (100_000, "confirmed"),
            (100_000, "confirmed"),
        ] {
            let told = payment_told(&claimed, Some(payment(PaymentState::Settled, received)));
            assert_eq!(word(&told), verdict, "{received}");
            if let Confirmation::Confirmed(event) = told {
                let EventData::Payment(found) = event.data() else { panic!("{event:?}") };
                assert_eq!(found.received, Some(Money::vnd(received)), "the inquiry's amount");
                keys.push(event.key().unwrap().clone());
            }
        }
        // The second notification of the same two payments is the same happening.
        assert_eq!(keys[2], keys[3]);
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
    }

    #[test]
    fn money_of_another_currency_or_none_contradicts_a_claim() {
        use payments_core::money::Currency;

        let claimed = payment(PaymentState::Settled, 50_000);
        let order = Payment::new(OrderRef::new("DH1").unwrap(), PaymentState::Settled);
        let dollars = order.clone().with_received(Money::from_minor(100_000, Currency::USD));
        for found in [order, dollars] {
            let told = payment_told(&claimed, Some(found.clone()));
            assert_eq!(word(&told), "contradicted", "{found:?}");
        }
    }

    #[test]
    fn another_amount_contradicts() {
        let told = payment_told(
            &payment(PaymentState::Settled, 100_000),
            Some(payment(PaymentState::Settled, 1_000)),
        );
        let Confirmation::Contradicted { claimed, found } = told else { panic!("{told:?}") };
        assert_eq!(claimed, "Settled (no status), 100000 VND");
        assert_eq!(found, "Settled (no status), 1000 VND");
    }

    #[test]
    fn a_claimed_movement_is_believed_as_far_as_the_statement_has_it() {
        let claimed = line("FT1", 50_000, 1_000);
        for (lines, verdict) in [
            (vec![], "not yet"),
            (vec![line("FT1", 50_000, 1_000)], "confirmed"),
            (vec![line("FT1", 50_000, 1_060)], "confirmed"),
            (vec![line("FT1", 5_000, 1_000)], "contradicted"),
            // The bank used the reference before; the line of now has yet to come.
            (vec![line("FT1", 5_000, 940)], "not yet"),
            (vec![line("FT2", 50_000, 1_000)], "not yet"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 50_000, 9_000)], "confirmed"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 50_000, 1_000)], "contradicted"),
            (vec![line("FT1", 50_000, 1_000), line("FT1", 700, 1_000)], "confirmed"),
        ] {
            let told = movement_told(&claimed, lines.clone());
            assert_eq!(word(&told), verdict, "{lines:?}");
        }
    }

    #[test]
    fn without_a_reference_only_the_same_second_account_and_memo_will_do() {
        let mut claimed = line("FT1", 50_000, 1_000);
        claimed.bank_reference = None;
        assert_eq!(word(&movement_told(&claimed, vec![line("FT9", 50_000, 1_000)])), "confirmed");
        assert_eq!(word(&movement_told(&claimed, vec![line("FT9", 50_000, 1_001)])), "not yet");
        let told = movement_told(&claimed, vec![line("FT9", 50_000, 1_000).with_memo("DH2")]);
        assert_eq!(word(&told), "not yet");
    }

    #[test]
    fn without_a_reference_the_memo_may_be_spelt_otherwise_and_tells_two_lines_apart() {
        let mut claimed = line("FT1", 50_000, 1_000).with_memo("Chuyển tiền DH1");
        claimed.bank_reference = None;
        for (memo, verdict) in [
            ("Chuyển  tiền\nDH1 ", "confirmed"),
            ("Chuye\u{302}\u{309}n tie\u{302}\u{300}n DH1", "confirmed"),
            ("CHUYEN TIEN DH1", "confirmed"),
            ("Chuyển tiền DH11", "not yet"),
            ("", "not yet"),
        ] {
            let told = movement_told(&claimed, vec![line("FT9", 50_000, 1_000).with_memo(memo)]);
            assert_eq!(word(&told), verdict, "{memo:?}");
            let other = line("FT8", 50_000, 1_000).with_memo("DH2");
            let same = line("FT9", 50_000, 1_000).with_memo(memo);
            let told = movement_told(&claimed, vec![other, same]);
            assert_eq!(word(&told), verdict, "{memo:?} beside another");
            if let Confirmation::Confirmed(event) = told {
                let EventData::Movement(line) = event.data() else { panic!("{event:?}") };
                assert_eq!(line.memo.as_deref(), Some(memo));
            }
        }
    }

    #[test]
    fn orders_whose_names_differ_in_case_have_two_keys() {
        use payments_core::GatewayRef;
        let named = |order: &str, name: Option<&str>| {
            let order = OrderRef::new(order).unwrap();
            let payment = Payment::new(order, PaymentState::Settled);
            match name {
                Some(name) => payment.with_gateway_ref(GatewayRef::new(name).unwrap()),
                None => payment,
            }
        };
        let key = |payment: &Payment| order_key(payment).unwrap();
        for (one, other) in [
            (named("INV-a", None), named("INV-A", None)),
            (named("1", Some("SEPAY-a")), named("1", Some("SEPAY-A"))),
        ] {
            assert_ne!(key(&one), key(&other));
        }
        assert_eq!(key(&named("INV-A", None)).to_string(), "sepay.order:INV-A:settled");
    }

    fn word(confirmation: &Confirmation) -> &'static str {
        match confirmation {
            Confirmation::Confirmed(_) => "confirmed",
            Confirmation::Contradicted { .. } => "contradicted",
            Confirmation::NotYet { .. } => "not yet",
            _ => "something new",
        }
    }
}
