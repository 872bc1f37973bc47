//! Simulated gateways, each with the hub of a merchant.

use std::sync::Arc;

use payments::{
    Payments, hpay,
    registry::{Context, Registry},
    sepay,
    simulators::{
        hpay::{HPaySimulator, Settings as HPaySettings},
        sepay::{Host, SePaySimulator, Settings as SePaySettings},
    },
    transport::{HttpClient, HttpClientSettings},
};

pub(crate) async fn at_hpay() -> (HPaySimulator, Payments) {
    at_hpay_with(HPaySettings::test()).await
}

pub(crate) async fn at_hpay_with(settings: HPaySettings) -> (HPaySimulator, Payments) {
    let hpay = HPaySimulator::start(settings).await.unwrap();
    let hosts = hpay.hosts();
    let payments = build(&format!(
        "[providers.main]\nkind = 'hpay'\nenvironment = 'sandbox'\nmerchant_id = '{}'\n\
         receiver = '{}'\npasscode = '{}'\nprivate_key = '''{}'''\nhpay_certificate = '''{}'''\n\
         checkout_url = '{}'\naccount_url = '{}'\nopenapi_url = '{}'\n",
        hpay.merchant_id(),
        hpay.merchant_email(),
        hpay.passcode(),
        hpay.merchant_private_key().unwrap(),
        hpay.hpay_certificate(),
        hosts["checkout"],
        hosts["account"],
        hosts["openapi"],
    ));
    (hpay, payments)
}

/// SePay's bank account, with memos such as `SPT20260042` and signed webhooks.
pub(crate) async fn at_sepay(account: &str, settings: SePaySettings) -> (SePaySimulator, Payments) {
    let sepay = SePaySimulator::start(settings).await.unwrap();
    let payments = build(&format!(
        "[providers.main]\nkind = 'sepay'\nenvironment = 'sandbox'\napi_token = '{}'\n\
         account_bin = '970436'\naccount_number = '{account}'\ncode_prefix = 'SPT'\ncode_min = 8\n\
         userapi_url = '{}'\nwebhook_secret = '{}'\n",
        sepay.settings().api_token(),
        sepay.url(Host::UserApi),
        sepay.settings().webhook_secret(),
    ));
    (sepay, payments)
}

fn build(config: &str) -> Payments {
    let config = toml::from_str(config).unwrap();
    let client = HttpClient::new(HttpClientSettings::default()).unwrap();
    let registry = Registry::empty().add(hpay::REGISTRATION).add(sepay::REGISTRATION);
    Payments::build(&config, &registry, &Context::new(Arc::new(client))).unwrap()
}
