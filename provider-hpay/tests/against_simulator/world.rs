//! A simulated HPay and its merchant.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{
    Clock, EndpointName, Lookup, ManualClock, OrderRef, PayoutRef, Provider, Submission, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Confirmation, Delivery, Event, Notification, Received},
    payment::{CreatePayment, NextAction, Payment, PaymentMethod},
    payout::{Beneficiary, CreatePayout, Payout},
    virtual_account::{OpenVirtualAccount, Uses, VirtualAccount},
};
use provider_kit::{
    config::{PaymentsConfig, Value},
    registry::{Context, Registry},
    transport::{Call, HttpClient, HttpClientSettings, RetryPolicy},
};
use simulator_hpay::{CallbackForm, HPaySimulator, Settings};
use simulator_kit::Clock as GatewayClock;

/// 16 November 2024, 14:27:41 in Vietnam.
pub(crate) const NOW: i64 = 1_731_742_061;

pub(crate) struct World {
    pub(crate) hpay: HPaySimulator,
    pub(crate) provider: Provider,
    pub(crate) client: Arc<HttpClient>,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A gateway and its merchant, whose roles speak the newer OpenAPI.
    pub(crate) async fn openapi() -> Self {
        let settings = Settings::test().with_callback_form(CallbackForm::Openapi);
        Self::of(settings, &[("api", "openapi")]).await
    }

    /// A gateway and its merchant, with some keys of the configuration changed.
    pub(crate) async fn with(changes: &[(&str, &str)]) -> Self {
        Self::of(Settings::test(), changes).await
    }

    pub(crate) async fn of(settings: Settings, changes: &[(&str, &str)]) -> Self {
        let settings = settings
            .with_clock(GatewayClock::fixed(NOW))
            .with_va_callback_base("http://127.0.0.1:9");
        let hpay = HPaySimulator::start(settings).await.unwrap();
        hpay.delay_notifications();
        let mut table = BTreeMap::new();
        let mut set = |key: &str, value: &str| {
            let value = Value::from(value);
            // `formulas.x` is the key `x` of the table `formulas`.
            match key.split_once('.') {
                None => table.insert(key.to_owned(), value),
                Some((outer, key)) => {
                    table.insert(outer.to_owned(), Value::Table([(key.to_owned(), value)].into()))
                }
            }
        };
        for host in ["checkout", "account", "openapi"] {
            set(&format!("{host}_url"), &hpay.hosts()[host]);
        }
        set("kind", "hpay");
        set("environment", "sandbox");
        set("merchant_id", hpay.merchant_id());
        set("receiver", hpay.merchant_email());
        set("passcode", hpay.passcode());
        set("private_key", hpay.merchant_private_key().unwrap());
        set("hpay_certificate", hpay.hpay_certificate());
        set("openapi_client_id", &hpay.settings().openapi_client_id);
        set("openapi_client_secret", &hpay.settings().openapi_client_secret);
        set("return_url", "http://127.0.0.1:9/return");
        set("notify_url", "http://127.0.0.1:9/notify");
        for (key, value) in changes {
            set(key, value);
        }
        let client = Arc::new(HttpClient::new(HttpClientSettings::default()).unwrap());
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_unix(NOW)));
        let once = RetryPolicy::new(0, Duration::ZERO, Duration::ZERO);
        let context =
            Context::new(Arc::<HttpClient>::clone(&client)).with_clock(clock).with_retry(once);
        let registry = Registry::empty().add(provider_hpay::REGISTRATION);
        let config = PaymentsConfig::single("hpay-main", table);
        let provider = registry.build(&config, &context).unwrap().remove(0);
        Self { hpay, provider, client }
    }

    /// A link for 200,000 đồng that the buyer has opened.
    pub(crate) async fn opened_order(&self) -> OrderRef {
        let order = OrderRef::new("DH-20260042").unwrap();
        let request = CreatePayment::new(order.clone(), Money::vnd(200_000))
            .unwrap()
            .with_method(PaymentMethod::DomesticCard)
            .with_expiry(Timestamp::from_unix(NOW + 3600));
        let payment = self.provider.payments().unwrap().create_payment(&request).await.unwrap();
        let Some(NextAction::Redirect { url }) =
            payment.accepted().unwrap().next.into_iter().next()
        else {
            panic!("no link")
        };
        let page = Request::get(url).body(Bytes::new()).unwrap();
        let client: Arc<dyn provider_kit::transport::Transport> =
            Arc::<HttpClient>::clone(&self.client);
        let page = client.inquire(Call::inquiry("buyer", page)).await.unwrap();
        assert!(String::from_utf8_lossy(page.body()).contains("200.000 ₫"), "the page shows it");
        order
    }

    pub(crate) async fn find(&self, order: &OrderRef) -> Payment {
        let found = self.provider.payments().unwrap().find_payment(order).await.unwrap();
        found.found().expect("the order is there")
    }

    pub(crate) fn receive(&self, endpoint: &str, request: &Request<Bytes>) -> Received {
        self.provider.notifications().unwrap().receive(
            &EndpointName::new(endpoint).unwrap(),
            &Delivery::of(request),
            Timestamp::from_unix(NOW),
        )
    }

    pub(crate) fn trusted(&self, endpoint: &str, request: &Request<Bytes>) -> Notification {
        match self.receive(endpoint, request) {
            Received::Notification(notification) => notification,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn confirm(&self, event: &Event) -> Confirmation {
        self.provider.notifications().unwrap().confirm(event).await.unwrap()
    }

    pub(crate) async fn pay_out(&self, reference: &str) -> Submission<Payout> {
        let request = payout(reference);
        self.provider.payouts().unwrap().create_payout(&request).await.unwrap()
    }

    pub(crate) async fn find_payout(&self, reference: &str) -> Lookup<Payout> {
        let reference = PayoutRef::new(reference).unwrap();
        self.provider.payouts().unwrap().find_payout(&reference).await.unwrap()
    }

    pub(crate) async fn open_account(&self, amount: Option<i64>) -> VirtualAccount {
        let order = OrderRef::new("DH-1").unwrap();
        let mut request =
            OpenVirtualAccount::new(order, "NGUYEN VAN A").unwrap().with_remark("DH 1");
        request = match amount {
            Some(amount) => request.with_amount(Money::vnd(amount)).unwrap(),
            None => request.with_uses(Uses::Many),
        };
        let opened = self.provider.virtual_accounts().unwrap().open(&request).await.unwrap();
        opened.accepted().expect("an account is opened")
    }
}

pub(crate) fn account() -> BankAccount {
    let number = AccountNumber::new("1234567890912312").unwrap();
    BankAccount::new(Bin::new("970418").unwrap(), number)
}

pub(crate) fn payout(reference: &str) -> CreatePayout {
    CreatePayout::new(
        PayoutRef::new(reference).unwrap(),
        Money::vnd(1_000_000),
        Beneficiary::new(account(), "NGUYEN VAN A").unwrap(),
    )
    .unwrap()
    .with_note("chuyen tien iBFT")
}
