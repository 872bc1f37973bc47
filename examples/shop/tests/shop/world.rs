//! The gateways, and a shop on them that listens on loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use example_shop::{Order, Settings, Shop, router};
use payments::{
    Clock as _, ManualClock, OrderRef, Payments, SystemClock,
    config::Environ,
    engine::{CaseKind, PaymentRecord},
    registry::{Context, Registry},
    simulators::hpay::{HPaySimulator, Settings as HPaySettings},
    simulators::payos::{PayOSSimulator, Settings as PayOSSettings},
    simulators::sepay::{
        CodeRule, Host, SePaySimulator, Settings as SePaySettings, Webhook, WebhookAuth,
    },
    transport::{HttpClient, HttpClientSettings},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::browser::{Browser, Page};

/// The time limit of every step, which none should reach.
const PATIENCE: Duration = Duration::from_secs(30);

/// A time longer than a buyer has to pay.
pub(crate) const TOO_LONG: Duration = Duration::from_secs(61 * 60);

/// The password of the owner's page.
pub(crate) const PASSWORD: &str = "for-tests";

/// The gateways, and a shop on them. Dropping it stops all of them.
pub(crate) struct World {
    pub(crate) hpay: HPaySimulator,
    pub(crate) sepay: SePaySimulator,
    /// A third gateway, which the shop uses if it is preferred.
    payos: Option<PayOSSimulator>,
    pub(crate) shop: Arc<Shop>,
    pub(crate) browser: Browser,
    /// The address of the shop.
    pub(crate) url: String,
    /// The clock of the engine. The gateways use the system's clock.
    pub(crate) clock: ManualClock,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl World {
    /// Starts a shop that tries this gateway first.
    pub(crate) async fn preferring(gateway: &str) -> Self {
        let hpay = HPaySimulator::start(HPaySettings::test()).await.unwrap();
        let codes = CodeRule::new("DH", 15..=15).unwrap();
        let sepay =
            SePaySimulator::start(SePaySettings::test().with_code_rule(codes)).await.unwrap();

        // The shop listens first, because its configuration needs its address.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("shop.db");
        let settings = Settings::at(listener.local_addr().unwrap())
            .with_database(&database)
            .with_password(PASSWORD)
            .unwrap();
        let url = settings.url.clone();
        sepay.set_ipn_url(Some(format!("{url}/hooks/sepay-main/ipn").parse().unwrap()));
        let secret = sepay.settings().webhook_secret().to_owned();
        sepay.add_webhook(Webhook::new(
            format!("{url}/hooks/sepay-main/bank-webhook").parse().unwrap(),
            WebhookAuth::HmacSha256 { secret },
        ));

        let mut text = configuration(gateway, &hpay, &sepay, &url)
            + &format!("[engine]\nstore = 'sqlite:{}'\n", database.display());
        let payos = match gateway {
            "payos-main" => {
                let webhook = format!("{url}/hooks/payos-main/webhook");
                let settings = PayOSSettings::test().with_webhook_url(webhook);
                Some(PayOSSimulator::start(settings).await.unwrap())
            }
            _ => None,
        };
        if let Some(payos) = &payos {
            text += &payos_configuration(payos, &url);
        }
        let environ = Environ::of([
            ("HPAY_KEY".to_owned(), hpay.merchant_private_key().unwrap().to_owned()),
            ("HPAY_CERTIFICATE".to_owned(), hpay.hpay_certificate().to_owned()),
        ]);
        let clock = ManualClock::at(SystemClock.now());
        let client = HttpClient::new(HttpClientSettings::default()).unwrap();
        let context = Context::new(Arc::new(client))
            .with_environ(environ)
            .with_clock(Arc::new(clock.clone()));
        let config = toml::from_str(&text).unwrap();
        let payments = Payments::build(&config, &Registry::linked(), &context).unwrap();
        let shop = Arc::new(Shop::start(&payments, &settings).await.unwrap());
        let router = router(Arc::clone(&shop));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let browser = Browser::at(url.clone()).with_password(PASSWORD);
        Self { hpay, sepay, payos, shop, browser, url, clock, serving, _folder: folder }
    }

    /// Orders two coffees for 50,000 VND as a buyer, and returns the order's page.
    pub(crate) async fn buy(&self, way: &str) -> (OrderRef, Page) {
        let answer = self.browser.post("/orders", &[("item", "coffee"), ("way", way)]).await;
        let place = answer.location();
        let page = self.browser.get(&place).await;
        assert_eq!(page.status(), 200);
        (OrderRef::new(place.trim_start_matches("/orders/")).unwrap(), page)
    }

    /// Returns the order in the shop's database.
    pub(crate) async fn order(&self, reference: &OrderRef) -> Order {
        self.shop.order(reference).await.unwrap().unwrap().0
    }

    /// Returns the engine's record of an order's payment.
    pub(crate) async fn payment(&self, reference: &OrderRef) -> PaymentRecord {
        self.shop.engine().payment(reference).await.unwrap().unwrap()
    }

    /// Returns the open cases of an order.
    pub(crate) async fn cases(&self, reference: &OrderRef) -> Vec<CaseKind> {
        self.payment(reference).await.open_cases().map(|case| case.kind).collect()
    }

    /// Waits until the order is packed, and then until all due work is done, so that a second
    /// parcel would show.
    pub(crate) async fn is_packed_once(&self, reference: &OrderRef) -> bool {
        let is_packed = async || self.order(reference).await.packed_at.is_some();
        if !eventually(is_packed).await {
            return false;
        }
        self.settle().await;
        let parcels = self.shop.books().unwrap().parcels;
        parcels.iter().filter(|packed| *packed == reference.as_str()).count() == 1
    }

    /// Returns whether the order is still not packed after all due work.
    pub(crate) async fn is_not_packed(&self, reference: &OrderRef) -> bool {
        self.settle().await;
        self.order(reference).await.packed_at.is_none()
    }

    /// Does all work that is due now.
    pub(crate) async fn settle(&self) {
        self.shop.engine().tick().await.unwrap();
    }

    /// Moves the engine's clock forward, and does the work that is due by then.
    pub(crate) async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.settle().await;
    }

    /// Moves all clocks forward, and does the work that is due by then.
    pub(crate) async fn pass(&self, by: Duration) {
        self.hpay.advance(by);
        if let Some(payos) = &self.payos {
            payos.advance(by);
        }
        self.advance(by).await;
    }

    /// Returns the third gateway.
    pub(crate) fn payos(&self) -> &PayOSSimulator {
        self.payos.as_ref().expect("it is preferred")
    }

    /// Returns the status on the thank-you page.
    pub(crate) async fn standing(&self, reference: &OrderRef) -> String {
        self.browser.get(&format!("/thanks/{reference}")).await.text_of("standing")
    }
}

/// Waits until a condition holds. Returns false if it does not hold in time.
pub(crate) async fn eventually(condition: impl AsyncFn() -> bool) -> bool {
    let until = Instant::now() + PATIENCE;
    while !condition().await {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}

impl Drop for World {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Returns the same keys as in `payments.toml`, with the addresses and credentials of the
/// simulators.
fn configuration(first: &str, hpay: &HPaySimulator, sepay: &SePaySimulator, shop: &str) -> String {
    let account = sepay.bank_accounts().remove(0);
    format!(
        r#"
        expect = ["hpay", "sepay"]
        prefer = ["{first}"]

        [providers.hpay-main]
        kind = "hpay"
        environment = "sandbox"
        merchant_id = "{}"
        receiver = "{}"
        passcode = "{}"
        private_key = {{ env = "HPAY_KEY" }}
        hpay_certificate = {{ env = "HPAY_CERTIFICATE" }}
        notify_url = "{shop}/hooks/hpay-main/notify"
        checkout_url = "{}"
        account_url = "{}"
        openapi_url = "{}"

        [providers.sepay-main]
        kind = "sepay"
        environment = "sandbox"
        merchant_id = "{}"
        secret_key = "{}"
        pay_url = "{}"
        pgapi_url = "{}"
        userapi_url = "{}"
        api_token = "{}"
        account_bin = "{}"
        account_number = "{}"
        account_holder = "{}"
        code_prefix = "DH"
        code_min = 15
        webhook_secret = "{}"
        "#,
        hpay.merchant_id(),
        hpay.merchant_email(),
        hpay.passcode(),
        hpay.hosts()["checkout"],
        hpay.hosts()["account"],
        hpay.hosts()["openapi"],
        sepay.settings().merchant_id(),
        sepay.settings().secret_key(),
        sepay.url(Host::Pay),
        sepay.url(Host::PgApi),
        sepay.url(Host::UserApi),
        sepay.settings().api_token(),
        account.bank.bin,
        account.number,
        account.holder,
        sepay.settings().webhook_secret(),
    )
}

/// Returns the configuration of payOS, which the shop's source does not know.
fn payos_configuration(payos: &PayOSSimulator, shop: &str) -> String {
    let channel = &payos.settings().payment;
    format!(
        r#"
        [providers.payos-main]
        kind = "payos"
        environment = "sandbox"
        client_id = "{}"
        api_key = "{}"
        checksum_key = "{}"
        cancel_url = "{shop}/"
        api_url = "{}"
        pay_url = "{}"
        "#,
        channel.client_id,
        channel.api_key,
        channel.checksum_key,
        payos.hosts()["api"],
        payos.hosts()["pay"],
    )
}
