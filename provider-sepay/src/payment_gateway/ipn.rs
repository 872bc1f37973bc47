//! IPNs of the payment gateway (source: developer.sepay.vn, payment gateway, IPN).

use payments_core::{
    GatewayRef, OrderRef, Raw,
    notification::{Delivery, Endpoint, EventData, Notification, Received, Untrusted},
    payment::{Payment, PaymentState},
};
use provider_kit::signature::{self, Keys};
use serde::Deserialize;

use super::{
    order::{TransactionKind, TransactionStatus},
    status::{IpnKind, ipn_kind, method, order_state, transaction_kind, transaction_status},
    wire,
};
use crate::field::{Unclear, money, said};

const X_SECRET_KEY: &str = "x-secret-key";

/// The fields on which every claim of an IPN rests. The secret that is sent with it covers none of
/// them.
const RESTS_ON: &[&str] = &[
    "notification_type",
    "order.order_status",
    "order.order_amount",
    "order.order_currency",
    "order.order_invoice_number",
    "transaction.transaction_type",
    "transaction.transaction_status",
    "transaction.transaction_amount",
    "transaction.transaction_currency",
];

/// Checks and reads IPNs.
///
/// SePay sends the merchant's secret in a header and signs nothing, so anybody who has seen one
/// delivery could forge another. An IPN is therefore never trusted: it is a reason to query the
/// order.
#[derive(Debug)]
pub(crate) struct Ipn {
    pub(crate) secret: Keys,
}

impl Ipn {
    pub(crate) fn receive(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery<'_>,
    ) -> Result<Received, Untrusted> {
        let presented = delivery.one_header(X_SECRET_KEY)?;
        let proof = signature::shared_token(&self.secret, presented.map(str::as_bytes))?;
        // A byte that is not UTF-8, such as in a truncated description, must not hide the payment.
        Ok(match read(String::from_utf8_lossy(delivery.body()).as_bytes()) {
            Ok(news) => Notification::new(endpoint, proof)
                .with_event(None, news, RESTS_ON)
                .with_raw(Raw::new(delivery.body().to_vec()))
                .into(),
            Err(unclear) => unclear.into_delivery(proof).into(),
        })
    }
}

fn read(body: &[u8]) -> Result<EventData, Unclear> {
    let head: wire::IpnHead<'_> = json(body)?;
    let word = head.notification_type.as_ref().map_or("", |word| word.as_str());
    let Some(kind) = ipn_kind(word) else {
        return Ok(EventData::Unrecognised { name: word.to_owned() });
    };
    Ok(EventData::Payment(claim(kind, &json(body)?)?))
}

pub(super) fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unclear> {
    payments_core::json::read(body).map_err(|error| Unclear::json("the IPN", error))
}

/// Returns the payment that a notification claims. Its key comes from the order inquiry, because
/// notifications are not signed.
///
/// `ORDER_PAID` and `RENEWAL_ORDER_PAID` claim money only if the order is captured and an attempt
/// to pay is approved. Otherwise the claim is uncertain, and the order is queried as well.
/// `TRANSACTION_VOID` claims that the money of a card payment is returned.
fn claim(kind: IpnKind, ipn: &wire::Ipn<'_>) -> Result<Payment, Unclear> {
    let (order, transaction) = (&ipn.order, &ipn.transaction);
    let invoice = said(&order.order_invoice_number)
        .ok_or_else(|| Unclear::in_field("order.order_invoice_number", "is missing"))?;
    let reference = OrderRef::new(invoice)
        .map_err(|_| Unclear::in_field("order.order_invoice_number", "cannot be one"))?;

    let asked = money("order.order_amount", order.order_amount, &order.order_currency)?;
    let paid = money(
        "transaction.transaction_amount",
        transaction.transaction_amount,
        &transaction.transaction_currency,
    )?;
    let status = said(&order.order_status);
    let approved = transaction_kind(said(&transaction.transaction_type))
        == TransactionKind::Payment
        && transaction_status(said(&transaction.transaction_status)) == TransactionStatus::Approved;
    let captured = order_state(status) == PaymentState::Settled;
    let state = match kind {
        IpnKind::Paid | IpnKind::Renewed if captured && approved && paid.is_some() => {
            PaymentState::Settled
        }
        IpnKind::Paid | IpnKind::Renewed => PaymentState::Uncertain,
        IpnKind::Voided => PaymentState::Refunded,
    };

    let mut payment = Payment::new(reference, state);
    if let Some(asked) = asked {
        payment = payment.with_asked(asked);
    }
    if let (PaymentState::Settled, Some(paid)) = (state, paid) {
        payment = payment.with_received(paid);
    }
    if let Some(method) = method(said(&transaction.payment_method)) {
        payment = payment.with_method(method);
    }
    if let Some(id) = said(&order.order_id).and_then(|id| GatewayRef::new(id).ok()) {
        payment = payment.with_gateway_ref(id);
    }
    if let Some(status) = status {
        payment = payment.with_provider_state(status);
    }
    Ok(payment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{money::Money, payment::PaymentMethod};

    const PAID: &str = r#"{"timestamp":1759134682,"notification_type":"ORDER_PAID",
        "order":{"id":"e2c195be-c721-47eb-b323-99ab24e52d85","order_id":"NQD-68DA43D73C1A5",
        "order_status":"CAPTURED","order_currency":"VND","order_amount":"100000.00",
        "order_invoice_number":"INV-1759134677","custom_data":[],"user_agent":"Mozilla/5.0",
        "ip_address":"14.186.39.212","order_description":"Test payment"},
        "transaction":{"id":"384c66dd-41e6-4316-a544-b4141682595c",
        "payment_method":"BANK_TRANSFER","transaction_id":"68da43da2d9de",
        "transaction_type":"PAYMENT","transaction_date":"2025-09-29 15:31:22",
        "transaction_status":"APPROVED","transaction_amount":"100000",
        "transaction_currency":"VND","authentication_status":"AUTHENTICATION_SUCCESSFUL",
        "card_number":null},"customer":null,"agreement":null}"#;

    fn claimed(kind: IpnKind, json: &str) -> Result<Payment, Unclear> {
        claim(kind, &serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_renewal_claims_money_as_a_first_payment_does() {
        let payment = claimed(IpnKind::Renewed, PAID).unwrap();
        assert_eq!(payment.received, Some(Money::vnd(100_000)));
        let open = PAID.replace("CAPTURED", "PENDING");
        let payment = claimed(IpnKind::Renewed, &open).unwrap();
        assert_eq!(payment.state, PaymentState::Uncertain);
    }

    #[test]
    fn a_paid_order_claims_what_its_transaction_brought() {
        let payment = claimed(IpnKind::Paid, PAID).unwrap();
        assert_eq!(payment.order.as_str(), "INV-1759134677");
        assert_eq!(payment.state, PaymentState::Settled);
        assert_eq!(payment.asked, Some(Money::vnd(100_000)));
        assert_eq!(payment.received, Some(Money::vnd(100_000)));
        assert_eq!(payment.method, Some(PaymentMethod::BankTransfer));
        assert_eq!(payment.gateway_ref.unwrap().as_str(), "NQD-68DA43D73C1A5");
        assert_eq!(payment.provider_state.as_deref(), Some("CAPTURED"));
    }

    #[test]
    fn only_captured_approved_and_a_payment_claims_money() {
        for (from, to) in [
            ("CAPTURED", "AUTHENTICATION_NOT_NEEDED"),
            ("CAPTURED", "CANCELLED"),
            ("CAPTURED", "COMPLETED"),
            ("APPROVED", "DECLINED"),
            ("APPROVED", "AUTHORIZED"),
            (r#""PAYMENT""#, r#""REFUND""#),
            (r#""transaction_amount":"100000","#, ""),
        ] {
            let payment = claimed(IpnKind::Paid, &PAID.replace(from, to)).unwrap();
            assert_eq!(payment.state, PaymentState::Uncertain, "{from} to {to}");
            assert_eq!(payment.received, None, "{from} to {to}");
        }
    }

    #[test]
    fn a_voided_transaction_claims_that_the_money_goes_back() {
        let payment = claimed(IpnKind::Voided, PAID).unwrap();
        assert_eq!((payment.state, payment.received), (PaymentState::Refunded, None));
    }

    #[test]
    fn a_claim_about_no_order_is_none() {
        for invoice in [r#""""#, "null", r#"" \u0007 ""#] {
            let json = PAID.replace(r#""INV-1759134677""#, invoice);
            assert!(claimed(IpnKind::Paid, &json).is_err(), "{invoice}");
        }
    }
}
