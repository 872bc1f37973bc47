//! From configuration to a provider, or to every problem at once.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::{Environment, Role};
use provider_kit::{
    config::{Environ, PaymentsConfig, Source, Value},
    registry::{Context, Registry},
};

use provider_hpay::{Config, HPay};

use crate::support::{self, Script};

fn problems(table: BTreeMap<String, Value>) -> Vec<String> {
    let problems = support::try_build(Script::new(), table).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn payouts_are_there_only_with_both_keys() {
    let provider = support::provider(&Script::new());
    assert_eq!(provider.environment(), Environment::Sandbox);
    let without_payouts = [Role::Payments, Role::VirtualAccounts, Role::Notifications];
    let mut all = without_payouts.to_vec();
    all.push(Role::Payouts);
    all.sort();
    let mut roles = provider.roles();
    roles.sort();
    assert_eq!(roles, all);

    let mut table = support::table();
    table.remove("private_key");
    table.remove("hpay_certificate");
    let provider = support::try_build(Script::new(), table).unwrap();
    assert_eq!(provider.roles(), without_payouts);
    assert!(provider.extension::<provider_hpay::HPay>().is_ok());
}

#[test]
fn one_key_without_the_other_is_a_problem() {
    for (missing, there) in
        [("private_key", "hpay_certificate"), ("hpay_certificate", "private_key")]
    {
        let mut table = support::table();
        table.remove(missing);
        assert!(table.contains_key(there));
        assert_eq!(
            problems(table),
            [format!("providers.hpay-main.{missing}: is missing; payouts need it too")]
        );
    }
}

#[test]
fn a_key_that_cannot_be_read_is_a_problem_and_is_not_printed() {
    let mut table = support::table();
    table.insert("private_key".into(), "canary-key".into());
    table.insert("hpay_certificate".into(), "canary-certificate".into());
    let problems = problems(table).join("\n");
    assert!(problems.contains("private_key: the private key is neither"), "{problems}");
    assert!(problems.contains("hpay_certificate: the public key is neither"), "{problems}");
    assert!(!problems.contains("canary"), "{problems}");
}

#[test]
fn every_problem_is_told_at_once() {
    let mut table = support::table();
    table.remove("merchant_id");
    for (key, value) in [
        ("receiver", "merchant.example"),
        ("return_url", "/relative"),
        ("compat.va_body", "xml"),
        ("checkout_url", "http://checkout.example"),
        ("compat.order_inquiry_path", "api/transaction"),
        ("signer", "aws"),
        ("formulas.order_inquiry_request", "{merchant_id}|{order_code}"),
        ("formulas.order_inquiry_response", "{passcode}"),
        ("formulas.va_callback", "{cashin}|{passcode}"),
        ("unverified_answers", "yes"),
        ("acount_url", "https://account.example"),
    ] {
        table.insert(key.into(), value.into());
    }
    let problems = problems(table);
    let mut named: Vec<_> = problems
        .iter()
        .map(|problem| problem.strip_prefix("providers.hpay-main.").unwrap())
        .map(|problem| problem.split(':').next().unwrap())
        .collect();
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "acount_url",
            "checkout_url",
            "compat.order_inquiry_path",
            "compat.va_body",
            "formulas.order_inquiry_request",
            "formulas.order_inquiry_response",
            "formulas.va_callback",
            "merchant_id",
            "receiver",
            "return_url",
            "signer",
            "unverified_answers",
        ],
        "{problems:#?}"
    );
}

#[test]
fn an_app_builds_the_provider_without_a_file_and_hears_of_every_problem_too() {
    let passcode = || Source::env("HPAY_PASSCODE");
    let config = || {
        let receiver = "merchant@example.com";
        let mut config = Config::new(Environment::Production, "12345", receiver, passcode());
        config.private_key = Some(Source::env("HPAY_KEY"));
        config.hpay_certificate = Some(Source::text(support::HPAY_CERTIFICATE));
        config
    };
    let environ = || {
        Environ::of([
            ("HPAY_PASSCODE".to_owned(), support::PASSCODE.to_owned()),
            ("HPAY_KEY".to_owned(), support::MERCHANT_KEY.to_owned()),
        ])
    };
    let client = Script::new();
    let provider = HPay::builder(config()).transport(client).environ(environ()).build().unwrap();
    assert_eq!(provider.id().as_str(), "hpay");
    assert_eq!(provider.environment(), Environment::Production);
    assert!(provider.roles().contains(&Role::Payouts));

    let mut wrong = config();
    wrong.merchant_id = "12|45".to_owned();
    wrong.passcode = Source::text("canary-written-out");
    wrong.compat.link_path = "checkout.php".to_owned();
    wrong.formulas.insert("payout_reqest".to_owned(), "{requestId}|{passcode}".to_owned());
    let built = HPay::builder(wrong).transport(Script::new()).environ(environ()).build();
    let problems: Vec<String> = built.unwrap_err().0.iter().map(ToString::to_string).collect();
    let paths: Vec<&str> = problems.iter().filter_map(|text| text.split(": ").next()).collect();
    assert_eq!(
        paths,
        [
            "providers.hpay.merchant_id",
            "providers.hpay.passcode",
            "providers.hpay.compat.link_path",
            "providers.hpay.formulas.payout_reqest",
        ],
        "{problems:#?}"
    );
    assert!(!problems.concat().contains("canary"), "{problems:#?}");
    assert!(HPay::builder(config()).build().is_err(), "without a transport");
}

#[test]
fn what_is_joined_by_pipes_holds_none() {
    for (key, value) in [("merchant_id", "12|45"), ("receiver", "a|b@example.com")] {
        let mut table = support::table();
        table.insert(key.into(), value.into());
        assert_eq!(problems(table).len(), 1, "{key}");
    }
}

#[test]
fn in_production_the_hosts_are_others_and_secrets_are_not_written_out() {
    let mut table = support::table();
    table.insert("environment".into(), "production".into());
    let problems = problems(table);
    assert_eq!(problems.len(), 2, "the passcode and the private key: {problems:?}");
    assert!(problems.iter().all(|problem| problem.contains("is in plain text")));
}

#[test]
fn the_example_is_complete() {
    let folder = std::env::temp_dir().join(format!("hpay-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files = [("hpay.pem", support::MERCHANT_KEY), ("hpay.cer", support::HPAY_CERTIFICATE)];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let example = provider_hpay::REGISTRATION
        .example
        .replace("/run/secrets", folder.to_str().unwrap())
        .replace("/etc/payments", folder.to_str().unwrap());
    let with_every_key: Vec<&str> = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(entry) if entry.split_whitespace().nth(1) == Some("=") => entry,
            Some(entry) if entry.starts_with('[') => entry,
            _ => line,
        })
        .collect();
    for text in [&example, &with_every_key.join("\n")] {
        let config: PaymentsConfig = toml::from_str(text).unwrap();
        let passcode = ("HPAY_PASSCODE".to_owned(), support::PASSCODE.to_owned());
        let secret = ("HPAY_OPENAPI_SECRET".to_owned(), "canary-openapi-secret".to_owned());
        let environ = Environ::of([passcode, secret]);
        let context = Context::new(Script::new()).with_environ(environ);
        let registry = Registry::empty().add(provider_hpay::REGISTRATION);
        let providers = registry.build(&config, &context).unwrap();
        assert_eq!(providers[0].id().as_str(), "hpay-main");
    }
    assert!(with_every_key.iter().any(|line| line.starts_with("order_inquiry_request")));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_speaks_the_openapi_needs_its_credentials_and_both_keys() {
    let mut table = support::table();
    table.insert("api.payouts".into(), "openapi".into());
    table.insert("payout_endpoint".into(), "form".into());
    table.remove("hpay_certificate");
    let found = problems(table);
    for key in ["openapi_client_id", "openapi_client_secret", "hpay_certificate", "payout_endpoint"]
    {
        let path = format!("providers.hpay-main.{key}: ");
        assert!(found.iter().any(|problem| problem.starts_with(&path)), "{key}: {found:?}");
    }
}

#[test]
fn a_role_or_an_api_that_is_none_is_refused_by_its_name() {
    for (key, value, path) in [
        ("api", "newer", "providers.hpay-main.api"),
        ("api.payouts", "newer", "providers.hpay-main.api"),
        ("api.checkout", "openapi", "providers.hpay-main.api"),
        ("compat.openapi_payout_service", "a/b", "providers.hpay-main.compat"),
        ("compat.openapi_note", "memo", "providers.hpay-main.compat"),
    ] {
        let mut table = support::table();
        table.insert(key.into(), value.into());
        let found = problems(table);
        assert!(found.len() == 1 && found[0].starts_with(path), "{key} = {value}: {found:?}");
    }
}

#[test]
fn the_registration_lists_every_formula() {
    let registration = provider_hpay::REGISTRATION;
    assert_eq!((registration.kind, registration.package), ("hpay", "provider-hpay"));
    assert_eq!(registration.formulas.len(), 29);
}

#[cfg(feature = "inventory")]
#[test]
fn a_program_that_links_the_crate_knows_the_kind() {
    let linked = Registry::linked();
    let kinds: Vec<_> = linked.registrations().iter().map(|known| known.kind).collect();
    assert_eq!(kinds, ["hpay"]);
}

#[test]
fn a_private_key_is_taken_in_either_form_from_a_file_and_by_either_signer() {
    let folder = std::env::temp_dir();
    let pem = support::MERCHANT_KEY;
    let der = der_of(pem);
    let path = folder.join(format!("hpay-key-{}.der", std::process::id()));
    std::fs::write(&path, der).unwrap();
    let mut table = support::table();
    let file = [("file".to_owned(), path.to_str().unwrap().into())];
    table.insert("private_key".into(), Value::Table(file.into()));
    let built = support::try_build(Script::new(), table.clone());
    table.insert("signer".into(), "aws-lc".into());
    let fast = support::try_build(Script::new(), table);
    std::fs::remove_file(&path).unwrap();
    assert!(built.unwrap().roles().contains(&Role::Payouts));
    match fast {
        Ok(provider) => assert!(provider.roles().contains(&Role::Payouts)),
        Err(problems) => {
            let problem = problems[0].to_string();
            assert!(problem.contains("signer: this signer is not compiled in"), "{problem}");
            assert!(problem.contains("cargo feature `aws-lc`"), "{problem}");
        }
    }
}

/// The DER inside a PEM.
fn der_of(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).unwrap()
}

#[test]
fn the_layout_of_the_answer_is_nothing_to_an_account_without_payouts() {
    let mut table = support::table();
    table.remove("private_key");
    table.remove("hpay_certificate");
    table.insert("formulas.payout_response".into(), "payout_response_by_name".into());
    assert!(support::try_build(Script::new(), table).is_ok());
}

#[test]
fn a_formula_that_hpay_does_not_have_is_a_problem_and_so_is_the_name_of_another_purpose() {
    let problem = |key: &str, value: &str| {
        let mut table = support::table();
        table.insert(key.into(), value.into());
        problems(table).join("\n")
    };
    let template = "{merchant_id}|{order_code}|{passcode}";
    let unknown = problem("formulas.order_inquiry", template);
    assert!(unknown.contains("hpay-main.formulas.order_inquiry: is not a formula"), "{unknown}");
    let other = problem("formulas.payout_response", "checkout_link");
    assert!(other.starts_with("providers.hpay-main.formulas.payout_response: "), "{other}");
}

#[test]
fn a_bank_code_that_cannot_be_one_is_a_problem() {
    let mut table = support::table();
    let codes = [("VCB".to_owned(), "970436".into())];
    table.insert("bank_codes".into(), Value::Table(codes.into()));
    assert_eq!(
        problems(table),
        ["providers.hpay-main.bank_codes: has \"VCB\" for a bank's number; six digits are needed"]
    );
}

#[test]
fn a_configuration_without_notify_url_is_warned_of() {
    let mut table = support::table();
    let warnings = |table| support::try_build(Script::new(), table).unwrap().warnings().to_vec();
    assert_eq!(warnings(table.clone()), Vec::<String>::new());
    table.remove("notify_url");
    let [warning] = &warnings(table)[..] else { panic!("one warning") };
    assert!(warning.starts_with("notify_url: is missing"), "{warning}");
}

#[test]
fn two_providers_of_one_merchant_or_one_passcode_are_a_problem_naming_both() {
    const OTHER: &str = "another-passcode-of-the-tests";
    for (changes, shared) in [
        (vec![], vec!["merchant_id", "passcode"]),
        (vec![("passcode", OTHER)], vec!["merchant_id"]),
        (vec![("passcode", OTHER), ("currency", "usd")], vec!["merchant_id"]),
        (vec![("merchant_id", "123456")], vec!["passcode"]),
        (vec![("merchant_id", "123456"), ("passcode", OTHER)], vec![]),
    ] {
        let mut second = support::table();
        for (key, value) in changes {
            second.insert(key.to_owned(), value.into());
        }
        let providers = [("one", support::table()), ("two", second)].map(|(id, table)| {
            let table = table.iter().map(|(key, value)| match value {
                Value::Text(text) => format!("{key} = {text:?}"),
                other => panic!("{key} is no text: {other:?}"),
            });
            format!("[providers.{id}]\n{}\n", table.collect::<Vec<_>>().join("\n"))
        });
        let config: PaymentsConfig = toml::from_str(&providers.concat()).unwrap();
        let registry = Registry::empty().add(provider_hpay::REGISTRATION);
        let told = match registry.build(&config, &Context::new(Script::new())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(told.len(), shared.len(), "{told:?}");
        for (key, problem) in shared.iter().zip(&told) {
            assert!(problem.starts_with(&format!("providers.two.{key}: ")), "{problem}");
            assert!(problem.contains(&format!("providers.one.{key}")), "{problem}");
            assert!(!problem.contains("passcode-of-the-tests"), "{problem}");
        }
    }
}
