//! The formulas of a configuration: the sandbox and the real clients agree on each of them.

use payments::{
    Lookup, OrderRef, Payments, PayoutRef, Submission,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::Delivery,
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout},
    virtual_account::OpenVirtualAccount,
};
use serde_json::json;

use super::{
    receiver::Receiver,
    world::{Sandbox, get, shell},
};
use crate::program::file;

/// Starts the sandbox with a configuration, and clients with the one that it prints. A word after
/// `@` is replaced by the file of a secret.
fn with(provider: &str) -> (Sandbox, Payments) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = format!("[providers.own]\nenvironment = 'sandbox'\n{provider}\n");
    let words: Vec<String> = config.split('@').skip(1).map(word).collect();
    for name in words {
        let secret = file(&folder, &name, format!("own-{name}-of-the-test-0123456789"));
        config = config
            .replace(&format!("@{name}\n"), &format!("{{ file = '{}' }}\n", secret.display()));
    }
    let config = file(&folder, "payments.toml", config);
    let sandbox = Sandbox::start(["--config", config.to_str().unwrap()]);
    let payments = Payments::from_toml(&sandbox.config).unwrap();
    (sandbox, payments)
}

/// Returns the word that a text begins with.
fn word(text: &str) -> String {
    text.lines().next().unwrap().to_owned()
}

/// Asserts that the clients trust the next webhook.
fn trusts(payments: &Payments, shop: &Receiver, provider: &str, endpoint: &str) {
    let request = shop.next();
    let checked = payments.check(provider, endpoint, &Delivery::of(&request), payments.now());
    let checked = checked.unwrap();
    assert!(checked.untrusted().is_none(), "{endpoint}: {checked:?}");
    assert!(!checked.events().is_empty(), "{endpoint}: {checked:?}");
}

fn accepted<T: std::fmt::Debug>(submission: Submission<T>) -> T {
    match submission {
        Submission::Accepted(it) => it,
        other => panic!("{other:?}"),
    }
}

fn found<T: std::fmt::Debug>(lookup: Lookup<T>) -> T {
    match lookup {
        Lookup::Found(it) => it,
        other => panic!("{other:?}"),
    }
}

fn order(reference: &str) -> OrderRef {
    OrderRef::new(reference).unwrap()
}

fn payout(account: &str) -> CreatePayout {
    let account =
        BankAccount::new(Bin::new("970436").unwrap(), AccountNumber::new(account).unwrap());
    let to = Beneficiary::new(account, "NGUYEN VAN A").unwrap();
    CreatePayout::new(PayoutRef::new("PAY-1").unwrap(), Money::vnd(20_000), to)
        .unwrap()
        .with_note("hoan tien")
}

fn payment(reference: &str) -> CreatePayment {
    CreatePayment::new(order(reference), Money::vnd(50_000))
        .unwrap()
        .with_description("Two coffees")
        .with_return_url("http://127.0.0.1:9/back")
        .unwrap()
}

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn sepay_s_clients_and_the_sandbox_agree_on_every_formula() {
    let (sandbox, payments) = with(
        "kind = 'sepay'\nsecret_key = @secret\nipn_secret = @ipn\n\
         webhook_secret = @webhook\n\
         formulas.checkout = '{order_amount}|{merchant}|{order_invoice_number}'\n\
         formulas.webhook = 'hmac_sha512_hex({body}.{timestamp})'",
    );
    let shop = Receiver::start();
    for endpoint in ["ipn", "bank-webhook"] {
        sandbox.register("sepay", endpoint, &shop.url);
    }
    run(async {
        let provider = payments.provider("sepay").unwrap();
        let opened = provider.payments().unwrap().create_payment(&payment("OWN-1")).await.unwrap();
        let opened = accepted(opened);
        let Some(NextAction::PostForm(form)) = opened.next.first() else { panic!("{opened:?}") };
        let fields =
            form.fields.iter().map(|(name, value)| format!(" --data-urlencode '{name}={value}'"));
        let page = shell(&format!("curl -s '{}'{}", form.action, fields.collect::<String>()));
        assert!(page.contains("50,000") || page.contains("50.000"), "{page}");
    });
    let paid = sandbox.act("sepay", &json!({ "action": "pay", "order": "OWN-1" }));
    assert!(paid.ends_with(" 200"), "{paid}");
    trusts(&payments, &shop, "sepay", "ipn");
    let credit =
        json!({ "action": "credit", "account": "0900000001", "amount": 5000, "memo": "x" });
    assert!(sandbox.act("sepay", &credit).ends_with(" 200"));
    trusts(&payments, &shop, "sepay", "bank-webhook");
}

#[test]
fn payos_s_clients_and_the_sandbox_agree_on_every_formula() {
    let (sandbox, payments) = with(
        "kind = 'payos'\nclient_id = 'a'\napi_key = @api\n\
         checksum_key = @checksum\npayout_client_id = 'b'\n\
         payout_api_key = @payout-api\n\
         payout_checksum_key = @payout-checksum\n\
         formulas.payment_link = '{orderCode}|{amount}|{returnUrl}|{cancelUrl}|{description}'\n\
         formulas.data = '{*?}|{*?}'\nformulas.payout = 'hmac_sha512_hex({*}&{*})'",
    );
    let shop = Receiver::start();
    sandbox.register("payos", "webhook", &shop.url);
    run(async {
        let provider = payments.provider("payos").unwrap();
        let request = payment("20260042").with_cancel_url("http://127.0.0.1:9/no").unwrap();
        let role = provider.payments().unwrap();
        accepted(role.create_payment(&request).await.unwrap());
        found(role.find_payment(&order("20260042")).await.unwrap());
        let role = provider.payouts().unwrap();
        accepted(role.create_payout(&payout("0011001234567")).await.unwrap());
        found(role.find_payout(&PayoutRef::new("PAY-1").unwrap()).await.unwrap());
        role.balance().await.unwrap();
    });
    let paid = sandbox.act("payos", &json!({ "action": "pay", "order": "20260042" }));
    assert!(paid.ends_with(" 200"), "{paid}");
    trusts(&payments, &shop, "payos", "webhook");
}

const HPAY: &str = "passcode = @passcode
[providers.own.formulas]
checkout_v1_link = '{order_code},{price},{merchant_site_code},{passcode}'
checkout_link = '{order_code};{price};{passcode}'
checkout_link_short = '{order_code}/{price}/{passcode}'
payment_notification = '{order_code},{price},{transaction_info},{payment_id},{payment_type},{error_text},{merchant_site_code},{passcode}'
order_inquiry_request = '{order_code?},{merchant_id},{transaction_id?},{passcode}'
order_inquiry_response = '{order_code},{transaction_status},{total_amount},{passcode}'
revoke_token_link = '{bank_token},{merchant_id},{passcode}'
revoke_token_notification = '{bank_token},{status},{passcode}'
balance_request = '{requestTime},{requestId},{merchantId},{secret}'
balance_response = '{balance},{respone_time},{secret}'
va_create_request = '{condition},{amount},{merchantId},{passcode}'
va_create_response = '{va_account},{va_amount},{passcode}'
va_rename_request = '{va_name},{va_account},{passcode}'
va_close_request = '{flag},{account_va},{passcode}'
va_close_response = '{account_va},{va_status},{passcode}'
va_inquiry_request = '{va_account},{merchant_id},{passcode}'
va_inquiry_response = '{data},{passcode}'
va_callback = '{cashin},{order_id},{passcode}'
payout_request = '{amount},{requestId},{bankAccountNumber},{secret}'
payout_response = '{omiCashoutId},{requestId},{bankAccountNumber},{secret}'
name_check_request = '{bank_account_number},{bank_name},{passcode}'
name_check_response = '{bank_account_name},{bank_account_number},{passcode}'
payout_inquiry_request = '{merchantId},{requestId},{passcode}'
payout_inquiry_response = '{request_id},{amount},{passcode}'
openapi_request = 'md5_hex({data},{passcode})'
openapi_response = '{data},{errorCode},{secret}'
openapi_va_callback = '{cashin_id},{va_account},{amount},{merchant_id},{transaction_id},{client_request_id},{passcode}'
";

/// Does everything that both APIs of HPay offer a merchant; the callback has the names of the API.
fn everything_at_hpay(sandbox: &Sandbox, payments: &Payments) {
    let shop = Receiver::start();
    for endpoint in ["notify", "va-callback"] {
        sandbox.register("hpay", endpoint, &shop.url);
    }
    let number = run(async {
        let provider = payments.provider("hpay").unwrap();
        let role = provider.payments().unwrap();
        let opened = accepted(role.create_payment(&payment("OWN-1")).await.unwrap());
        let Some(NextAction::Redirect { url }) = opened.next.first() else { panic!("{opened:?}") };
        let page = get(&url.to_string());
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("OWN-1"), "{page}");
        found(role.find_payment(&order("OWN-1")).await.unwrap());

        let role = provider.virtual_accounts().unwrap();
        let request = OpenVirtualAccount::new(order("OWN-2"), "NGUYEN VAN A").unwrap();
        let request = request.with_amount(Money::vnd(80_000)).unwrap();
        let opened = accepted(role.open(&request).await.unwrap());
        let number = opened.numbers[0].number.to_string();

        let role = provider.payouts().unwrap();
        accepted(role.create_payout(&payout("0011001234567")).await.unwrap());
        found(role.find_payout(&PayoutRef::new("PAY-1").unwrap()).await.unwrap());
        role.verify_beneficiary(&payout("0011001234567").beneficiary.account).await.unwrap();
        role.balance().await.unwrap();
        number
    });
    let paid = sandbox.act("hpay", &json!({ "action": "pay", "order": "OWN-1" }));
    assert!(paid.ends_with(" 200"), "{paid}");
    trusts(payments, &shop, "hpay", "notify");
    let credit = json!({ "action": "credit", "account": number, "amount": 80_000 });
    let credited = sandbox.act("hpay", &credit);
    assert!(credited.ends_with(" 200"), "{credited}");
    trusts(payments, &shop, "hpay", "va-callback");
    // Every call, by lines that the sandbox signs.
    for sample in sandbox.read("hpay", "samples").as_array().unwrap() {
        let answer = shell(sample["curl"].as_str().unwrap());
        assert!(answer.contains(sample["answers"].as_str().unwrap()), "{answer}\n{sample}");
    }
}

#[test]
fn hpay_s_clients_and_the_sandbox_agree_on_every_formula() {
    let names: toml::Table =
        toml::from_str(&format!("[providers.own]\n{}", HPAY.replace("@passcode", "''"))).unwrap();
    let mut named: Vec<&str> = names["providers"]["own"]["formulas"]
        .as_table()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut all = payments::simulators::hpay::Settings::FORMULAS.to_vec();
    named.sort_unstable();
    all.sort_unstable();
    assert_eq!(named, all);
    let (sandbox, payments) = with(&format!("kind = 'hpay'\n{HPAY}"));
    everything_at_hpay(&sandbox, &payments);
    let (sandbox, payments) = with(&format!("kind = 'hpay'\napi = 'openapi'\n{HPAY}"));
    everything_at_hpay(&sandbox, &payments);
}

#[test]
fn a_link_of_hpay_s_has_another_formula_of_hpay_s_by_its_name() {
    for formula in ["checkout_link", "checkout_link_short", "checkout_v1_link"] {
        let (_sandbox, payments) =
            with(&format!("kind = 'hpay'\nformulas.checkout_v1_link = '{formula}'"));
        run(async {
            let provider = payments.provider("hpay").unwrap();
            let role = provider.payments().unwrap();
            let opened = accepted(role.create_payment(&payment("OWN-1")).await.unwrap());
            let Some(NextAction::Redirect { url }) = opened.next.first() else {
                panic!("{opened:?}")
            };
            let page = get(&url.to_string());
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("OWN-1"), "{page}");
        });
    }
}
