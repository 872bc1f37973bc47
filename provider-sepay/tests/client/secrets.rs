//! No secret is ever printed.

use payments_core::payment::PaymentMethod;
use provider_sepay::{SePay, testing::Ipn};

use crate::world::{
    API_TOKEN, BANK, GATEWAY, SECRET_KEY, SIGNED_WEBHOOK, WEBHOOK_SECRET, Wire, order, provider,
    refused, request, secret,
};

fn hides(shown: &str) {
    for canary in [SECRET_KEY, API_TOKEN, WEBHOOK_SECRET] {
        assert!(!shown.contains(canary), "{shown}");
    }
}

#[tokio::test]
async fn no_secret_is_in_debug_display_or_an_error_chain() {
    let wire = Wire::new();
    let provider = provider(&[GATEWAY, BANK, SIGNED_WEBHOOK], &wire);
    hides(&format!("{provider:?}"));
    hides(&format!("{:?}", provider.extension::<SePay>().unwrap()));

    let payments = provider.payments().unwrap();
    let opened = payments.create_payment(&request("A-1", 1)).await.unwrap();
    hides(&format!("{opened:?}"));
    let transfer = request("00042", 1).with_method(PaymentMethod::BankTransfer);
    hides(&format!("{:?}", payments.create_payment(&transfer).await.unwrap()));

    for (status, body) in [(401, "<html>"), (500, r#"{"message":"x"}"#), (200, "{")] {
        wire.answer(status, body).answer(status, body);
        let error = payments.find_payment(&order("A-1")).await.unwrap_err();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            hides(&format!("{error} {error:?}"));
            cause = error.source();
        }
        hides(&format!("{:?}", payments.cancel_payment(&order("A-1")).await.unwrap()));
    }

    let forged = Ipn::order_paid(&order("A-1"), payments_core::money::Money::vnd(1))
        .with_secret(&secret(API_TOKEN));
    hides(&format!("{:?}", refused(&provider, "ipn", &forged)));
}
