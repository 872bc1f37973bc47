//! Confirms a payment that an unsigned notification claims, by its order.

use std::time::Duration;

use payments_core::{
    DedupeKey,
    notification::{Confirmation, Event, EventData},
    payment::{Payment, PaymentState},
};

use crate::{
    dedupe_scope::{self, key},
    field::Unclear,
};

/// When to ask about an order again: SePay notifies once it has booked, so it is soon there.
const ORDER_AGAIN: Duration = Duration::from_secs(5);

/// What the order says (`None`: SePay does not know it) about a claimed payment.
pub(crate) fn confirmation(claimed: &Payment, found: Option<Payment>) -> Confirmation {
    use PaymentState::{Cancelled, Open, Processing, Refunded, Settled, Uncertain};

    let Some(found) = found else { return not_yet() };
    let agrees = match (claimed.state, found.state) {
        // A status that nobody documents neither confirms nor contradicts a payment.
        (Settled | Uncertain, Open | Processing | Uncertain) => return not_yet(),
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
            Err(_) => not_yet(),
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
    key(dedupe_scope::ORDER, &format!("{name}:{state}{received}"))
}

fn shown(payment: &Payment) -> String {
    let word = payment.provider_state.as_deref().unwrap_or("no status");
    let mut shown = format!("{:?} ({word})", payment.state);
    if let Some(received) = payment.received {
        shown.push_str(&format!(", {received}"));
    }
    shown
}

fn not_yet() -> Confirmation {
    Confirmation::NotYet { retry_after: Some(ORDER_AGAIN) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{OrderRef, money::Money};

    fn payment(state: PaymentState, received: i64) -> Payment {
        let payment = Payment::new(OrderRef::new("DH1").unwrap(), state);
        if state == PaymentState::Settled {
            payment.with_received(Money::vnd(received))
        } else {
            payment
        }
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
            let told = confirmation(&payment(claimed, 100), Some(payment(found, 100)));
            assert_eq!(word(&told), verdict, "{claimed:?} while the order is {found:?}");
            if let Confirmation::Confirmed(event) = told {
                let EventData::Payment(payment) = event.data() else { panic!("{event:?}") };
                assert_eq!(payment.state, found);
                assert!(event.is_trusted());
            }
        }
        assert_eq!(word(&confirmation(&payment(Settled, 100), None)), "not yet");
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
            let told = confirmation(&claimed, Some(payment(PaymentState::Settled, received)));
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
            let told = confirmation(&claimed, Some(found.clone()));
            assert_eq!(word(&told), "contradicted", "{found:?}");
        }
    }

    #[test]
    fn another_amount_contradicts() {
        let told = confirmation(
            &payment(PaymentState::Settled, 100_000),
            Some(payment(PaymentState::Settled, 1_000)),
        );
        let Confirmation::Contradicted { claimed, found } = told else { panic!("{told:?}") };
        assert_eq!(claimed, "Settled (no status), 100000 VND");
        assert_eq!(found, "Settled (no status), 1000 VND");
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
