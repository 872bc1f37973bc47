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

/// The time after which to query an order again. SePay notifies after it has booked, so the order
/// is soon up to date.
const ORDER_AGAIN: Duration = Duration::from_secs(5);

/// Compares a claimed payment with its order. `found` is `None` if SePay does not know the order.
pub(crate) fn confirmation(claimed: &Payment, found: Option<Payment>) -> Confirmation {
    use PaymentState::{Cancelled, Open, Processing, Refunded, Settled, Uncertain};

    let Some(found) = found else { return not_yet() };
    let agrees = match (claimed.state, found.state) {
        // An undocumented status neither confirms nor contradicts a payment.
        (Settled | Uncertain, Open | Processing | Uncertain) => return not_yet(),
        (Settled, Settled) => covers(&found, claimed),
        // The order was paid, and the money was returned since. The current state of the inquiry is
        // reported.
        (Settled, Refunded) => true,
        // SePay documents no status for a voided order. Cancelled counts as refunded. Any other
        // status is for a person to decide, because SePay may never report more.
        (Refunded, Refunded | Cancelled) => true,
        (Settled | Refunded, _) => false,
        // The notification was only a reason to query the order.
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

/// Returns `true` if the order received at least the claimed amount, in the same currency. It may
/// have received more: an order that is paid twice before the first notification is handled has
/// both payments in its total, and the confirmed amount is reported.
fn covers(found: &Payment, claimed: &Payment) -> bool {
    match (found.received, claimed.received) {
        (Some(found), Some(claimed)) => {
            found.compare(claimed).is_ok_and(|ordering| ordering.is_ge())
        }
        (found, claimed) => found == claimed,
    }
}

/// Returns the key of the order in its current state. It contains nothing from the notification,
/// whose token covers nothing. The amount received is part of it, so that a second payment of the
/// order is not treated as the same event.
fn order_key(found: &Payment) -> Result<DedupeKey, Unclear> {
    let name = found.gateway_ref.as_ref().map_or(found.order.as_str(), |name| name.as_str());
    // Names keep their case, because those of two orders may differ only in case.
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
        // The second notification about the same two payments is the same event.
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
