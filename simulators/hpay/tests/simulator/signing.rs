//! The simulator's own signing code against `tests/data/vectors.json`.

use serde_json::Value;
use simulator_hpay::{Codes, Keys, Settings, Verdict};

fn cases(section: &str) -> Vec<Value> {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../provider-hpay/tests/data/vectors.json"))
            .unwrap();
    vectors[section]["cases"].as_array().unwrap().clone()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

#[test]
fn checkout_links_have_the_code_of_the_vectors() {
    for case in cases("checkout_v1") {
        let input = &case["input"];
        let codes = Codes::new(text(&case, "merchant_site_code"), text(&case, "passcode"));
        let code = codes.checkout_link(
            text(input, "receiver"),
            text(input, "price"),
            text(input, "currency"),
            text(input, "order_code"),
        );
        assert_eq!(code, text(&case, "secure_code"), "{}", case["id"]);
    }
}

#[test]
fn older_links_have_the_codes_of_the_vectors() {
    const HASHED: [&str; 16] = [
        "receiver",
        "transaction_info",
        "order_code",
        "price",
        "currency",
        "quantity",
        "tax",
        "discount",
        "fee_cal",
        "fee_shipping",
        "order_description",
        "buyer_info",
        "affiliate_code",
        "installment",
        "inpage",
        "payment_method_id",
    ];
    for case in cases("checkout_legacy_php") {
        let codes = Codes::new(text(&case, "merchant_site_code"), text(&case, "passcode"));
        // The values that are sent, not those given to the library, which empties the buyer.
        let sent: std::collections::BTreeMap<&str, &str> = case["decoded_pairs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
            .collect();
        let code = codes.legacy_link(sent["return_url"], HASHED.map(|name| sent[name]));
        assert_eq!(code, text(&case, "secure_code"), "{}", case["id"]);
    }
    for case in cases("checkout_legacy_basic_php") {
        let codes = Codes::new(text(&case, "merchant_site_code"), text(&case, "passcode"));
        let given = |name| text(&case["input"], name);
        let code = codes.legacy_short_link(
            given("return_url"),
            given("receiver"),
            given("transaction_info"),
            given("order_code"),
            given("price"),
        );
        assert_eq!(code, text(&case, "secure_code"), "{}", case["id"]);
    }
}

#[test]
fn a_notification_has_the_code_of_the_vectors_and_a_changed_one_has_not() {
    for case in cases("ipn") {
        let decoded = &case["decoded"];
        let codes = Codes::new(text(&case, "merchant_site_code"), text(&case, "passcode"));
        let code = codes.payment_notification([
            text(decoded, "transaction_info"),
            text(decoded, "order_code"),
            text(decoded, "price"),
            text(decoded, "payment_id"),
            text(decoded, "payment_type"),
            text(decoded, "error_text"),
        ]);
        // HPay's own library compares the code case-sensitively.
        let is_good = case["official_lib_says"] == true;
        assert_eq!(code == text(&case, "secure_code"), is_good, "{}", case["id"]);
    }
}

#[test]
fn virtual_accounts_have_the_codes_of_the_vectors() {
    for case in cases("va_create") {
        let codes = Codes::new(text(&case, "merchantId"), text(&case, "passcode"));
        let code = codes.account_create(text(&case, "condition"));
        assert_eq!(code, text(&case, "secure_code"), "{}", case["id"]);
    }
    for case in cases("va_callback") {
        let code = Codes::new("", text(&case, "passcode"))
            .account_callback(text(&case, "cashin"), text(&case, "order_id"));
        assert_eq!(code, text(&case["secure_code_by_separator"], "pipe"), "{}", case["id"]);
    }
}

#[test]
fn callbacks_of_the_newer_openapi_have_the_codes_of_the_vectors() {
    for case in cases("va_callback_openapi") {
        let code = Codes::new(text(&case, "merchant_id"), text(&case, "passcode"))
            .openapi_account_callback(
                text(&case, "va_account"),
                text(&case, "amount"),
                text(&case, "cashin_id"),
                text(&case, "transaction_id"),
                text(&case, "client_request_id"),
            );
        assert_eq!(code, text(&case, "secure_code"), "{}", case["id"]);
    }
}

#[test]
fn the_unpublished_formulas_are_the_ones_that_are_proposed() {
    for case in cases("guessed_templates") {
        let field = |name: &str| case["fields"][name].as_str().unwrap_or_default();
        let given = |name: &str| case["fields"][name].as_str();
        let merchant_id = given("merchant_id").or(given("merchantId")).unwrap();
        let codes = Codes::new(merchant_id, text(&case, "passcode"));
        let code = match text(&case, "id") {
            "order_inquiry_by_code" | "order_inquiry_by_id" | "order_inquiry_both" => {
                codes.order_inquiry(given("order_code"), given("transaction_id"))
            }
            "va_update" => codes.account_rename(field("va_account"), field("va_name")),
            "va_revoke" => codes.account_revoke(field("account_va"), field("flag")),
            "va_inquiry" => codes.account_inquiry(field("va_account")),
            "check_user_bank" => codes.name_check(field("bank_name"), field("bank_account_number")),
            "ibft_inquiry" | "ibft_inquiry_with_tx" => {
                codes.payout_inquiry(field("requestId"), given("transactionId"))
            }
            "revoke_token" => codes.token_revocation(
                field("receive_email"),
                field("bank_code"),
                field("bank_token"),
            ),
            other => unreachable!("no formula for {other}"),
        };
        assert_eq!(code, text(&case, "md5"), "{}", case["id"]);
    }
}

#[test]
fn a_payout_request_of_the_vectors_is_good_and_other_text_or_another_key_is_told_apart() {
    let settings = Settings::test();
    let keys = Keys::read(&settings.hpay_private_key, &settings.merchant_certificate).unwrap();
    for case in cases("ibft_request") {
        let body = &case["body"];
        let codes = Codes::new(text(body, "merchantId"), text(&case, "passcode"));
        let signed = codes.payout_request_text(
            text(body, "requestId"),
            text(body, "amount"),
            text(body, "bankAccountName"),
        );
        assert_eq!(signed, text(&case, "signed_string"));
        let chain = text(&case, "secureChain");
        assert_eq!(keys.check(&signed, chain), Verdict::Good, "{}", case["id"]);
        assert_eq!(keys.check(&(signed + "x"), chain), Verdict::OtherText, "{}", case["id"]);
    }
    let by_hpay = &cases("ibft_response")[0];
    let verdict = keys.check(text(by_hpay, "checked_string"), text(by_hpay, "secureChain"));
    assert_eq!(verdict, Verdict::OtherKey);
    assert_eq!(keys.check("text", "not base64"), Verdict::OtherKey);
}

#[test]
fn a_payout_answer_is_signed_as_in_the_vectors() {
    let settings = Settings::test();
    // Here the signatures to check are HPay's.
    let keys = Keys::read(&settings.hpay_private_key, &settings.hpay_certificate).unwrap();
    for case in cases("ibft_response") {
        let signed = text(&case, "checked_string");
        let chain = text(&case, "secureChain");
        let is_good = case["expect_valid"] == true;
        assert_eq!(keys.check(signed, chain) == Verdict::Good, is_good, "{}", case["id"]);
        if !is_good || text(&case, "layout") != "documented" {
            continue;
        }
        let [request_id, number, cashout_id, passcode] =
            signed.splitn(4, '|').collect::<Vec<_>>().try_into().unwrap();
        let codes = Codes::new("", passcode);
        let layout = codes.payout_answer_text(request_id, number, cashout_id);
        assert_eq!(layout, signed);
        assert_eq!(keys.sign(&layout).unwrap(), chain, "{}", case["id"]);
    }
}

#[test]
fn envelopes_of_the_newer_openapi_are_signed_as_in_the_vectors() {
    let settings = Settings::test();
    let keys = Keys::read(&settings.hpay_private_key, &settings.merchant_certificate).unwrap();
    for case in cases("openapi_envelope") {
        let codes = Codes::new("", text(&case, "passcode"));
        let request = codes.openapi_request_text(text(&case, "data"));
        let signature = text(&case, "request_signature");
        assert_eq!(keys.check(&request, signature), Verdict::Good, "{}", case["id"]);
        assert_eq!(keys.check(&(request + "x"), signature), Verdict::OtherText);
        let answer = &case["response"];
        let response = codes.openapi_response_text(text(answer, "errorCode"), text(answer, "data"));
        assert_eq!(response, text(&case, "response_signed_string"));
        assert_eq!(keys.sign(&response).unwrap(), text(answer, "signature"), "{}", case["id"]);
    }
}

#[test]
fn no_secret_is_printed() {
    let settings = Settings::test();
    let keys = Keys::read(&settings.hpay_private_key, &settings.merchant_certificate).unwrap();
    let codes = Codes::new(&settings.merchant_id, &settings.passcode);
    let printed = format!("{settings:?} {keys:?} {codes:?}");
    assert!(!printed.contains(&settings.passcode), "{printed}");
    assert!(!printed.contains("PRIVATE KEY"), "{printed}");
}
