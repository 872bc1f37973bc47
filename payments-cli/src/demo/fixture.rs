//! The set-up of the tour: simulated gateways, the shop, and the hub built from the embedded TOML.

use std::sync::Arc;

use bytes::Bytes;
use payments::{
    Payments,
    config::{Environ, PaymentsConfig},
    mock::simulator::{self as mock, MockSimulator},
    registry::{Context, Registry},
    simulators::hpay::{self as hpay, HPaySimulator},
    simulators::sepay::{self as sepay, SePaySimulator, Webhook, WebhookAuth},
    transport::{Call, HttpClient, HttpClientSettings, Transport},
};

use super::shop::Shop;

type Broken = Box<dyn std::error::Error>;

/// The set-up of the tour.
pub(super) struct Fixture {
    pub(super) hpay: HPaySimulator,
    pub(super) sepay: SePaySimulator,
    pub(super) mock: MockSimulator,
    pub(super) shop: Shop,
    pub(super) payments: Payments,
    browser: Arc<dyn Transport>,
}

impl Fixture {
    pub(super) async fn start() -> Result<Self, Broken> {
        let shop = Shop::open().await?;
        let hooks = format!("{}/hooks", shop.url());
        let hpay = HPaySimulator::start(
            hpay::Settings::test().with_va_callback_base(format!("{hooks}/hpay")),
        )
        .await?;
        let settings = sepay::Settings::test();
        let webhook = Webhook::new(
            format!("{hooks}/sepay/bank-webhook").parse()?,
            WebhookAuth::HmacSha256 { secret: settings.webhook_secret().to_owned() },
        );
        let sepay = SePaySimulator::start(
            settings.with_ipn_url(format!("{hooks}/sepay/ipn").parse()?).with_webhook(webhook),
        )
        .await?;
        let mock = MockSimulator::start(
            mock::SimulatorSettings::test().with_notify_url(format!("{hooks}/mock/events")),
        )
        .await?;

        let client: Arc<dyn Transport> = Arc::new(HttpClient::new(HttpClientSettings::default())?);
        let (config, environ) = configuration(&shop, &hpay, &sepay, &mock)?;
        let context = Context::new(Arc::clone(&client)).with_environ(environ);
        let payments = Payments::build(&config, &Registry::linked(), &context)?;
        shop.stock(payments.clone());
        Ok(Self { hpay, sepay, mock, shop, payments, browser: client })
    }

    /// Follows a link like the buyer's browser.
    pub(super) async fn follow(&self, url: &str) -> Result<u16, Broken> {
        let request = http::Request::get(url).body(Bytes::new())?;
        Ok(self.browser.inquire(Call::inquiry("browse", request)).await?.status().as_u16())
    }

    /// Posts a form like the buyer's browser.
    pub(super) async fn post(&self, form: &payments::payment::PostForm) -> Result<u16, Broken> {
        let body =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let request = http::Request::post(&form.action)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))?;
        Ok(self.browser.inquire(Call::inquiry("browse", request)).await?.status().as_u16())
    }

    /// Sends a delivery to the shop.
    pub(super) async fn send(&self, request: http::Request<Bytes>) -> Result<u16, Broken> {
        Ok(self.browser.inquire(Call::inquiry("send", request)).await?.status().as_u16())
    }
}

/// Returns the embedded TOML with the addresses filled in. The secrets are environment variables.
fn configuration(
    shop: &Shop,
    hpay: &HPaySimulator,
    sepay: &SePaySimulator,
    mock: &MockSimulator,
) -> Result<(PaymentsConfig, Environ), Broken> {
    let account = sepay.bank_accounts().into_iter().next().ok_or("SePay has no bank account")?;
    let words = [
        ("SHOP", shop.url()),
        ("HPAY_MERCHANT", hpay.merchant_id().to_owned()),
        ("HPAY_RECEIVER", hpay.merchant_email().to_owned()),
        ("HPAY_CHECKOUT", hpay.url(hpay::Host::Checkout).to_owned()),
        ("HPAY_ACCOUNT", hpay.url(hpay::Host::Account).to_owned()),
        ("HPAY_OPENAPI", hpay.url(hpay::Host::Openapi).to_owned()),
        ("SEPAY_MERCHANT", sepay.settings().merchant_id().to_owned()),
        ("SEPAY_BANK_ACCOUNT", account.number.clone()),
        ("SEPAY_HOLDER", account.holder.clone()),
        ("SEPAY_CODE_PREFIX", sepay.settings().code_rule().prefix().to_owned()),
        ("SEPAY_PAY", sepay.url(sepay::Host::Pay)),
        ("SEPAY_PGAPI", sepay.url(sepay::Host::PgApi)),
        ("SEPAY_USERAPI", sepay.url(sepay::Host::UserApi)),
        ("MOCK_URL", mock.url()),
    ];
    let mut text = include_str!("demo.toml").to_owned();
    for (word, value) in words {
        text = text.replace(&format!("\"{word}"), &format!("\"{value}"));
    }
    let settings = sepay.settings();
    let environ = Environ::of([
        ("HPAY_PASSCODE".to_owned(), hpay.passcode().to_owned()),
        ("HPAY_PRIVATE_KEY".to_owned(), hpay.merchant_private_key().unwrap_or_default().to_owned()),
        ("HPAY_CERTIFICATE".to_owned(), hpay.hpay_certificate().to_owned()),
        ("SEPAY_SECRET_KEY".to_owned(), settings.secret_key().to_owned()),
        ("SEPAY_IPN_SECRET".to_owned(), settings.ipn_secret().unwrap_or_default().to_owned()),
        ("SEPAY_WEBHOOK_SECRET".to_owned(), settings.webhook_secret().to_owned()),
        ("SEPAY_API_TOKEN".to_owned(), settings.api_token().to_owned()),
        ("MOCK_API_KEY".to_owned(), mock.gateway().settings().api_key.clone()),
        ("MOCK_WEBHOOK_SECRET".to_owned(), mock.gateway().settings().webhook_secret.clone()),
    ]);
    Ok((toml::from_str(&text)?, environ))
}
