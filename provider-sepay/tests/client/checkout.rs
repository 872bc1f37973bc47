//! Checkout forms: made here, posted by the buyer.

use payments_core::{
    ErrorKind, Submission,
    money::{Currency, Money},
    payment::{
        Buyer, CreateMode, CreatePayment, NextAction, Payment, PaymentMethod, PaymentState,
        Registered,
    },
    rules::Repeat,
};
use provider_kit::signature::{Field, Keys, SigningKeys};
use provider_sepay::{
    Agreement, HostedMethod, SePay, SePayOptions, Verification, formula::CHECKOUT,
};

use crate::world::{BANK, GATEWAY, SECRET_KEY, Wire, order, provider, request, secret};

/// The fields of the form that a request becomes.
async fn form(keys: &[&str], request: &CreatePayment) -> Vec<(String, String)> {
    let payment = open(keys, request).await;
    let Some(NextAction::PostForm(form)) = payment.next.first().cloned() else {
        panic!("{payment:?}")
    };
    form.fields
}

async fn open(keys: &[&str], request: &CreatePayment) -> Payment {
    let wire = Wire::new();
    let provider = provider(keys, &wire);
    let submission = provider.payments().unwrap().create_payment(request).await.unwrap();
    assert!(wire.is_untouched());
    match submission {
        Submission::Accepted(payment) => payment,
        other => panic!("{other:?}"),
    }
}

async fn refusal(keys: &[&str], request: &CreatePayment) -> payments_core::Error {
    let wire = Wire::new();
    let provider = provider(keys, &wire);
    let error = provider.payments().unwrap().create_payment(request).await.unwrap_err();
    assert!(wire.is_untouched());
    error
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

fn names(fields: &[(String, String)]) -> Vec<&str> {
    fields.iter().map(|(name, _)| name.as_str()).collect()
}

fn full() -> CreatePayment {
    request("DH-1", 100_000)
        .with_method(PaymentMethod::Card)
        .with_description("Hai ly cà phê")
        .with_buyer(Buyer::new().with_id("CUST_1"))
        .with_return_url("https://shop.example/paid")
        .unwrap()
        .with_cancel_url("https://shop.example/cart")
        .unwrap()
        .with_options(
            &SePayOptions::new()
                .with_error_url("https://shop.example/failed")
                .with_custom_data("{\"k\":1}"),
        )
        .unwrap()
}

/// With every field that a form can have.
fn everything() -> SePayOptions {
    let agreement = Agreement::new("AGR-1")
        .with_name("Hàng tháng")
        .with_kind("RECURRING")
        .with_payment_frequency("MONTHLY")
        .with_amount_per_payment(Money::vnd(50_000));
    SePayOptions::new()
        .with_error_url("https://shop.example/failed")
        .with_agreement(agreement)
        .with_env("sandbox")
        .with_order_id("O-1")
        .with_custom_data("{\"k\":1}")
        .with_order_tax_amount(Money::vnd(8_000))
        .with_branch_code("HN")
}

const EVERYTHING: [&str; 22] = [
    "order_amount",
    "merchant",
    "currency",
    "operation",
    "order_description",
    "order_invoice_number",
    "customer_id",
    "payment_method",
    "env",
    "agreement_id",
    "agreement_name",
    "agreement_type",
    "agreement_payment_frequency",
    "agreement_amount_per_payment",
    "order_id",
    "success_url",
    "error_url",
    "cancel_url",
    "custom_data",
    "order_tax_amount",
    "branch_code",
    "signature",
];

fn sepay_signs(fields: &[(String, String)]) -> String {
    let keys = Keys::one(secret(SECRET_KEY));
    let fields: Vec<Field<'_>> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    CHECKOUT.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).unwrap()
}

#[tokio::test]
async fn a_checkout_is_open_unpaid_and_unknown_to_sepay() {
    let payment = open(&[GATEWAY], &full()).await;
    assert_eq!(payment.state, PaymentState::Open);
    assert_eq!(payment.asked, Some(Money::vnd(100_000)));
    assert_eq!(payment.received, None);
    assert_eq!(payment.registered, Registered::WhenBuyerActs);
    assert_eq!(payment.method, Some(PaymentMethod::Card));
    let Some(NextAction::PostForm(form)) = payment.next.into_iter().next() else {
        panic!("no form")
    };
    assert_eq!(form.action, "https://pay-sandbox.sepay.vn/v1/checkout/init");
}

#[tokio::test]
async fn the_form_has_the_order_of_the_form_page_then_what_is_unsigned_then_the_signature() {
    let fields = form(&[GATEWAY], &full()).await;
    assert_eq!(
        names(&fields),
        [
            "order_amount",
            "merchant",
            "currency",
            "operation",
            "order_description",
            "order_invoice_number",
            "customer_id",
            "payment_method",
            "success_url",
            "error_url",
            "cancel_url",
            "custom_data",
            "signature"
        ]
    );
}

#[tokio::test]
async fn every_field_has_its_place_and_the_unsigned_ones_change_no_signature() {
    let fields = form(&[GATEWAY], &full().with_options(&everything()).unwrap()).await;
    assert_eq!(names(&fields), EVERYTHING);
    assert_eq!(value(&fields, "agreement_amount_per_payment"), Some("50000"));
    assert_eq!(value(&fields, "order_tax_amount"), Some("8000"));
    let signature = value(&fields, "signature").unwrap();
    assert_eq!(sepay_signs(&fields[..18]), signature);

    let mut bare = everything();
    (bare.custom_data, bare.order_tax_amount, bare.branch_code) = (None, None, None);
    let fewer = form(&[GATEWAY], &full().with_options(&bare).unwrap()).await;
    assert_eq!(value(&fewer, "signature"), Some(signature));
    assert_eq!(fewer.len(), EVERYTHING.len() - 3);
}

#[tokio::test]
async fn options_survive_being_stored() {
    let stored = serde_json::to_string(&everything()).unwrap();
    assert_eq!(serde_json::from_str::<SePayOptions>(&stored).unwrap(), everything());
    assert_eq!(serde_json::to_string(&SePayOptions::new()).unwrap(), "{}");
}

#[test]
fn a_verification_asks_for_nothing_and_is_no_payment() {
    let wire = Wire::new();
    let provider = provider(&[GATEWAY, "success_url = \"https://a.example/s\""], &wire);
    let sepay = provider.extension::<SePay>().unwrap();
    let form = sepay.verification(&Verification::new()).unwrap();
    let named = ["order_amount", "merchant", "currency", "operation", "order_description"];
    assert_eq!(names(&form.fields), [&named[..], &["success_url", "signature"]].concat());
    assert_eq!(value(&form.fields, "order_amount"), Some("0"));
    assert_eq!(value(&form.fields, "operation"), Some("VERIFY"));

    let named = Verification::new()
        .with_order(order("CARD-1"))
        .with_description("Thẻ của tôi")
        .with_customer("KH-7")
        .with_return_url("https://shop.example/done")
        .with_cancel_url("https://shop.example/cart")
        .with_options(everything().with_payment_method(HostedMethod::Card));
    let form = sepay.verification(&named).unwrap();
    assert_eq!(names(&form.fields), EVERYTHING);
    assert_eq!(value(&form.fields, "success_url"), Some("https://shop.example/done"));
    assert!(wire.is_untouched());
}

#[test]
fn a_verification_that_cannot_be_is_refused_naming_the_field() {
    let provider = provider(&[GATEWAY], &Wire::new());
    let sepay = provider.extension::<SePay>().unwrap();
    for (request, field) in [
        (Verification::new().with_order(order("CARD 1")), "order"),
        (Verification::new().with_description("a\nb"), "description"),
        (Verification::new().with_customer("a\nb"), "buyer.id"),
        (Verification::new().with_return_url("/paid"), "return_url"),
        (Verification::new().with_cancel_url("javascript:alert(1)"), "cancel_url"),
    ] {
        assert_eq!(sepay.verification(&request).unwrap_err().field(), Some(field));
    }
}

#[tokio::test]
async fn the_order_of_the_libraries_list_is_a_setting() {
    let fields = form(&[GATEWAY, "formulas.checkout = \"checkout.allowlist\""], &full()).await;
    assert_eq!(
        names(&fields),
        [
            "merchant",
            "operation",
            "payment_method",
            "order_amount",
            "currency",
            "order_invoice_number",
            "order_description",
            "customer_id",
            "success_url",
            "error_url",
            "cancel_url",
            "custom_data",
            "signature"
        ]
    );
}

#[tokio::test]
async fn what_is_not_said_is_not_in_the_form_and_nothing_in_it_is_empty() {
    let mut request = request("DH-1", 2_000).with_buyer(Buyer::new().with_id(""));
    request = request.with_options(&SePayOptions::new().with_custom_data("")).unwrap();
    let fields = form(&[GATEWAY], &request).await;
    assert_eq!(
        names(&fields),
        [
            "order_amount",
            "merchant",
            "currency",
            "operation",
            "order_description",
            "order_invoice_number",
            "signature"
        ]
    );
    assert_eq!(value(&fields, "order_amount"), Some("2000"));
    assert_eq!(value(&fields, "order_description"), Some("Thanh toán đơn hàng DH-1"));
}

#[tokio::test]
async fn the_configured_pages_stand_in_where_the_request_names_none() {
    let keys = [
        GATEWAY,
        "success_url = \"https://a.example/s\"",
        "error_url = \"https://a.example/e\"",
        "cancel_url = \"https://a.example/c\"",
    ];
    let fields = form(&keys, &request("DH-1", 2_000)).await;
    assert_eq!(value(&fields, "success_url"), Some("https://a.example/s"));
    assert_eq!(value(&fields, "error_url"), Some("https://a.example/e"));
    assert_eq!(value(&fields, "cancel_url"), Some("https://a.example/c"));
    let fields = form(&keys, &full()).await;
    assert_eq!(value(&fields, "success_url"), Some("https://shop.example/paid"));
    assert_eq!(value(&fields, "error_url"), Some("https://shop.example/failed"));
    assert_eq!(value(&fields, "cancel_url"), Some("https://shop.example/cart"));
}

#[tokio::test]
async fn every_method_has_its_word() {
    for (method, hosted, word) in [
        (None, None, None),
        (Some(PaymentMethod::Card), None, Some("CARD")),
        (Some(PaymentMethod::NapasQr), None, Some("NAPAS_BANK_TRANSFER")),
        (None, Some(HostedMethod::Card), Some("CARD")),
        (None, Some(HostedMethod::BankTransfer), Some("BANK_TRANSFER")),
        (None, Some(HostedMethod::NapasBankTransfer), Some("NAPAS_BANK_TRANSFER")),
        (Some(PaymentMethod::Card), Some(HostedMethod::Card), Some("CARD")),
    ] {
        let mut request = request("DH-1", 2_000);
        if let Some(method) = method {
            request = request.with_method(method);
        }
        if let Some(hosted) = hosted {
            let options = SePayOptions::new().with_payment_method(hosted);
            request = request.with_options(&options).unwrap();
        }
        let fields = form(&[GATEWAY], &request).await;
        assert_eq!(value(&fields, "payment_method"), word, "{method:?} {hosted:?}");
    }
}

#[tokio::test]
async fn the_same_request_makes_the_same_form() {
    assert_eq!(open(&[GATEWAY], &full()).await, open(&[GATEWAY], &full()).await);
}

#[tokio::test]
async fn what_cannot_be_honoured_is_refused_naming_the_field_and_nothing_is_sent() {
    let dollars = Money::from_minor(100, Currency::USD);
    let long = "x".repeat(101);
    for (request, field) in [
        (CreatePayment::new(order("DH-1"), dollars).unwrap(), "amount"),
        (request("DH 1", 2_000), "order"),
        (request("DH/1", 2_000), "order"),
        (request("ĐH1", 2_000), "order"),
        (request(&long, 2_000), "order"),
        (request("DH-1", 2_000).with_description("a\nb"), "description"),
        (request("DH-1", 2_000).with_description("x".repeat(256)), "description"),
        (request("DH-1", 2_000).with_buyer(Buyer::new().with_id("a\r\nb")), "buyer.id"),
        (request("DH-1", 2_000).with_method(PaymentMethod::Wallet), "method"),
        (request("DH-1", 2_000).with_method(PaymentMethod::BankTransfer), "method"),
        (request("DH-1", 2_000).with_expiry(crate::world::now()), "expires_at"),
        (with(SePayOptions::new().with_custom_data("a\nb")), "options.custom_data"),
        (with(SePayOptions::new().with_error_url("https://a/\n")), "options.error_url"),
        (with(SePayOptions::new().with_error_url("shop.example")), "options.error_url"),
        (with(SePayOptions::new().with_branch_code("\u{7f}")), "options.branch_code"),
        (with(SePayOptions::new().with_env("\0")), "options.env"),
        (with(SePayOptions::new().with_order_tax_amount(dollars)), "options.order_tax_amount"),
        (
            with(SePayOptions::new().with_order_tax_amount(Money::vnd(-1))),
            "options.order_tax_amount",
        ),
        (
            with(
                SePayOptions::new()
                    .with_agreement(Agreement::new("A").with_amount_per_payment(dollars)),
            ),
            "options.agreement.amount_per_payment",
        ),
        (
            with(SePayOptions::new().with_payment_method(HostedMethod::BankTransfer))
                .with_method(PaymentMethod::Card),
            "options.payment_method",
        ),
    ] {
        let error = refusal(&[GATEWAY], &request).await;
        assert_eq!(error.field(), Some(field), "{error}");
        assert!(matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Unsupported));
    }
}

fn with(options: SePayOptions) -> CreatePayment {
    request("DH-1", 2_000).with_options(&options).unwrap()
}

#[tokio::test]
async fn an_option_that_nobody_knows_is_refused() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Misspelt {
        payment_metod: String,
    }
    impl payments_core::options::ProviderOptions for Misspelt {
        const KIND: &'static str = "sepay";
    }
    let options = Misspelt { payment_metod: "CARD".to_owned() };
    let request = request("DH-1", 2_000).with_options(&options).unwrap();
    let error = refusal(&[GATEWAY], &request).await;
    assert_eq!(error.field(), Some("options"));
    assert!(error.to_string().contains("payment_metod"), "{error}");
}

#[test]
fn the_capabilities_are_those_of_what_is_configured() {
    let of =
        |keys: &[&str]| provider(keys, &Wire::new()).payments().unwrap().capabilities().clone();
    let gateway = of(&[GATEWAY]);
    assert_eq!(gateway.methods, [PaymentMethod::Card, PaymentMethod::NapasQr]);
    assert!(gateway.buyer_chooses && gateway.find && gateway.cancel && !gateway.refund);
    assert_eq!((gateway.create, gateway.repeat), (CreateMode::Offline, Repeat::Refused));

    let bank = of(&[BANK]);
    assert_eq!(bank.methods, [PaymentMethod::BankTransfer]);
    assert!(!bank.buyer_chooses && bank.find && !bank.cancel && !bank.refund);
    assert_eq!((bank.create, bank.repeat), (CreateMode::Offline, Repeat::PaysAgain));
    assert_eq!((bank.reference.min, bank.reference.max), (5, 5));

    let both = of(&[GATEWAY, BANK]);
    assert_eq!(
        both.methods,
        [PaymentMethod::Card, PaymentMethod::NapasQr, PaymentMethod::BankTransfer]
    );
    assert!(both.buyer_chooses && both.find && both.cancel && !both.refund);
    assert_eq!(both.repeat, Repeat::PaysAgain);
}
