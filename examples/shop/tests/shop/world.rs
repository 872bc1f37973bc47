//! Both gateways, and a shop on them that listens on loopback.

use std::sync::Arc;

use example_shop::{Order, Settings, Shop, router};
use payments::{
    OrderRef,
    simulators::hpay::{HPaySimulator, Settings as HPaySettings},
    simulators::sepay::{
        CodeRule, Host, SePaySimulator, Settings as SePaySettings, Webhook, WebhookAuth,
    },
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::browser::{Browser, Page};

/// Both gateways, and a shop on them. Dropping it stops all three.
pub(crate) struct World {
    pub(crate) hpay: HPaySimulator,
    pub(crate) sepay: SePaySimulator,
    pub(crate) shop: Arc<Shop>,
    pub(crate) browser: Browser,
    serving: JoinHandle<()>,
}

impl World {
    /// A shop that tries this gateway first.
    pub(crate) async fn preferring(gateway: &str) -> Self {
        let hpay = HPaySimulator::start(HPaySettings::test()).await.unwrap();
        let codes = CodeRule::new("DH", 10..=10).unwrap();
        let sepay =
            SePaySimulator::start(SePaySettings::test().with_code_rule(codes)).await.unwrap();

        // The shop listens first, because its configuration needs its address.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = Settings::at(listener.local_addr().unwrap());
        let url = settings.url.clone();
        sepay.set_ipn_url(Some(format!("{url}/hooks/sepay-main/ipn").parse().unwrap()));
        let secret = sepay.settings().webhook_secret().to_owned();
        sepay.add_webhook(Webhook::new(
            format!("{url}/hooks/sepay-main/bank-webhook").parse().unwrap(),
            WebhookAuth::HmacSha256 { secret },
        ));

        let config = configuration(gateway, &hpay, &sepay, &url);
        let shop = Arc::new(Shop::new(&config, &settings).unwrap());
        let router = router(Arc::clone(&shop));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { hpay, sepay, shop, browser: Browser::at(url), serving }
    }

    /// Orders two coffees for 50,000 VND as a buyer, and returns the order's page.
    pub(crate) async fn buy(&self, way: &str) -> (OrderRef, Page) {
        let answer = self.browser.post("/orders", &[("item", "coffee"), ("way", way)]).await;
        let place = answer.location();
        let page = self.browser.get(&place).await;
        assert_eq!(page.status(), 200);
        (OrderRef::new(place.trim_start_matches("/orders/")).unwrap(), page)
    }

    /// The order as the shop has it.
    pub(crate) fn order(&self, reference: &OrderRef) -> Order {
        self.shop.orders().get(reference).unwrap()
    }

    /// The status on the thank-you page.
    pub(crate) async fn standing(&self, reference: &OrderRef) -> String {
        self.browser.get(&format!("/thanks/{reference}")).await.text_of("standing")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The same keys as in `payments.toml`, with the addresses and the credentials of the simulators.
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
        code_min = 10
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
