//! Checkout forms whose signed text fits another order too are refused.

use payments_core::{
    ErrorKind,
    payment::{Buyer, CreatePayment},
};
use provider_sepay::SePayOptions;

use crate::world::{GATEWAY, Wire, provider, request};

/// The field at fault, if the form is refused for what it signs.
async fn refused(order: &str, request: &CreatePayment) -> Option<String> {
    let wire = Wire::new();
    let provider = provider(&[GATEWAY, order], &wire);
    let made = provider.payments().unwrap().create_payment(request).await;
    assert!(wire.is_untouched());
    let error = made.err()?;
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(error.to_string().contains("signature fits another"), "{error}");
    Some(error.field().unwrap_or_default().to_owned())
}

const ORDERS: [&str; 2] =
    [r#"formulas.checkout = "checkout""#, r#"formulas.checkout = "checkout.allowlist""#];

#[tokio::test]
async fn a_description_that_holds_another_order_is_refused() {
    for order in ORDERS {
        for description in [
            "x,order_invoice_number=INV-B,customer_id=z",
            "x,order_invoice_number=INV-B",
            ",order_amount=1",
            "x,order_amount=1,currency=VND",
            "x,merchant=OTHER",
            "x,customer_id=somebody",
            "x,success_url=https://evil.example",
            "x,agreement_amount_per_payment=1",
            "x,order_amount= 1 ",
            "x,order_amount=1 dong",
            "x,order_invoice_number= INV-B ",
            "x,currency= VND",
            "x,order_id=",
        ] {
            let request = request("INV-A", 100_000).with_description(description);
            let field = refused(order, &request).await;
            assert_eq!(field.as_deref(), Some("description"), "{description:?}");
        }
    }
}

#[tokio::test]
async fn any_other_field_that_holds_one_is_refused_too() {
    let inside = ",order_invoice_number=INV-B";
    for order in ORDERS {
        let by_customer = request("INV-A", 100_000).with_buyer(Buyer::new().with_id(inside));
        assert_eq!(refused(order, &by_customer).await.as_deref(), Some("buyer.id"));
        let address = format!("https://shop.example/?x={inside}");
        let by_address = request("INV-A", 100_000).with_return_url(&address).unwrap();
        assert_eq!(refused(order, &by_address).await.as_deref(), Some("return_url"));
        let options = SePayOptions::new().with_env(inside);
        let by_option = request("INV-A", 100_000).with_options(&options).unwrap();
        assert_eq!(refused(order, &by_option).await.as_deref(), Some("options.env"));
    }
}

#[tokio::test]
async fn ordinary_text_with_commas_and_equals_signs_makes_a_form() {
    for order in ORDERS {
        for description in [
            "Hai ly cà phê, một trà",
            "a=b,c=d",
            "order_invoice_number=INV-B",
            "x, order_invoice_number=INV-B",
            "x,order_amount=free of charge",
            "x,order_invoice_number=INV B",
        ] {
            let request = request("INV-A", 100_000)
                .with_description(description)
                .with_buyer(Buyer::new().with_id("CUST,1=2"));
            assert_eq!(refused(order, &request).await, None, "{description:?}");
        }
    }
}
