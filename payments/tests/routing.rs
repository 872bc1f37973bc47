//! The example of routing, run with a shop on simulated gateways: each purchase is opened at the
//! gateway that comes first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use payments::{
    Payments, Submission, hpay, payos,
    registry::{Context, Registry},
    sepay,
    simulators::{
        hpay::{HPaySimulator, Settings as HPaySettings},
        payos::{PayOSSimulator, Settings as PayOSSettings},
        sepay::{Host, SePaySimulator, Settings as SePaySettings},
    },
    transport::{HttpClient, HttpClientSettings},
};

#[path = "../examples/routing.rs"]
mod example;
use example::{judged, payouts, purchases};

struct Shop {
    payments: Payments,
    payos: PayOSSimulator,
    _others: (HPaySimulator, SePaySimulator),
}

impl Shop {
    async fn open() -> Self {
        let hpay = HPaySimulator::start(HPaySettings::test()).await.unwrap();
        let sepay = SePaySimulator::start(SePaySettings::test()).await.unwrap();
        let payos = PayOSSimulator::start(PayOSSettings::test()).await.unwrap();
        let hosts = hpay.hosts();
        let at_hpay = |name: &str, more: &str| {
            format!(
                "[providers.{name}]\nkind = 'hpay'\nenvironment = 'sandbox'\nreceiver = '{}'\n\
                 passcode = '{}-of-{name}'\ncheckout_url = '{}'\naccount_url = '{}'\n\
                 openapi_url = '{}'\n{more}\n",
                hpay.merchant_email(),
                hpay.passcode(),
                hosts["checkout"],
                hosts["account"],
                hosts["openapi"],
            )
        };
        let keys = format!(
            "private_key = '''{}'''\nhpay_certificate = '''{}'''",
            hpay.merchant_private_key().unwrap(),
            hpay.hpay_certificate(),
        );
        let openapi = format!(
            "merchant_id = '3'\n{keys}\napi = {{ payouts = 'openapi' }}\n\
             openapi_client_id = '{}'\nopenapi_client_secret = '{}'",
            hpay.settings().openapi_client_id,
            hpay.settings().openapi_client_secret,
        );
        let config = [
            "prefer = ['payos', 'hpay', 'hpay-openapi', 'sepay', 'hpay-usd']\n".to_owned(),
            at_hpay("hpay", "merchant_id = '1'"),
            at_hpay("hpay-usd", "merchant_id = '2'\ncurrency = 'usd'"),
            at_hpay("hpay-openapi", &openapi),
            format!(
                "[providers.sepay]\nkind = 'sepay'\nenvironment = 'sandbox'\nmerchant_id = '{}'\n\
                 secret_key = '{}'\npay_url = '{}'\npgapi_url = '{}'\n",
                sepay.settings().merchant_id(),
                sepay.settings().secret_key(),
                sepay.url(Host::Pay),
                sepay.url(Host::PgApi),
            ),
            format!(
                "[providers.payos]\nkind = 'payos'\nenvironment = 'sandbox'\nclient_id = '{}'\n\
                 api_key = '{}'\nchecksum_key = '{}'\npayout_client_id = '{}'\n\
                 payout_api_key = '{}'\npayout_checksum_key = '{}'\napi_url = '{}'\npay_url = '{}'\n",
                payos.settings().payment.client_id,
                payos.settings().payment.api_key,
                payos.settings().payment.checksum_key,
                payos.settings().payout.client_id,
                payos.settings().payout.api_key,
                payos.settings().payout.checksum_key,
                payos.hosts()["api"],
                payos.hosts()["pay"],
            ),
        ]
        .concat();
        let config = toml::from_str(&config).unwrap();
        let client = HttpClient::new(HttpClientSettings::default()).unwrap();
        let registry = Registry::empty()
            .add(hpay::REGISTRATION)
            .add(sepay::REGISTRATION)
            .add(payos::REGISTRATION);
        let payments =
            Payments::build(&config, &registry, &Context::new(Arc::new(client))).unwrap();
        Self { payments, payos, _others: (hpay, sepay) }
    }
}

#[tokio::test]
async fn each_purchase_goes_to_the_gateways_that_take_it_the_preferred_one_first() {
    let shop = Shop::open().await;
    for (what, request) in purchases().unwrap() {
        let (takers, others) = judged(shop.payments.route(&request));
        let expected: &[&str] = match what {
            "whatever the buyer likes" => &["payos", "hpay", "hpay-openapi", "sepay"],
            "by bank transfer" => &["payos"],
            "by NAPAS QR" => &["payos", "sepay"],
            "by international card" => &["hpay", "hpay-openapi", "sepay"],
            "by domestic card" => &["hpay", "hpay-openapi"],
            "in dollars" => &["hpay-usd"],
            "for half a dollar" => &[],
            // payOS accepts only numbers and plain letters.
            "under a reference with letters" => &["hpay", "hpay-openapi", "sepay"],
            "with a memo for the QR code" => &["hpay", "hpay-openapi", "sepay"],
            other => panic!("{other}"),
        };
        assert_eq!(takers, expected, "{what}: {others:?}");
        assert!(takers.len() == 5 || !others.is_empty(), "{what}");
        if let Some(first) = expected.first() {
            let opened = shop.payments.open_payment(&request).await.unwrap();
            assert_eq!(opened.provider.as_str(), *first, "{what}");
            assert!(matches!(opened.submission, Submission::Accepted(_)), "{what}");
        }
    }
    assert_eq!(shop.payos.links().len(), 3);
}

#[tokio::test]
async fn a_payout_goes_to_one_gateway_that_takes_it() {
    let shop = Shop::open().await;
    for (what, request) in payouts().unwrap() {
        let (takers, others) = judged(shop.payments.route_payout(&request));
        let expected: &[&str] = match what {
            "to a supplier" => &["payos", "hpay-openapi"],
            // payOS requires one.
            "to a supplier without a note" => &["hpay-openapi"],
            other => panic!("{other}"),
        };
        assert_eq!(takers, expected, "{what}: {others:?}");
    }
}
