//! What the provider's own libraries compute, and what this client makes of it. The sources and
//! their confidence stand in `tests/data/vectors.json` and the README beside it.

use crate::support::{self, Script};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::Request;
use payments_core::{
    Authenticity, EndpointName, OrderRef, Provider, Secret, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    notification::{Delivery, Evidence, Received, UntrustedReason},
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccountState},
};
use provider_hpay::formulas::{
    CHECKOUT_LINK, CHECKOUT_LINK_SHORT, CHECKOUT_V1_LINK, NAME_CHECK_REQUEST, OPENAPI_REQUEST,
    OPENAPI_RESPONSE, OPENAPI_VA_CALLBACK, ORDER_INQUIRY_REQUEST, PAYOUT_INQUIRY_REQUEST,
    PAYOUT_REQUEST, PAYOUT_RESPONSE, PAYOUT_RESPONSE_BY_NAME, REVOKE_TOKEN_LINK, VA_CALLBACK,
    VA_CLOSE_REQUEST, VA_CREATE_REQUEST, VA_INQUIRY_REQUEST, VA_RENAME_REQUEST,
};
use provider_hpay::options::HPayOptions;
use provider_kit::signature::{
    CheckingKeys, Field, Formula, Keys, SigningKeys,
    rsa::{PublicKey, RsaSigner},
};
use serde_json::Value;

fn section(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../data/vectors.json")).unwrap();
    all[name].clone()
}

fn cases(name: &str) -> Vec<Value> {
    section(name)["cases"].as_array().unwrap().clone()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} of {}", case["id"]))
}

fn keys(case: &Value) -> Keys {
    Keys::one(Secret::new(text(case, "passcode")).unwrap())
}

/// The texts of an object as fields.
fn fields(object: &Value) -> Vec<Field<'_>> {
    let texts = object.as_object().unwrap().iter();
    texts.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?.as_bytes()))).collect()
}

fn sign(formula: &Formula, fields: &[Field<'_>], keys: &Keys) -> String {
    formula.sign(fields, SigningKeys { secret: Some(keys), signer: None }).unwrap()
}

#[test]
fn links_are_signed_as_a_production_merchant_signs_them() {
    for case in cases("checkout_v1") {
        let mut fields = fields(&case["input"]);
        fields.push(("merchant_site_code", text(&case, "merchant_site_code").as_bytes()));
        assert_eq!(
            sign(&CHECKOUT_V1_LINK, &fields, &keys(&case)),
            text(&case, "secure_code"),
            "{}",
            case["id"]
        );
    }
}

#[tokio::test]
async fn a_payment_becomes_the_link_of_the_vectors_or_is_refused() {
    for case in cases("checkout_v1") {
        let input = &case["input"];
        let script = Script::new();
        let changes = [
            ("merchant_id", text(&case, "merchant_site_code")),
            ("passcode", text(&case, "passcode")),
            ("receiver", text(input, "receiver")),
            ("currency", text(input, "currency")),
        ];
        let provider = support::provider_with(&script, &changes);
        let currency = Currency::from_code(text(input, "currency")).unwrap();
        let amount = Money::parse(text(input, "price"), currency).unwrap();
        let order = OrderRef::new(text(input, "order_code")).unwrap();
        let request = CreatePayment::new(order, amount).unwrap();
        let created = provider.payments().unwrap().create_payment(&request).await;

        let has_cents = currency == Currency::USD && amount.minor() % 100 != 0;
        let refused = case["client_should_refuse"] == true || has_cents;
        assert_eq!(created.is_err(), refused, "{}: {created:?}", case["id"]);
        if let Ok(submission) = created {
            let payment = submission.accepted().unwrap();
            let Some(NextAction::Redirect { url }) = payment.next.into_iter().next() else {
                panic!("no link")
            };
            let query = support::form(url.split_once('?').unwrap().1);
            assert_eq!(query["secure_code"], text(&case, "secure_code"), "{}", case["id"]);
            assert_eq!(query["price"], text(input, "price"));
        }
        assert!(script.calls().is_empty());
    }
}

#[test]
fn older_links_are_signed_as_the_php_library_signs_them() {
    for case in cases("checkout_legacy_php") {
        let mut fields = fields(&case["input"]);
        // The library signs and sends it as empty, whatever it is given.
        fields.retain(|(name, _)| *name != "buyer_info");
        fields.push(("merchant_site_code", text(&case, "merchant_site_code").as_bytes()));
        assert_eq!(
            sign(&CHECKOUT_LINK, &fields, &keys(&case)),
            text(&case, "secure_code"),
            "{}",
            case["id"]
        );
    }
    for case in cases("checkout_legacy_basic_php") {
        let mut fields = fields(&case["input"]);
        fields.push(("merchant_site_code", text(&case, "merchant_site_code").as_bytes()));
        assert_eq!(
            sign(&CHECKOUT_LINK_SHORT, &fields, &keys(&case)),
            text(&case, "secure_code"),
            "{}",
            case["id"]
        );
    }
}

/// A payment as the vector gives it, by the older page; nothing if this client refuses it.
async fn older_link(case: &Value, formula: &str) -> Option<String> {
    let input = &case["input"];
    let given = |key: &str| input[key].as_str().unwrap_or_default();
    let changes = [
        ("merchant_id", text(case, "merchant_site_code")),
        ("passcode", text(case, "passcode")),
        ("receiver", given("receiver")),
        ("compat.link_path", "/checkout.php"),
        ("formulas.checkout_v1_link", formula),
    ];
    let mut table = support::table();
    table.remove("notify_url");
    table.extend(changes.map(|(key, value)| (key.to_owned(), value.into())));
    let provider = support::try_build(Script::new(), table).ok()?;
    let mut options = HPayOptions::new();
    if !given("transaction_info").is_empty() {
        options = options.with_transaction_info(given("transaction_info"));
    }
    let order = OrderRef::new(given("order_code")).unwrap();
    let request = CreatePayment::new(order, Money::parse(given("price"), Currency::VND).unwrap())
        .unwrap()
        .with_description(given("order_description"))
        .with_return_url(given("return_url"))
        .unwrap()
        .with_options(&options)
        .unwrap();
    let created = provider.payments().unwrap().create_payment(&request).await.ok()?;
    match created.accepted().unwrap().next.into_iter().next() {
        Some(NextAction::Redirect { url }) => Some(url),
        next => panic!("no link: {next:?}"),
    }
}

/// Names and values, whatever their encoding.
fn decoded(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').unwrap().1;
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_payment_becomes_the_older_link_of_the_php_library_or_is_refused() {
    for (section, formula, least) in [
        ("checkout_legacy_php", "checkout_link", 4),
        ("checkout_legacy_basic_php", "checkout_link_short", 4),
    ] {
        let mut same = 0;
        for case in cases(section) {
            let input = &case["input"];
            // What the client never sends: charges, tokens, the options of other pages.
            let plain = [("quantity", "1"), ("tax", "0"), ("discount", "0"), ("fee_cal", "0")]
                .into_iter()
                .chain([("fee_shipping", "0"), ("installment", "0"), ("inpage", "0")])
                .chain([("payment_method_id", "0"), ("affiliate_code", ""), ("token_type", "")])
                .chain([("currency", "vnd")])
                .all(|(key, value)| input[key].as_str().is_none_or(|given| given == value));
            if !plain {
                continue;
            }
            let Some(url) = older_link(&case, formula).await else { continue };
            let mut pairs = decoded(&url);
            if formula == "checkout_link_short" {
                // The library sends none of these by the short form.
                pairs.retain(|(name, _)| !name.starts_with("token"));
            }
            assert_eq!(pairs, decoded(text(&case, "url")), "{}", case["id"]);
            same += 1;
        }
        assert!(same >= least, "{section}: only {same} of the vectors are payments of this client");
    }
}

#[test]
fn the_python_library_and_the_plug_in_sign_alike_where_the_address_is_in_lower_case() {
    let mut alike = 0;
    for case in cases("checkout_legacy_python") {
        let mut fields = fields(&case["input"]);
        fields.push(("merchant_site_code", text(&case, "merchant_site_code").as_bytes()));
        let lower = text(&case["input"], "return_url").to_ascii_lowercase();
        let signed_in_lower_case = text(&case["input"], "return_url") == lower;
        let same = sign(&CHECKOUT_LINK, &fields, &keys(&case)) == text(&case, "secure_code");
        assert_eq!(same, signed_in_lower_case, "{}", case["id"]);
        alike += usize::from(same);
    }
    assert!(alike > 8, "{alike}");
    for case in cases("checkout_legacy_woocommerce") {
        let sent = decoded(text(&case, "url"));
        let fields: Vec<Field<'_>> =
            sent.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(
            sign(&CHECKOUT_LINK, &fields, &keys(&case)),
            text(&case, "secure_code"),
            "{}",
            case["id"]
        );
    }
}

/// What the client makes of a query at an endpoint.
fn receive(case: &Value, merchant_id: &str, endpoint: &str) -> Received {
    let changes = [("merchant_id", merchant_id), ("passcode", text(case, "passcode"))];
    let provider = support::provider_with(&Script::new(), &changes);
    let request = Request::get(format!("/hpay?{}", text(case, "query"))).body("").unwrap();
    provider.notifications().unwrap().receive(
        &EndpointName::new(endpoint).unwrap(),
        &Delivery::of(&request),
        Timestamp::from_unix(support::NOW),
    )
}

#[test]
fn a_notification_is_trusted_exactly_if_the_provider_signed_it() {
    for case in cases("ipn") {
        let id = text(&case, "id").to_owned();
        let received = receive(&case, text(&case, "merchant_site_code"), "notify");
        match received {
            // In upper case the provider's library refuses the same digits; they prove the same.
            Received::Notification(_) => {
                assert!(
                    case["expect_valid"] == true || id.ends_with("good-uppercase-hash"),
                    "{id} was trusted"
                );
            }
            // The code is good, and the border between two fields was moved.
            Received::Untrusted(untrusted) if id.ends_with("boundary-shift") => {
                assert_eq!(untrusted.reason, UntrustedReason::Unreadable, "{id}");
            }
            Received::Untrusted(untrusted) => {
                assert_eq!(case["expect_valid"], false, "{id}: {untrusted}");
                assert!(
                    matches!(
                        untrusted.reason,
                        UntrustedReason::WrongSignature | UntrustedReason::MissingSignature
                    ),
                    "{id}: {untrusted}"
                );
            }
            Received::Unreadable(unreadable) => panic!("{id}: {unreadable}"),
            Received::Reply(_) => panic!("{id} was answered"),
        }
    }
}

#[test]
fn transaction_information_decoded_once_or_twice_is_the_provider_s_either_way() {
    for case in cases("ipn_double_decoding") {
        let received = receive(&case, text(&case, "merchant_site_code"), "notify");
        assert!(received.notification().is_some(), "{}", case["id"]);
    }
}

#[tokio::test]
async fn virtual_accounts_are_opened_with_the_code_of_the_pictures() {
    for case in cases("va_create") {
        let fields = fields(&case);
        let expected = text(&case, "secure_code");
        assert_eq!(sign(&VA_CREATE_REQUEST, &fields, &keys(&case)), expected, "{}", case["id"]);

        let script = Script::new();
        script.answer(r#"{"error_code":"99","data":[]}"#);
        let changes =
            [("merchant_id", text(&case, "merchantId")), ("passcode", text(&case, "passcode"))];
        let provider = support::provider_with(&script, &changes);
        let mut request = OpenVirtualAccount::new(support::order(), "NGUYEN VAN A").unwrap();
        if text(&case, "condition") == "1" {
            request = request.with_amount(Money::vnd(100_000)).unwrap();
        }
        let submission = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
        assert!(submission.is_uncertain());
        let form = support::form_body(&script.request());
        assert_eq!(form["secure_code"], expected, "{}", case["id"]);
        assert_eq!(form["condition"], text(&case, "condition"));
    }
}

#[test]
fn a_callback_is_trusted_with_a_pipe_and_with_no_other_separator() {
    for case in cases("va_callback") {
        let codes = case["secure_code_by_separator"].as_object().unwrap();
        let pipe = codes["pipe"].as_str().unwrap();
        assert_eq!(sign(&VA_CALLBACK, &fields(&case), &keys(&case)), pipe, "{}", case["id"]);
        for (separator, code) in codes {
            let mut case = case.clone();
            let query = text(&case, "query").replace(pipe, code.as_str().unwrap());
            case["query"] = query.into();
            let trusted = receive(&case, "12345", "va-callback").notification().is_some();
            assert_eq!(trusted, separator == "pipe", "{} with {separator}", case["id"]);
        }
    }
}

#[test]
fn a_callback_of_the_newer_openapi_is_signed_as_its_merchants_check_it() {
    for case in cases("va_callback_openapi") {
        let (id, code) = (text(&case, "id"), text(&case, "secure_code"));
        assert_eq!(sign(&OPENAPI_VA_CALLBACK, &fields(&case), &keys(&case)), code, "{id}");
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in ["va_account", "amount", "cashin_id", "transaction_id", "client_request_id"] {
            query.append_pair(name, text(&case, name));
        }
        query.append_pair("merchant_id", text(&case, "merchant_id"));
        query.append_pair("secure_code", code);
        let mut delivered = case.clone();
        delivered["query"] = query.finish().into();
        let received = receive(&delivered, text(&case, "merchant_id"), "va-callback");
        let notification = received.notification().unwrap_or_else(|| panic!("{id}"));
        assert_eq!(*notification.events()[0].evidence(), Evidence::Proven, "{id}");
        let other = receive(&delivered, "12345", "va-callback");
        assert!(other.notification().is_none(), "{id} at another merchant");
    }
}

fn merchant_key() -> String {
    section("keys")["merchantA"]["private_key_pkcs8_pem"].as_str().unwrap().to_owned()
}

fn provider_certificate() -> Vec<u8> {
    let der = section("keys")["providerA"]["certificate_der_base64"].as_str().unwrap().to_owned();
    STANDARD.decode(der).unwrap()
}

#[test]
fn payouts_are_signed_as_the_java_sample_signs_them() {
    let signer = RsaSigner::from_bytes(merchant_key().as_bytes()).unwrap();
    for case in cases("ibft_request") {
        let keys = keys(&case);
        let keys = SigningKeys { secret: Some(&keys), signer: Some(&signer) };
        let signature = PAYOUT_REQUEST.sign(&fields(&case["body"]), keys).unwrap();
        assert_eq!(signature, text(&case, "secureChain"), "{}", case["id"]);
    }
}

#[tokio::test]
async fn a_payout_becomes_the_request_of_the_reference_without_the_passcode() {
    let case = &cases("ibft_request")[0];
    assert_eq!(text(case, "id"), "doc");
    let body = &case["body"];
    let script = Script::new();
    script.answer(r#"{"error_code":"99","data":[]}"#);
    let changes = [
        ("merchant_id", text(body, "merchantId")),
        ("receiver", text(body, "merchantEmail")),
        ("passcode", text(case, "passcode")),
        ("private_key", &merchant_key()),
    ]
    .map(|(key, value)| (key, value.to_owned()));
    let changes: Vec<_> = changes.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let provider = support::provider_with(&script, &changes);
    let account = BankAccount::new(
        Bin::new("970418").unwrap(),
        AccountNumber::new(text(body, "bankAccountNumber")).unwrap(),
    );
    let request = CreatePayout::new(
        text(body, "requestId").parse().unwrap(),
        Money::parse(text(body, "amount"), Currency::VND).unwrap(),
        Beneficiary::new(account, text(body, "bankAccountName")).unwrap(),
    )
    .unwrap()
    .with_note(text(body, "note"));
    let submission = provider.payouts().unwrap().create_payout(&request).await.unwrap();
    assert!(submission.is_uncertain());
    let sent: Value = serde_json::from_slice(script.request().body()).unwrap();
    assert_eq!(&sent, body);
    assert_eq!(script.request().uri().path(), "/api/ibft/create");
}

#[test]
fn an_answer_to_a_payout_is_hpay_s_exactly_if_the_java_sample_says_so() {
    let key = PublicKey::from_bytes(&provider_certificate()).unwrap();
    for case in cases("ibft_response") {
        let formula = match text(&case, "layout") {
            "documented" => PAYOUT_RESPONSE,
            _ => PAYOUT_RESPONSE_BY_NAME,
        };
        let mut parts = text(&case, "checked_string").splitn(4, '|');
        let names = formula.layout.fields();
        let fields: Vec<Field<'_>> =
            names.iter().map(|name| (*name, parts.next().unwrap().as_bytes())).collect();
        let secret = Keys::one(Secret::new(parts.next().unwrap()).unwrap());
        let checking = CheckingKeys { secrets: Some(&secret), public: std::slice::from_ref(&key) };
        let good = formula.check(&fields, text(&case, "secureChain"), checking, None).is_ok();
        assert_eq!(good, case["expect_valid"] == true, "{}", case["id"]);
    }
}

#[test]
fn envelopes_of_the_openapi_are_signed_as_its_merchants_sign_them() {
    let signer = RsaSigner::from_bytes(merchant_key().as_bytes()).unwrap();
    let public = PublicKey::from_bytes(&provider_certificate()).unwrap();
    for case in cases("openapi_envelope") {
        let (id, keys) = (text(&case, "id"), keys(&case));
        let signing = SigningKeys { secret: Some(&keys), signer: Some(&signer) };
        let signature = OPENAPI_REQUEST.sign(&fields(&case), signing).unwrap();
        assert_eq!(signature, text(&case, "request_signature"), "{id}");

        let checking = CheckingKeys { secrets: Some(&keys), public: std::slice::from_ref(&public) };
        let mut response = case["response"].clone();
        let signature = text(&response, "signature").to_owned();
        let check = |response: &Value| {
            OPENAPI_RESPONSE.check(&fields(response), &signature, checking, None).is_ok()
        };
        assert!(check(&response), "{id}");
        response["errorCode"] = "01".into();
        assert!(!check(&response), "{id}: the code is signed");
    }
}

/// A merchant of the vectors whose roles speak the newer OpenAPI, and the gateway that answers a token
/// and then the response of the case.
fn openapi_merchant(case: &Value, merchant_id: &str) -> (std::sync::Arc<Script>, Provider) {
    let script = Script::new();
    script.answer(r#"{"access_token":"t-1","token_type":"Bearer","expires_in":3600}"#);
    script.answer(case["response"].to_string());
    let mut table = support::table();
    let certificate = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        STANDARD.encode(provider_certificate())
    );
    for (key, value) in [
        ("merchant_id", merchant_id),
        ("passcode", text(case, "passcode")),
        ("private_key", &merchant_key()),
        ("hpay_certificate", &certificate),
        ("api", "openapi"),
        ("openapi_client_id", "shop"),
        ("openapi_client_secret", "canary-openapi-secret"),
    ] {
        table.insert(key.to_owned(), value.into());
    }
    let provider = support::try_build(std::sync::Arc::<Script>::clone(&script), table).unwrap();
    (script, provider)
}

#[tokio::test]
async fn what_is_sent_to_the_openapi_is_what_the_vectors_sign() {
    for case in cases("openapi_envelope") {
        let sent: Value = serde_json::from_str(text(&case, "payload_json")).unwrap();
        let (script, provider) = openapi_merchant(&case, text(&sent, "merchantId"));
        if text(&case, "id") == "va-create" {
            let order = OrderRef::new(text(&sent, "requestId")).unwrap();
            let request = OpenVirtualAccount::new(order, text(&sent, "vaName")).unwrap();
            let request = request.with_uses(Uses::Many);
            let opened = provider.virtual_accounts().unwrap().open(&request).await.unwrap();
            let opened = opened.accepted().unwrap();
            assert_eq!(opened.numbers[0].number.as_str(), "9631241000000713987");
            assert_eq!(opened.state, VirtualAccountState::Open);
        } else {
            let number = AccountNumber::new(text(&sent, "bankAccountNumber")).unwrap();
            let account = BankAccount::new(Bin::new("970436").unwrap(), number);
            let beneficiary = Beneficiary::new(account, text(&sent, "bankAccountName")).unwrap();
            let amount = Money::parse(text(&sent, "amount"), Currency::VND).unwrap();
            let reference = text(&sent, "requestId").parse().unwrap();
            let request = CreatePayout::new(reference, amount, beneficiary).unwrap();
            let request = request.with_note(text(&sent, "note"));
            let made = provider.payouts().unwrap().create_payout(&request).await.unwrap();
            let made = made.accepted().unwrap();
            assert_eq!(made.gateway_ref.unwrap().as_str(), "96061677");
            assert!(matches!(made.raw.authenticity(), Authenticity::Verified(_)));
        }
        let calls = script.calls();
        assert_eq!(calls[1].request.uri().path(), text(&case, "path"));
        let envelope: Value = serde_json::from_slice(calls[1].request.body()).unwrap();
        let expected = serde_json::json!({
            "data": case["data"],
            "signature": case["request_signature"],
        });
        assert_eq!(envelope, expected, "{}", case["id"]);
        let headers = calls[1].request.headers();
        assert_eq!(headers["authorization"], "Bearer t-1");
        assert_eq!(headers["x-api-mid"], text(&sent, "merchantId"));
    }
}

#[test]
fn the_guesses_are_what_the_templates_of_the_vectors_compute() {
    for case in cases("guessed_templates") {
        let id = text(&case, "id");
        let expected = text(&case, "md5");
        let guess = match id {
            "order_inquiry_by_code" | "order_inquiry_by_id" | "order_inquiry_both" => {
                Some(ORDER_INQUIRY_REQUEST)
            }
            "va_update" => Some(VA_RENAME_REQUEST),
            "va_revoke" => Some(VA_CLOSE_REQUEST),
            "va_inquiry" => Some(VA_INQUIRY_REQUEST),
            "check_user_bank" => Some(NAME_CHECK_REQUEST),
            "ibft_inquiry" => Some(PAYOUT_INQUIRY_REQUEST),
            "revoke_token" => Some(REVOKE_TOKEN_LINK),
            _ => None,
        };
        if let Some(formula) = guess {
            assert_eq!(sign(&formula, &fields(&case["fields"]), &keys(&case)), expected, "{id}");
        }
        let template = text(&case, "template").replace("{passcode}", "{secret}");
        let replaced = ORDER_INQUIRY_REQUEST.replaced(&template).unwrap();
        assert_eq!(sign(&replaced, &fields(&case["fields"]), &keys(&case)), expected, "{id}");
    }
}
