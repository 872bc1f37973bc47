//! SePay's checkout page with its order API and its IPNs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use conformance_tests::{
    Booking, ChangedResponse, Gateway, Hosts, Impossible, Notifies, Operation, Payers,
    ReceivedFields, TakesPayments, Tuning, WebhookSample,
};
use http::{HeaderValue, Request, Response, StatusCode};
use payments_core::{
    Clock, EndpointName, OrderRef, Provider, Timestamp,
    money::Money,
    payment::{CreatePayment, NextAction},
};
use provider_sepay::{HostedMethod, SePayOptions};
use simulator_sepay::{BookingKind, PaymentMethod, Settings};

use super::{
    answers,
    gateway::{AMOUNT, Simulated, dong, post_form, received},
};

pub(crate) struct Checkout(Simulated);

impl Checkout {
    pub(crate) async fn start() -> Self {
        // No server runs at this address: tests read what was sent from the simulator.
        let ipn = "http://127.0.0.1:1/ipn".parse().unwrap();
        Self(Simulated::start(Settings::test().with_ipn_url(ipn)).await)
    }
}

#[async_trait]
impl Gateway for Checkout {
    fn hosts(&self) -> Hosts {
        self.0.hosts()
    }

    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider {
        let settings = self.0.simulator.settings();
        let lines = format!(
            "merchant_id = '{}'\n\
             secret_key = '{}'\n\
             pay_url = '{}'\n\
             pgapi_url = '{}'\n",
            settings.merchant_id(),
            settings.secret_key(),
            hosts["pay"],
            hosts["pgapi"],
        );
        self.0.provider(&lines, tuning)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        self.0.clock()
    }

    async fn advance(&self, by: Duration) {
        self.0.advance(by);
    }

    async fn bookings(&self) -> Vec<Booking> {
        let booking = |booking: simulator_sepay::Booking| match booking.kind {
            BookingKind::Void => Booking::sent(dong(booking.amount)).of(booking.reference),
            _ => received(booking.amount, Some(booking.reference)),
        };
        self.0.simulator.bookings().into_iter().map(booking).collect()
    }

    async fn carried_out(&self, operation: Operation, reference: &str) -> usize {
        match operation {
            Operation::CancelPayment => {
                usize::from(self.0.simulator.order_status(reference) == Some("CANCELLED"))
            }
            _ => 0,
        }
    }

    async fn received(&self, _: Operation, reference: &str) -> ReceivedFields {
        let Some(asked) = self.0.simulator.order_texts(reference) else {
            return ReceivedFields::new();
        };
        [
            ("description", asked.description),
            ("return_url", asked.success_url.unwrap_or_default()),
            ("cancel_url", asked.cancel_url.unwrap_or_default()),
        ]
        .into()
    }

    fn secrets(&self) -> Vec<String> {
        let settings = self.0.simulator.settings();
        vec![settings.secret_key().to_owned()]
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        answers::of_orders()
    }
}

#[async_trait]
impl TakesPayments for Checkout {
    /// By bank transfer on SePay's page: a card payment cannot be cancelled.
    fn payment(&self, order: OrderRef) -> CreatePayment {
        let options = SePayOptions::new().with_payment_method(HostedMethod::BankTransfer);
        CreatePayment::new(order, AMOUNT)
            .unwrap()
            .with_description("Hai ly cà phê")
            .with_options(&options)
            .unwrap()
    }

    /// The page asks for the amount of the form, once.
    fn buyers(&self) -> Payers {
        Payers::exact()
    }

    async fn visit(&self, shown: &NextAction) {
        let NextAction::PostForm(form) = shown else { panic!("{shown:?}") };
        assert_eq!(post_form(&form.action, &form.fields).await, StatusCode::OK);
    }

    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible> {
        let NextAction::PostForm(form) = shown else { panic!("{shown:?}") };
        let value = |name: &str| &form.fields.iter().find(|(field, _)| field == name).unwrap().1;
        if *value("order_amount") != amount.minor().to_string() {
            return Err(Impossible);
        }
        let invoice = value("order_invoice_number");
        let paid = self.0.simulator.buyer_pays_by(invoice, PaymentMethod::BankTransfer).await;
        paid.map(drop).map_err(|_| Impossible)
    }
}

#[async_trait]
impl Notifies for Checkout {
    async fn take(&self) -> Vec<WebhookSample> {
        self.0.take()
    }

    /// An IPN is repeated to the letter.
    async fn again(&self, sent: &WebhookSample) -> WebhookSample {
        sent.clone()
    }

    /// The token is all that an IPN is authenticated by.
    fn signed(&self, sent: &WebhookSample, secret: &str, _: Timestamp) -> Option<Request<Bytes>> {
        let mut request = sent.request.clone();
        request.headers_mut().insert("x-secret-key", HeaderValue::from_str(secret).unwrap());
        Some(request)
    }

    async fn unknown(&self) -> Option<WebhookSample> {
        let body = r#"{"timestamp":1731741261,"notification_type":"HOLIDAY_ANNOUNCED"}"#;
        let request = Request::post("/ipn")
            .header("content-type", "application/json")
            .header("x-secret-key", self.0.simulator.settings().secret_key())
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap();
        let endpoint = EndpointName::new(provider_sepay::IPN).unwrap();
        Some(WebhookSample::new(
            endpoint,
            request,
            conformance_tests::SignedIn::Header("x-secret-key"),
        ))
    }

    fn acknowledges(&self, _: &EndpointName, reply: &Response<Bytes>) -> bool {
        reply.status() == StatusCode::OK
    }
}
