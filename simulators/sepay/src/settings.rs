//! Settings of a simulated SePay.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use http::Uri;
use simulator_kit::{Clock, Destinations, Trusted};

use super::{
    Acknowledgement, Host, Webhook,
    bank::{Bank, BankAccount},
    code::CodeRule,
    formulas::Formulas,
    readings::Readings,
    virtual_account::{TERMINAL, VA_PREFIX},
};

/// The path of the checkout form (source: developer.sepay.vn, payment form).
pub(super) const CHECKOUT_PATH: &str = "/v1/checkout/init";

/// The merchant's account at the simulated SePay, and how the simulator runs.
///
/// Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Settings {
    merchant_id: String,
    secret_key: String,
    api_token: String,
    webhook_secret: String,
    oauth_client_id: String,
    oauth_client_secret: String,
    oauth_redirect_url: String,
    ipn_url: Option<Uri>,
    ipn_secret: Option<String>,
    webhooks: Vec<Webhook>,
    accounts: Vec<BankAccount>,
    code_rule: CodeRule,
    rate_limit: Option<NonZeroU32>,
    v1_rate_limit: Option<NonZeroU32>,
    seconds_in_any_order: bool,
    acknowledgement: Acknowledgement,
    destinations: Destinations,
    trusted: Trusted,
    failing_values: bool,
    address: IpAddr,
    host_names: Vec<String>,
    ports: [u16; 4],
    clock: Clock,
    answer_timeout: Duration,
    readings: Readings,
    pub(super) formulas: Formulas,
    checkout_path: String,
    va_prefix: String,
    terminal: String,
    registered_auth: RegisteredAuth,
}

/// How the webhooks about bank transactions are authenticated that are registered by an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RegisteredAuth {
    /// By a signature with the [secret for webhooks](Settings::webhook_secret).
    #[default]
    Signature,
    /// By a key.
    ApiKey(Secret),
    /// By a token that the merchant issues to a client.
    OAuth2 {
        /// The client's id.
        client_id: String,
        /// The client's secret.
        client_secret: Secret,
    },
    /// Not at all.
    Nothing,
}

/// A secret, which does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Settings {
    /// A merchant with credentials that are for tests only, four bank accounts, no IPN address and
    /// no webhook; the system's clock, free ports and no rate limit.
    pub fn test() -> Self {
        Self {
            merchant_id: "SP-TEST-SIMULATOR".to_owned(),
            secret_key: "spsk_test_only_for_the_simulator_0001".to_owned(),
            api_token: "TESTONLYxSIMULATORxTOKENx000000000000000000000000000000000000001"
                .to_owned(),
            webhook_secret: "whsec_test_only_for_the_simulator_0001".to_owned(),
            oauth_client_id: "app-for-tests".to_owned(),
            oauth_client_secret: "oauth_test_only_for_the_simulator_0001".to_owned(),
            oauth_redirect_url: "http://127.0.0.1:8080/sepay/return".to_owned(),
            ipn_url: None,
            ipn_secret: Some("spsk_test_only_for_the_simulator_0001".to_owned()),
            webhooks: Vec::new(),
            accounts: vec![
                BankAccount::new("0900000001", "CONG TY THU NGHIEM", Bank::VIETCOMBANK, 10_000_000),
                BankAccount::new("0900000002", "CONG TY THU NGHIEM", Bank::MBBANK, 5_000_000),
                BankAccount::new("0900000003", "CONG TY THU NGHIEM", Bank::BIDV, 0),
                BankAccount::new("0900000004", "CONG TY THU NGHIEM", Bank::SACOMBANK, 0),
            ],
            code_rule: CodeRule::test(),
            rate_limit: None,
            v1_rate_limit: None,
            seconds_in_any_order: false,
            acknowledgement: Acknowledgement::Documented,
            destinations: Destinations::default(),
            trusted: Trusted::default(),
            failing_values: false,
            address: Ipv4Addr::LOCALHOST.into(),
            host_names: Vec::new(),
            ports: [0; 4],
            clock: Clock::system(),
            answer_timeout: Duration::from_secs(30),
            readings: Readings::default(),
            formulas: Formulas::default(),
            checkout_path: CHECKOUT_PATH.to_owned(),
            va_prefix: VA_PREFIX.to_owned(),
            terminal: TERMINAL.to_owned(),
            registered_auth: RegisteredAuth::default(),
        }
    }

    /// Sets the merchant. The IPN secret becomes `secret_key`, as in SePay's own samples;
    /// [`with_ipn_secret`](Self::with_ipn_secret) sets another.
    #[must_use]
    pub fn with_merchant(mut self, merchant_id: &str, secret_key: &str) -> Self {
        self.merchant_id = merchant_id.to_owned();
        self.secret_key = secret_key.to_owned();
        self.ipn_secret = Some(secret_key.to_owned());
        self
    }

    /// Sets the token of the User API.
    #[must_use]
    pub fn with_api_token(mut self, token: &str) -> Self {
        self.api_token = token.to_owned();
        self
    }

    /// Sets the secret for webhooks.
    #[must_use]
    pub fn with_webhook_secret(mut self, secret: &str) -> Self {
        self.webhook_secret = secret.to_owned();
        self
    }

    /// Sets the id and the secret of the app for OAuth2, or keeps what is not given.
    #[must_use]
    pub fn with_oauth_client(mut self, id: Option<&str>, secret: Option<&str>) -> Self {
        self.oauth_client_id = id.unwrap_or(&self.oauth_client_id).to_owned();
        self.oauth_client_secret = secret.unwrap_or(&self.oauth_client_secret).to_owned();
        self
    }

    /// Sets the address that browsers return to after a merchant decided about the app.
    #[must_use]
    pub fn with_oauth_redirect_url(mut self, url: &str) -> Self {
        self.oauth_redirect_url = url.to_owned();
        self
    }

    /// Sets the address that IPNs are sent to.
    #[must_use]
    pub fn with_ipn_url(mut self, url: Uri) -> Self {
        self.ipn_url = Some(url);
        self
    }

    /// Sets the `X-Secret-Key` of IPNs; `None` sends no such header.
    #[must_use]
    pub fn with_ipn_secret(mut self, secret: Option<&str>) -> Self {
        self.ipn_secret = secret.map(str::to_owned);
        self
    }

    /// Adds a webhook about bank transactions.
    #[must_use]
    pub fn with_webhook(mut self, webhook: Webhook) -> Self {
        self.webhooks.push(webhook);
        self
    }

    /// Adds a bank account before all others. One with the same number is replaced.
    #[must_use]
    pub fn with_first_bank_account(mut self, account: BankAccount) -> Self {
        self.accounts.retain(|known| known.number != account.number);
        self.accounts.insert(0, account);
        self
    }

    /// Adds a bank account.
    #[must_use]
    pub fn with_bank_account(mut self, account: BankAccount) -> Self {
        self.accounts.push(account);
        self
    }

    /// Sets the shape of payment codes.
    #[must_use]
    pub fn with_code_rule(mut self, rule: CodeRule) -> Self {
        self.code_rule = rule;
        self
    }

    /// Limits the User API v2 to `per_second` requests in one second of the clock; SePay's own
    /// limit is 3.
    #[must_use]
    pub fn with_rate_limit(mut self, per_second: NonZeroU32) -> Self {
        self.rate_limit = Some(per_second);
        self
    }

    /// Limits the User API v1 to `per_second` requests in one second of the clock; SePay's own
    /// limit is 2, by its older pages.
    #[must_use]
    pub fn with_v1_rate_limit(mut self, per_second: NonZeroU32) -> Self {
        self.v1_rate_limit = Some(per_second);
        self
    }

    /// Lists transactions and virtual account orders of the same second in another order on every
    /// request: SePay documents no order for them. In v2, lists with `since_id` stay in the order
    /// of arrival.
    #[must_use]
    pub fn with_seconds_in_any_order(mut self) -> Self {
        self.seconds_in_any_order = true;
        self
    }

    /// Sets which responses acknowledge bank webhooks.
    #[must_use]
    pub fn with_acknowledgement(mut self, acknowledgement: Acknowledgement) -> Self {
        self.acknowledgement = acknowledgement;
        self
    }

    /// Switches the [values that fail by themselves](simulator_kit::failing) on.
    #[must_use]
    pub fn with_failing_values(mut self) -> Self {
        self.failing_values = true;
        self
    }

    /// Sets the address that the hosts listen on.
    #[must_use]
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets where notifications may be sent.
    #[must_use]
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// Sets whose certificates are trusted, beside those of the machine, when notifications are sent.
    #[must_use]
    pub fn with_trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// Adds a host name that the hosts accept besides loopback addresses and `localhost`: for a
    /// simulator in a container, which other machines reach by the container's name.
    #[must_use]
    pub fn with_host_name(mut self, name: &str) -> Self {
        self.host_names.push(name.to_owned());
        self
    }

    /// Sets which reading of the documents it follows.
    #[must_use]
    pub fn with_readings(mut self, readings: Readings) -> Self {
        self.readings = readings;
        self
    }

    /// Sets the path of the checkout form, besides those that SePay's documents name; `None` if it is
    /// no path.
    #[must_use]
    pub fn with_checkout_path(mut self, path: &str) -> Option<Self> {
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !path.starts_with('/') || path.starts_with("/_") || !path.bytes().all(is_path) {
            return None;
        }
        self.checkout_path = path.to_owned();
        Some(self)
    }

    /// Sets the VA prefix of the Sacombank accounts.
    #[must_use]
    pub fn with_va_prefix(mut self, prefix: &str) -> Self {
        self.va_prefix = prefix.to_owned();
        self
    }

    /// Sets the terminal of the Vietcombank accounts.
    #[must_use]
    pub fn with_terminal(mut self, tid: &str) -> Self {
        self.terminal = tid.to_owned();
        self
    }

    /// Sets how webhooks that an action registers are authenticated.
    #[must_use]
    pub fn with_registered_auth(mut self, auth: RegisteredAuth) -> Self {
        self.registered_auth = auth;
        self
    }

    /// Changes the first bank account at the bank with this BIN. Adds one if there is none.
    #[must_use]
    pub fn with_account_at(
        mut self,
        bank: Bank,
        change: impl FnOnce(BankAccount) -> BankAccount,
    ) -> Self {
        match self.accounts.iter_mut().find(|account| account.bank == bank) {
            Some(account) => *account = change(account.clone()),
            None => {
                let account = BankAccount::new("0900000009", "CONG TY THU NGHIEM", bank, 0);
                self.accounts.push(change(account));
            }
        }
        self
    }

    pub(super) fn checkout_path(&self) -> &str {
        &self.checkout_path
    }

    /// The VA prefix of the Sacombank accounts.
    pub fn va_prefix(&self) -> &str {
        &self.va_prefix
    }

    /// The terminal of the Vietcombank accounts.
    pub fn terminal(&self) -> &str {
        &self.terminal
    }

    /// How webhooks that an action registers are authenticated.
    pub fn registered_auth(&self) -> &RegisteredAuth {
        &self.registered_auth
    }

    pub(super) fn readings(&self) -> Readings {
        self.readings
    }

    /// Sets the port of `host`; 0 takes a free one.
    #[must_use]
    pub fn with_port(mut self, host: Host, port: u16) -> Self {
        let [pay, pgapi, userapi, my] = &mut self.ports;
        *match host {
            Host::Pay => pay,
            Host::PgApi => pgapi,
            Host::UserApi => userapi,
            Host::My => my,
        } = port;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how long a notification waits for the merchant's response; SePay waits 30 seconds.
    #[must_use]
    pub fn with_answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// The `merchant` of checkout forms and the user name of the order API.
    pub fn merchant_id(&self) -> &str {
        &self.merchant_id
    }

    /// The secret that signs checkout forms and the password of the order API.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The bearer token of the User API: 64 letters and digits.
    pub fn api_token(&self) -> &str {
        &self.api_token
    }

    /// The id of the app that is registered for OAuth2.
    pub fn oauth_client_id(&self) -> &str {
        &self.oauth_client_id
    }

    /// Its secret.
    pub fn oauth_client_secret(&self) -> &str {
        &self.oauth_client_secret
    }

    /// The address that browsers return to.
    pub fn oauth_redirect_url(&self) -> &str {
        &self.oauth_redirect_url
    }

    /// A secret for [`WebhookAuth`](super::WebhookAuth).
    pub fn webhook_secret(&self) -> &str {
        &self.webhook_secret
    }

    /// The `X-Secret-Key` of IPNs.
    pub fn ipn_secret(&self) -> Option<&str> {
        self.ipn_secret.as_deref()
    }

    /// The shape of the payment codes that SePay recognises.
    pub fn code_rule(&self) -> &CodeRule {
        &self.code_rule
    }

    /// The gateway's clock; clones share its time. Notifications carry the receiver's time: the
    /// system's, even if this clock was advanced, unless this clock stands still.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn ipn_url(&self) -> Option<&Uri> {
        self.ipn_url.as_ref()
    }

    pub(super) fn webhooks(&self) -> &[Webhook] {
        &self.webhooks
    }

    pub(super) fn accounts(&self) -> &[BankAccount] {
        &self.accounts
    }

    pub(super) fn rate_limit(&self) -> Option<NonZeroU32> {
        self.rate_limit
    }

    pub(super) fn v1_rate_limit(&self) -> Option<NonZeroU32> {
        self.v1_rate_limit
    }

    pub(super) fn acknowledgement(&self) -> Acknowledgement {
        self.acknowledgement
    }

    pub(super) fn failing_values(&self) -> bool {
        self.failing_values
    }

    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    pub(super) fn destinations(&self) -> Destinations {
        self.destinations
    }

    pub(super) fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    pub(super) fn host_names(&self) -> &[String] {
        &self.host_names
    }

    pub(super) fn seconds_in_any_order(&self) -> bool {
        self.seconds_in_any_order
    }

    pub(super) fn port(&self, host: Host) -> u16 {
        let [pay, pgapi, userapi, my] = self.ports;
        match host {
            Host::Pay => pay,
            Host::PgApi => pgapi,
            Host::UserApi => userapi,
            Host::My => my,
        }
    }

    pub(super) fn answer_timeout(&self) -> Duration {
        self.answer_timeout
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("merchant_id", &self.merchant_id)
            .field("ipn_url", &self.ipn_url)
            .field("webhooks", &self.webhooks)
            .field("accounts", &self.accounts)
            .field("code_rule", &self.code_rule)
            .field("rate_limit", &self.rate_limit)
            .field("v1_rate_limit", &self.v1_rate_limit)
            .field("seconds_in_any_order", &self.seconds_in_any_order)
            .field("acknowledgement", &self.acknowledgement)
            .field("host_names", &self.host_names)
            .finish_non_exhaustive()
    }
}
