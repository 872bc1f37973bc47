//! What is configured decides what the provider can be.

use payments_core::{Role, payment::NextAction};
use provider_kit::registry::Registry;

use crate::world::{
    BANK, GATEWAY, KEYED_WEBHOOK, NOT_KNOWN, OAUTH, SIGNED_WEBHOOK, TOKEN_WEBHOOK, Wire,
    configured, from_text, problems, provider, request,
};

#[test]
fn the_roles_are_those_of_what_is_configured() {
    use Role::{Notifications, Payments, Statements};
    for (keys, roles) in [
        (vec![GATEWAY], vec![Payments, Notifications]),
        (vec![r#"api_token = "t""#], vec![Statements]),
        (vec![BANK], vec![Payments, Statements]),
        (vec![SIGNED_WEBHOOK], vec![Notifications]),
        (vec![BANK, KEYED_WEBHOOK], vec![Payments, Statements, Notifications]),
        (vec![GATEWAY, BANK, SIGNED_WEBHOOK], vec![Payments, Statements, Notifications]),
    ] {
        assert_eq!(provider(&keys, &Wire::new()).roles(), roles, "{keys:?}");
    }
}

#[test]
fn the_example_is_a_complete_configuration() {
    let provider = from_text(provider_sepay::REGISTRATION.example, &Wire::new()).unwrap();
    assert_eq!(provider.id().as_str(), "sepay-main");
    assert_eq!(provider.roles(), [Role::Payments, Role::Statements, Role::Notifications]);
}

#[test]
fn nothing_configured_is_a_problem_that_says_what_can_be() {
    let [problem] = problems(&[]).try_into().unwrap();
    assert!(problem.starts_with("providers.main.merchant_id: is missing"), "{problem}");
    for key in ["secret_key", "api_token", "webhook_secret"] {
        assert!(problem.contains(key), "{problem}");
    }
}

#[test]
fn what_belongs_together_is_asked_for_by_name() {
    for (keys, expected) in [
        (vec![r#"merchant_id = "SP-TEST-1""#], vec!["secret_key: is missing"]),
        (vec![r#"secret_key = "s""#], vec!["merchant_id: is missing"]),
        (
            vec![r#"merchant_id = "SP:1""#, r#"secret_key = "s""#],
            vec!["merchant_id: contains a colon"],
        ),
        (
            vec![SIGNED_WEBHOOK, r#"ipn_secret = "s""#, r#"formulas.checkout = "checkout""#],
            vec![
                "ipn_secret: is for the payment gateway",
                "formulas.checkout: is for the payment gateway",
            ],
        ),
        (
            vec![GATEWAY, r#"account_bin = "970436""#, r#"account_number = "1""#],
            vec!["account_bin: needs api_token", "code_prefix: is missing"],
        ),
        (vec![GATEWAY, KEYED_WEBHOOK], vec!["webhook_api_key: needs api_token"]),
        (
            vec![BANK, SIGNED_WEBHOOK, KEYED_WEBHOOK],
            vec!["webhook_api_key: stands beside webhook_secret"],
        ),
        (vec![r#"api_token = "t""#, r#"account_number = "1""#], vec!["account_bin: is missing"]),
        (vec![r#"api_token = "t""#, r#"account_holder = "A""#], vec!["account_holder: needs"]),
        (vec![r#"api_token = "t""#, "code_min = 5"], vec!["code_min: needs code_prefix"]),
        (vec![r#"api_token = "t""#, r#"code_prefix = "DH""#], vec!["code_min: is missing"]),
        (
            vec![r#"api_token = "t""#, r#"code_prefix = "D1""#, "code_min = 5"],
            vec!["code_prefix: "],
        ),
        (
            vec![r#"api_token = "t""#, r#"code_prefix = "DH""#, "code_min = 5", "code_max = 4"],
            vec!["code_max: is not between 5 and 20"],
        ),
        (
            vec![GATEWAY, r#"compat.order_list_end = "random""#],
            vec![r#"compat.order_list_end: is not one of "to_created_at", "end_created_at""#],
        ),
        (vec![GATEWAY, r#"success_url = "/paid""#], vec!["success_url: is not an absolute"]),
        (
            vec![GATEWAY, r#"compat.checkout_path = "v1/init""#],
            vec!["compat.checkout_path: does not start"],
        ),
        (vec![GATEWAY, r#"pgapi_url = "http://a.example""#], vec!["pgapi_url: is not https"]),
        (
            vec!["api_token = \"a\\nb\""],
            vec!["api_token: the secret contains an invisible character"],
        ),
        (vec![GATEWAY, r#"merchand_id = "x""#], vec!["merchand_id: is not a known key"]),
    ] {
        let found = problems(&keys);
        assert_eq!(found.len(), expected.len(), "{keys:?}: {found:?}");
        for (found, expected) in found.iter().zip(&expected) {
            let expected = format!("providers.main.{expected}");
            assert!(found.starts_with(&expected), "{keys:?}: {found:?} is not {expected:?}");
        }
    }
}

#[tokio::test]
async fn the_addresses_are_those_of_the_environment_unless_overridden() {
    let live = r#"
        merchant_id = "SP-LIVE-1"
        secret_key = { env = "SEPAY_SECRET_KEY" }
        api_token = { env = "SEPAY_API_TOKEN" }
    "#;
    let overridden = r#"
        pay_url = "https://pay.example/a/"
        compat.checkout_path = "/v1/init"
        pgapi_url = "https://pg.example"
        userapi_url = "https://user.example/"
    "#;
    for (environment, keys, form, order, statement) in [
        (
            "production",
            live.to_owned(),
            "https://pay.sepay.vn/v1/checkout/init",
            "https://pgapi.sepay.vn/v1/order/detail/A",
            "https://userapi.sepay.vn/v2/bank-accounts?page=1&per_page=100",
        ),
        (
            "sandbox",
            live.to_owned(),
            "https://pay-sandbox.sepay.vn/v1/checkout/init",
            "https://pgapi-sandbox.sepay.vn/v1/order/detail/A",
            "https://userapi-sandbox.sepay.vn/v2/bank-accounts?page=1&per_page=100",
        ),
        (
            "production",
            format!("{live}{overridden}"),
            "https://pay.example/a/v1/init",
            "https://pg.example/v1/order/detail/A",
            "https://user.example/v2/bank-accounts?page=1&per_page=100",
        ),
    ] {
        let wire = Wire::new();
        let provider = configured(environment, &keys, &wire).unwrap();
        let payments = provider.payments().unwrap();
        let opened = payments.create_payment(&request("A", 1)).await.unwrap().accepted().unwrap();
        let Some(NextAction::PostForm(opened)) = opened.next.into_iter().next() else {
            panic!("no form")
        };
        assert_eq!(opened.action, form);
        wire.answer(404, NOT_KNOWN).answer(401, "");
        let _ = payments.find_payment(&crate::world::order("A")).await.unwrap();
        provider.statements().unwrap().accounts().await.unwrap_err();
        assert_eq!(wire.asked(), [format!("GET {order}"), format!("GET {statement}")]);
    }
}

#[test]
fn the_registration_names_the_crate_and_its_formulas() {
    let registration = provider_sepay::REGISTRATION;
    assert_eq!((registration.kind, registration.package), ("sepay", "provider-sepay"));
    let ids: Vec<_> = registration.formulas.iter().map(|formula| formula.id.as_ref()).collect();
    assert_eq!(ids, ["sepay.checkout", "sepay.checkout.allowlist", "sepay.webhook"]);
    assert!(registration.formulas.iter().all(|formula| !formula.source.is_empty()));
    let _ = Registry::empty().add(registration);
}

#[cfg(feature = "inventory")]
#[test]
fn the_linked_crate_registers_itself() {
    let registry = Registry::linked();
    assert!(registry.registrations().iter().any(|known| known.kind == "sepay"));
}

#[test]
fn two_providers_that_share_a_merchant_a_secret_or_a_token_are_a_problem_naming_both() {
    const APP: &str = r#"
        oauth_client_id = "app-2"
        oauth_client_secret = "oauth_secret_test_client"
        oauth_redirect_url = "https://shop.example/return"
        oauth_url = "https://my.sepay.vn"
    "#;
    const SIGNED_ELSEWHERE: &str =
        r#"webhook_secret = ["newest-secret-of-another", "whsec_test_client"]"#;
    let with_token = |token| format!("api_token = \"{token}\"\n{TOKEN_WEBHOOK}");
    for (first, second, shared) in [
        (GATEWAY, GATEWAY, vec!["merchant_id", "secret_key", "ipn_secret"]),
        (BANK, BANK, vec!["api_token"]),
        (SIGNED_WEBHOOK, SIGNED_WEBHOOK, vec!["webhook_secret"]),
        (SIGNED_WEBHOOK, SIGNED_ELSEWHERE, vec!["webhook_secret"]),
        (OAUTH, APP, vec!["oauth_client_secret"]),
        (&with_token("one"), &with_token("two"), vec!["webhook_client_secret"]),
        (GATEWAY, BANK, vec![]),
        (SIGNED_WEBHOOK, r#"webhook_secret = "whsec_test_client2""#, vec![]),
    ] {
        let text = format!(
            "[providers.one]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{first}\n\
             [providers.two]\nkind = \"sepay\"\nenvironment = \"sandbox\"\n{second}\n"
        );
        let told = match from_text(&text, &Wire::new()) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(told.len(), shared.len(), "{told:?}");
        for (key, problem) in shared.iter().zip(&told) {
            assert!(problem.starts_with(&format!("providers.two.{key}: ")), "{problem}");
            assert!(problem.contains(&format!("providers.one.{key}")), "{problem}");
            assert!(!problem.contains("test_client"), "{problem}");
        }
    }
}

#[test]
fn short_secrets_and_an_open_webhook_in_production_are_warned_of() {
    let warnings = |environment: &str, keys: &str| {
        let provider = configured(environment, keys, &Wire::new()).unwrap();
        provider.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for (key, keys) in [
        ("webhook_secret", "webhook_secret = 'short'"),
        (
            "webhook_api_key",
            "api_token = 'a-token-of-enough-characters'\nwebhook_api_key = 'short'",
        ),
        ("secret_key", "merchant_id = 'SP-TEST'\nsecret_key = 'short'"),
        (
            "ipn_secret",
            "merchant_id = 'SP-TEST'\nsecret_key = 'a-key-of-enough-characters'\nipn_secret = 'short'",
        ),
        (
            "webhook_client_secret",
            "api_token = 'a-token-of-enough-characters'\nwebhook_client_id = 'shop'\nwebhook_client_secret = 'short'",
        ),
    ] {
        let found = warnings("sandbox", keys);
        let expected = format!("{key}: has fewer than 20 characters");
        assert!(found.iter().any(|warning| warning.starts_with(&expected)), "{keys}: {found:?}");
    }
    let open = "api_token = { env = 'SEPAY_API_TOKEN' }\nwebhook_unauthenticated = true";
    for (environment, is_warned) in [("production", true), ("sandbox", false)] {
        let found = warnings(environment, open);
        let says_so = |warning: &String| warning.starts_with("webhook_unauthenticated: is true");
        assert_eq!(found.iter().any(says_so), is_warned, "{environment}: {found:?}");
    }
}
