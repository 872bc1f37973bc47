//! Tokens of cards: from where they are taken, and how they are revoked.

use bytes::Bytes;
use http::Request;
use payments_core::{
    EndpointName, Secret,
    notification::{Delivery, UntrustedReason},
    payment::NextAction,
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, RETURN, VA_CALLBACK},
    formulas::REVOKE_TOKEN_NOTIFICATION,
    token::{CardToken, RevokeToken, Revoked, TokenRevocation},
};
use provider_kit::signature::{Keys, SigningKeys};

use crate::support::{self, PASSCODE, Script};

/// What the client of an account with these changes does.
fn with<T>(changes: &[(&str, &str)], act: impl FnOnce(&HPay) -> T) -> T {
    act(support::provider_with(&Script::new(), changes).extension::<HPay>().unwrap())
}

fn token() -> CardToken {
    CardToken::new("9704005990670018").unwrap()
}

fn get(query: &str) -> Request<Bytes> {
    Request::get(format!("/hooks/cards?{query}")).body(Bytes::new()).unwrap()
}

/// A notification of a payment that tells of a card, signed over its six fields.
fn told(order: &str, card: &str) -> Request<Bytes> {
    let order = payments_core::OrderRef::new(order).unwrap();
    let passcode = Secret::new(PASSCODE).unwrap();
    let deliveries = provider_hpay::testing::Deliveries::new("12345", passcode);
    let price = payments_core::money::Money::vnd(200_000);
    deliveries.payment(&order, price).with_domestic_token(card).notify("/hooks/hpay").unwrap()
}

#[test]
fn a_token_is_taken_from_notify_only() {
    let request = told("DH-1", "9704005990670018");
    let take = |endpoint: &str| {
        let endpoint = EndpointName::new(endpoint).unwrap();
        with(&[], |hpay| hpay.saved_cards(&endpoint, &Delivery::of(&request)))
    };
    let card = take(NOTIFY).unwrap().remove(0);
    assert_eq!(format!("{:?}", card.token), "UnsignedToken(…)");
    assert_eq!(card.token.accept_unsigned(), token());
    for elsewhere in [RETURN, VA_CALLBACK, "cards"] {
        assert_eq!(take(elsewhere).unwrap_err().reason, UntrustedReason::WrongEndpoint);
    }
}

/// The buyer's own return is signed, and its signature covers no token.
#[test]
fn a_token_that_a_buyer_adds_to_his_own_return_is_unsigned_by_type() {
    let passcode = Secret::new(PASSCODE).unwrap();
    let deliveries = provider_hpay::testing::Deliveries::new("12345", passcode);
    let order = payments_core::OrderRef::new("DH-1").unwrap();
    let payment = deliveries.payment(&order, payments_core::money::Money::vnd(200_000));
    let returned = payment.browser_return("/return").unwrap();
    let query = returned.uri().query().unwrap();
    let posted = get(&query.replace("tokenization=", "tokenization=of-somebody-else"));
    let endpoint = EndpointName::new(NOTIFY).unwrap();
    let cards = with(&[], |hpay| hpay.saved_cards(&endpoint, &Delivery::of(&posted))).unwrap();
    let token: &provider_hpay::token::UnsignedToken = &cards[0].token;
    assert_eq!(token.clone().accept_unsigned().expose(), "of-somebody-else");
}

#[test]
fn a_card_of_an_order_that_is_not_certain_is_not_handed_out() {
    let passcode = Secret::new(PASSCODE).unwrap();
    let deliveries = provider_hpay::testing::Deliveries::new("12345", passcode);
    let order = payments_core::OrderRef::new("DH-1").unwrap();
    let payment = deliveries.payment(&order, payments_core::money::Money::vnd(200_000));
    let endpoint = EndpointName::new(NOTIFY).unwrap();
    for (info, number) in [("two coffees", 1), ("x ORDER-77 1 96138501 1", 0)] {
        let payment = payment.clone().with_transaction_info(info).with_domestic_token("970400");
        let request = payment.notify("/notify").unwrap();
        let cards = with(&[], |hpay| hpay.saved_cards(&endpoint, &Delivery::of(&request)));
        assert_eq!(cards.unwrap().len(), number, "{info}");
    }
}

#[test]
fn a_notification_that_is_not_hpay_s_tells_of_no_card() {
    let request = told("DH-1", "9704005990670018");
    let forged = get(&request.uri().query().unwrap().replace("200000", "200001"));
    let endpoint = EndpointName::new(NOTIFY).unwrap();
    let untrusted =
        with(&[], |hpay| hpay.saved_cards(&endpoint, &Delivery::of(&forged))).unwrap_err();
    assert_eq!(untrusted.reason, UntrustedReason::WrongSignature);
}

#[test]
fn a_revocation_is_a_signed_link_of_the_reference() {
    let request = RevokeToken::new(token(), "ABB", "https://shop.example/cards")
        .with_notify_url("https://shop.example/hooks/cards");
    let NextAction::Redirect { url } = with(&[], |hpay| hpay.revoke_token(&request)).unwrap()
    else {
        panic!()
    };
    let (page, query) = url.split_once('?').unwrap();
    assert_eq!(page, "https://checkout-sandbox.hpay.com.vn/revoke_token.php");
    let query = support::form(query);
    for (name, value) in [
        ("merchant_id", "12345"),
        ("receive_email", "merchant@example.com"),
        ("bank_code", "ABB"),
        ("bank_token", "9704005990670018"),
        ("return_url", "https://shop.example/cards"),
        ("notify_url", "https://shop.example/hooks/cards"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    assert_eq!(query["secure_code"].len(), 32);
    assert!(!query.contains_key("merchant_site_code"));
}

#[test]
fn a_revocation_that_cannot_be_sent_is_refused_naming_the_field() {
    for (request, field) in [
        (RevokeToken::new(token(), "A|B", "https://shop.example"), "bank_code"),
        (RevokeToken::new(token(), "", "https://shop.example"), "bank_code"),
        (RevokeToken::new(token(), "ABB", "shop.example"), "return_url"),
        (
            RevokeToken::new(token(), "ABB", "https://shop.example").with_notify_url("/hooks"),
            "notify_url",
        ),
    ] {
        assert_eq!(with(&[], |hpay| hpay.revoke_token(&request)).unwrap_err().field(), Some(field));
    }
}

fn read(changes: &[(&str, &str)], query: &str) -> Result<TokenRevocation, UntrustedReason> {
    let request = get(query);
    with(changes, |hpay| hpay.token_revocation(&Delivery::of(&request)))
        .map_err(|untrusted| untrusted.reason)
}

/// As the reference prints it, with its quotation marks and its misspelt name.
const EXAMPLE: &str = "merchant_id=12345&receive%20=%22example@gmail.com%22&bank_code=%22ABB%22\
    &bank_token=%229704005990670018%E2%80%99%22&secure_code=%223ab87d52bee1bcde4150c5aa353644f9%22\
    &error_text=Th%C3%A0nh+c%C3%B4ng&status=00&revoke_token_status=true";

#[test]
fn a_report_that_nobody_can_check_proves_nothing() {
    let report = read(&[], EXAMPLE).unwrap();
    assert_eq!((report.reported, report.token.clone()), (Revoked::Removed, token()));
    assert_eq!((&*report.bank_code, &*report.words), ("ABB", "Thành công"));
    assert!(!report.is_proven());
    assert!(!format!("{report:?}").contains("9704005990670018"), "{report:?}");
}

#[test]
fn a_report_is_proven_once_its_formula_is_known_and_covers_what_it_says() {
    let keys = Keys::one(Secret::new(PASSCODE).unwrap());
    let signed = |template: &str, status: &str| {
        let fields: [(&str, &[u8]); 3] = [
            ("bank_token", b"9704005990670018"),
            ("status", b"00"),
            ("revoke_token_status", status.as_bytes()),
        ];
        let keys = SigningKeys { secret: Some(&keys), signer: None };
        REVOKE_TOKEN_NOTIFICATION
            .replaced(&template.replace("passcode", "secret"))
            .unwrap()
            .sign(&fields, keys)
            .unwrap()
    };
    let query = |code: &str| {
        format!(
            "merchant_id=12345&bank_code=ABB&bank_token=9704005990670018&status=00\
             &revoke_token_status=true&secure_code={code}"
        )
    };
    let all = "{bank_token}|{status}|{revoke_token_status}|{passcode}";
    let told = [("formulas.revoke_token_notification", all)];
    assert!(read(&told, &query(&signed(all, "true"))).unwrap().is_proven());
    let other = read(&told, &query(&signed(all, "false"))).unwrap_err();
    assert_eq!(other, UntrustedReason::WrongSignature);

    for some in [
        "{bank_token}|{passcode}",
        "{bank_token}|{status}|{passcode}",
        "{bank_token}|{revoke_token_status}|{passcode}",
        "{status}|{revoke_token_status}|{passcode}",
    ] {
        let report =
            read(&[("formulas.revoke_token_notification", some)], &query(&signed(some, "true")))
                .unwrap();
        assert!(report.raw.is_verified() && !report.is_proven(), "{some} leaves something open");
    }
}

#[test]
fn a_report_to_another_merchant_or_without_a_token_is_untrusted() {
    for (query, reason) in [
        (EXAMPLE.replace("12345", "54321"), UntrustedReason::WrongRecipient),
        (EXAMPLE.replace("merchant_id", "merchant"), UntrustedReason::WrongRecipient),
        ("merchant_id=12345&status=00".to_owned(), UntrustedReason::Unreadable),
        (format!("{EXAMPLE}&status=01"), UntrustedReason::MalformedSignature),
    ] {
        assert_eq!(read(&[], &query).unwrap_err(), reason, "{query}");
    }
}
