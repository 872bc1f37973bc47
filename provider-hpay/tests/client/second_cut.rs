//! Signed texts that fit other values too: refused on the way out, unconfirmed on the way in.

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, ErrorKind, OrderRef, Provider, Timestamp,
    money::Money,
    notification::{Delivery, Event, Evidence, Received},
    payment::{CreatePayment, PaymentMethod},
};
use provider_hpay::{
    endpoints::{NOTIFY, VA_CALLBACK},
    formulas::{self, PAYMENT_NOTIFICATION},
    options::HPayOptions,
};
use provider_kit::signature::{Field, Keys, SigningKeys};

use crate::support::{self, NOW, PASSCODE, Script};

/// Makes a link over 5,000,000 đồng whose order code is ORDER-1, by the legacy formula.
async fn link(changes: &[(&str, &str)], description: &str, info: &str) -> Result<(), String> {
    let script = Script::new();
    let provider = support::provider_with(&script, changes);
    let options = HPayOptions::new().with_installment().with_transaction_info(info);
    let order = OrderRef::new("ORDER-1").unwrap();
    let mut request = CreatePayment::new(order, Money::vnd(5_000_000))
        .unwrap()
        .with_description(description)
        .with_options(&options)
        .unwrap();
    request.method = Some(PaymentMethod::Card);
    let made = provider.payments().unwrap().create_payment(&request).await;
    assert_eq!(script.calls().len(), 0);
    match made {
        Ok(_) => Ok(()),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            assert!(error.to_string().contains("signature fits another"), "{error}");
            Err(error.field().unwrap_or_default().to_owned())
        }
    }
}

#[tokio::test]
async fn a_description_that_turns_the_link_into_one_over_less_is_refused() {
    for description in [
        "ORDER-77 1 vnd 1 0 0 0 0 thanks",
        "x ORDER-77 1 vnd 1 0 0 0 0 ",
        "thanks ORDER-77 1 VND 1 0 0 0 0 thanks",
        "ORDER-77 1.00 usd 1 0 0 0 0 y",
        "ORDER-77 1 vnd      thanks",
        "ORDER-77 1  1 0 0 0 0 thanks",
        "ORDER-1 1 vnd 1 0 0 0 0 thanks",
    ] {
        let refused = link(&[], description, "").await;
        assert_eq!(refused, Err("description".to_owned()), "{description:?}");
    }
    let info = link(&[], "", "x ORDER-77 1 vnd 1 0 0 0 0").await;
    assert_eq!(info, Err("options.transaction_info".to_owned()));
}

#[tokio::test]
async fn an_ordinary_description_makes_a_link() {
    for description in [
        "",
        "Two coffees",
        "2 ao thun, 1 quan; size 40 41 42",
        "Thanh toán đơn hàng ORDER-1 5000000 vnd",
        "  ORDER-77   1 vnd ",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ] {
        assert_eq!(link(&[], description, "").await, Ok(()), "{description:?}");
        let short = [("formulas.checkout_link", "checkout_link_short")];
        assert_eq!(link(&short, description, "two coffees 1 2").await, Ok(()), "{description:?}");
    }
}

#[tokio::test]
async fn a_formula_of_the_configuration_refuses_a_second_cut_too() {
    let template = "{order_code}|{price}|{order_description}|{buyer_info?}|{passcode}";
    let pipes =
        [("formulas.checkout_link", "checkout_v1_link"), ("formulas.checkout_v1_link", template)];
    assert_eq!(link(&pipes, "a|b", "").await, Ok(()));
    // The last word of the text may become the beginning of the order code.
    let template = "{order_description}|{order_code}|{price}|{passcode}";
    let pipes =
        [("formulas.checkout_link", "checkout_v1_link"), ("formulas.checkout_v1_link", template)];
    assert_eq!(link(&pipes, "a|b", "").await, Err("description".to_owned()));
    assert_eq!(link(&pipes, "a, b", "").await, Ok(()));
    let template = "{order_description}|{order_code}|{price}|{sub_order?}|{passcode}";
    let pipes =
        [("formulas.checkout_link", "checkout_v1_link"), ("formulas.checkout_v1_link", template)];
    assert_eq!(link(&pipes, "x|ORDER-77|1", "").await, Err("description".to_owned()));
    let joined = [
        ("formulas.checkout_link", "checkout_v1_link"),
        ("formulas.checkout_v1_link", "{order_code}{price}{passcode}"),
    ];
    assert_eq!(link(&joined, "", "").await, Err("order".to_owned()));
}

/// A delivery signed by a template in the place of a formula of HPay's.
fn received(
    provider: &Provider,
    endpoint: &str,
    template: &str,
    fields: &[(&'static str, &str)],
) -> Event {
    let usual = if endpoint == NOTIFY { PAYMENT_NOTIFICATION } else { formulas::VA_CALLBACK };
    let formula = usual.replaced(&template.replace("{passcode}", "{secret}")).unwrap();
    let keys = Keys::one(payments_core::Secret::new(PASSCODE).unwrap());
    let mut signed: Vec<Field<'_>> = vec![("merchant_site_code", b"12345")];
    signed.extend(fields.iter().map(|(name, value)| (*name, value.as_bytes())));
    let keys = SigningKeys { secret: Some(&keys), signer: None };
    let code = formula.sign(&signed, keys).unwrap();
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .append_pair("secure_code", &code)
        .finish();
    let request = Request::get(format!("/hooks?{query}")).body(Bytes::new()).unwrap();
    let endpoint = EndpointName::new(endpoint).unwrap();
    let now = Timestamp::from_unix(NOW);
    let receiver = provider.notifications().unwrap();
    let Received::Notification(told) = receiver.receive(&endpoint, &Delivery::of(&request), now)
    else {
        panic!("its code is good")
    };
    told.events()[0].clone()
}

const PAID: [(&str, &str); 6] = [
    ("transaction_info", ""),
    ("order_code", "ORDER-1"),
    ("price", "5000000"),
    ("payment_id", "96138500"),
    ("payment_type", "1"),
    ("error_text", ""),
];

#[test]
fn a_formula_that_joins_with_nothing_proves_no_amount_and_is_warned_of() {
    const ORDER: &str = "{transaction_info}{order_code}{price}{payment_id}{payment_type}\
                         {error_text}{merchant_site_code}{passcode}";
    let spaced = support::provider(&Script::new());
    assert_eq!(spaced.warnings(), Vec::<String>::new());
    let usual = PAYMENT_NOTIFICATION.layout.to_template().unwrap();
    let event = received(&spaced, NOTIFY, &usual, &PAID);
    assert_eq!(*event.evidence(), Evidence::Proven);

    let joined =
        support::provider_with(&Script::new(), &[("formulas.payment_notification", ORDER)]);
    let [warning] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    assert!(
        warning.starts_with("formulas.payment_notification: joins transaction_info and order_code"),
        "{warning}"
    );
    let event = received(&joined, NOTIFY, ORDER, &PAID);
    let Evidence::Unconfirmed { uncovered } = event.evidence() else { panic!("{event:?}") };
    assert!(uncovered.iter().any(|field| field == "price"), "{uncovered:?}");
}

#[test]
fn a_notification_signed_in_small_letters_proves_no_order_that_differs_in_case() {
    const FOLDED: &str = "{transaction_info}|{lower(order_code)}|{price}|{payment_id}|\
                          {payment_type}|{error_text}|{merchant_site_code}|{passcode}";
    let provider =
        support::provider_with(&Script::new(), &[("formulas.payment_notification", FOLDED)]);
    let [warning] = provider.warnings() else { panic!("{:?}", provider.warnings()) };
    assert!(
        warning.starts_with("formulas.payment_notification: signs order_code in lower case"),
        "{warning}"
    );
    for (order, is_proven) in [("ORDER-1", false), ("order-1", false), ("20260042", true)] {
        let mut fields = PAID;
        fields[1].1 = order;
        let event = received(&provider, NOTIFY, FOLDED, &fields);
        assert_eq!(*event.evidence() == Evidence::Proven, is_proven, "{order} {event:?}");
        assert_eq!(event.key().is_some(), is_proven, "{order} {event:?}");
    }
}

#[test]
fn a_notification_whose_text_fits_another_payment_is_unconfirmed() {
    let provider = support::provider(&Script::new());
    let usual = PAYMENT_NOTIFICATION.layout.to_template().unwrap();
    for (info, is_proven) in [
        ("two coffees", true),
        ("1 2 3 4", true),
        ("for ORDER-77 please", true),
        ("x ORDER-77 1 96138501 1", false),
    ] {
        let mut fields = PAID;
        fields[0].1 = info;
        let event = received(&provider, NOTIFY, &usual, &fields);
        assert_eq!(*event.evidence() == Evidence::Proven, is_proven, "{info:?} {event:?}");
    }
}

#[test]
fn a_credit_whose_number_has_no_certain_end_is_not_covered_by_its_code() {
    let template = "{cashin}{order_id}{passcode}";
    let provider = support::provider_with(&Script::new(), &[("formulas.va_callback", template)]);
    let fields = [
        ("va_account", "1000000000032"),
        ("amount", "30000"),
        ("cashin", "28275709"),
        ("order_id", "51239782"),
    ];
    let event = received(&provider, VA_CALLBACK, template, &fields);
    let Evidence::Unconfirmed { uncovered } = event.evidence() else { panic!("{event:?}") };
    assert!(uncovered.iter().any(|field| field == "cashin"), "{uncovered:?}");
    assert_eq!(provider.warnings().len(), 1, "{:?}", provider.warnings());
}
