//! Settings of a simulated gateway.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use simulator_kit::{Acknowledgement, Clock, Destinations, Trusted};

use super::{
    endpoints::ENDPOINTS,
    faults::Operation,
    formulas::Formulas,
    keys::{UnreadableKey, public_key_of},
    payout::PayoutStart,
    quirks::AnswerQuirks,
    readings::Readings,
    virtual_account::{CallbackForm, CallbackQuirks},
};

const MERCHANT_KEY: &str = include_str!("../data/test-only/merchant.key.pem");
const MERCHANT_CERTIFICATE: &str = include_str!("../data/test-only/merchant.cert.pem");
const HPAY_KEY: &str = include_str!("../data/test-only/hpay.key.pem");
const HPAY_CERTIFICATE: &str = include_str!("../data/test-only/hpay.cert.pem");

/// The merchant, the keys and the behaviour of a simulated HPay.
///
/// [`Settings::test`] is complete; change what matters:
///
/// ```
/// use simulator_hpay::Settings;
/// use simulator_kit::Clock;
///
/// let settings = Settings::test().with_clock(Clock::fixed(1_731_742_061)).with_opening_balance(0);
/// assert_eq!(settings.merchant_id, "12345");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The number that HPay gave the merchant.
    pub merchant_id: String,
    /// The merchant's primary e-mail: `receiver` of links, `merchantEmail` of payouts.
    pub merchant_email: String,
    /// The secret that both sides share.
    pub passcode: String,
    /// The merchant's certificate or public key as PEM; it checks payout requests.
    pub merchant_certificate: String,
    /// The merchant's private key as PEM. The gateway does not use it: it is here so that a test
    /// can give it to the client.
    pub merchant_private_key: Option<String>,
    /// HPay's private key as PEM; it signs payout responses.
    pub hpay_private_key: String,
    /// HPay's certificate as PEM, which belongs to [`hpay_private_key`](Self::hpay_private_key).
    pub hpay_certificate: String,
    /// The name of the merchant's program at the newer OpenAPI.
    pub openapi_client_id: String,
    /// The secret of that name.
    pub openapi_client_secret: String,
    /// For how many seconds an access token of the newer OpenAPI is good.
    pub openapi_token_seconds: i64,
    /// The address where credits are reported, to which `/va/callback` is appended. Without it
    /// nothing is reported.
    pub va_callback_base: Option<String>,
    /// The address where payments of links without a `notify_url` are reported. HPay has no such
    /// setting; it is for people who try links by hand.
    pub notify_url: Option<String>,
    /// Which responses acknowledge a notification.
    pub acknowledgement: Acknowledgement,
    /// Whether there are [values that fail by themselves](simulator_kit::failing).
    pub failing_values: bool,
    /// Where notifications may be sent.
    pub destinations: Destinations,
    /// Whose certificates are trusted, beside those of the machine, when notifications are sent.
    pub trusted: Trusted,
    /// The field names and the code of virtual account callbacks.
    pub callback_form: CallbackForm,
    /// How virtual account callbacks are written.
    pub callback_quirks: CallbackQuirks,
    /// Oddities of responses in JSON.
    pub answer_quirks: AnswerQuirks,
    /// How often a virtual account callback is sent until the merchant responds with 200, the first
    /// time included.
    pub callback_tries: u32,
    /// How often a notification to `notify_url` is sent until the merchant responds with 200, the
    /// first time included. HPay documents that a notification may be repeated, but not when; the
    /// default is that of callbacks, for which a merchant's note says three times.
    pub notification_tries: u32,
    /// The host names that the hosts accept besides loopback addresses and `localhost`.
    pub host_names: Vec<String>,
    /// How long a notification waits for the merchant's response.
    pub notification_timeout: Duration,
    /// The merchant's balance at the start, in đồng.
    pub opening_balance: i64,
    /// The code that `/checkout.php` accepts.
    pub advanced_link: AdvancedLink,
    /// Which reading of the documents it follows.
    pub readings: Readings,
    pub(crate) formulas: Formulas,
    /// Paths that serve what the documents have under others: the documents' path first.
    pub(crate) paths: Vec<(&'static str, String)>,
    /// The service of payouts at the newer OpenAPI, in paths and in the scope of tokens.
    pub(crate) payout_service: String,
    /// Codes of banks besides those of table 3.
    pub bank_codes: Vec<String>,
    /// The smallest payout, in đồng. The reference says that there is a minimum, but not which.
    pub minimum_payout: i64,
    /// The state in which a payout begins.
    pub payout_start: PayoutStart,
    /// Bank accounts whose holder is known. Any other account exists too, under any name.
    pub beneficiaries: Vec<Beneficiary>,
    /// The gateway's clock.
    pub clock: Clock,
    /// The address that the hosts listen on.
    pub address: IpAddr,
    /// Where the hosts listen on it.
    pub ports: Ports,
}

/// Why a path cannot be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusablePath {
    /// The documents have nothing there.
    #[error("the documents have nothing at the usual path")]
    Unknown,
    /// It is no path.
    #[error("is no path of letters, digits, slashes, hyphens and full stops after a slash")]
    NoPath,
    /// Something else is there.
    #[error("is the path of another call")]
    Taken,
}

const PAYOUT_SERVICE: &str = "ibft";

/// The code that the page for instalments, frames and domestic tokens accepts. HPay's libraries of
/// 2022 have two; the reference sends links there with the parameters of the newer page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvancedLink {
    /// Over eighteen fields.
    Full,
    /// Over six fields.
    Short,
    /// That of `/v1/checkout.php`.
    V1,
}

/// A bank account and the name on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beneficiary {
    /// The bank's code in table 3 of the reference.
    pub bank: String,
    /// The account number.
    pub number: String,
    /// The name that a payout must carry.
    pub name: String,
}

/// One port for each host; 0 takes a free one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Links and order inquiries.
    pub checkout: u16,
    /// Virtual accounts, payouts and the balance.
    pub account: u16,
    /// Virtual account inquiries, payouts of "special" merchants, and the newer OpenAPI.
    pub openapi: u16,
}

impl Settings {
    /// A merchant with TEST-ONLY credentials and keys, the system's clock and free ports.
    ///
    /// The keys are published with this crate: they must never protect anything.
    pub fn test() -> Self {
        Self {
            merchant_id: "12345".into(),
            merchant_email: "merchant@example.com".into(),
            passcode: "TEST-ONLY-hpay-passcode-0001".into(),
            merchant_certificate: MERCHANT_CERTIFICATE.into(),
            merchant_private_key: Some(MERCHANT_KEY.into()),
            hpay_private_key: HPAY_KEY.into(),
            hpay_certificate: HPAY_CERTIFICATE.into(),
            openapi_client_id: "TEST-ONLY-client".into(),
            openapi_client_secret: "TEST-ONLY-openapi-secret-0001".into(),
            openapi_token_seconds: 3_600,
            va_callback_base: None,
            notify_url: None,
            acknowledgement: Acknowledgement::default(),
            failing_values: false,
            destinations: Destinations::default(),
            trusted: Trusted::default(),
            callback_form: CallbackForm::default(),
            callback_quirks: CallbackQuirks::default(),
            answer_quirks: AnswerQuirks::default(),
            callback_tries: 3,
            notification_tries: 3,
            host_names: Vec::new(),
            notification_timeout: Duration::from_secs(5),
            opening_balance: 101_747_939,
            advanced_link: AdvancedLink::Full,
            readings: Readings::default(),
            formulas: Formulas::default(),
            paths: Vec::new(),
            payout_service: PAYOUT_SERVICE.to_owned(),
            bank_codes: Vec::new(),
            minimum_payout: 2_000,
            payout_start: PayoutStart::Succeeded,
            beneficiaries: vec![Beneficiary {
                bank: "BIDV".into(),
                number: "1234567890912312".into(),
                name: "NGUYEN VAN A".into(),
            }],
            clock: Clock::system(),
            address: Ipv4Addr::LOCALHOST.into(),
            ports: Ports::default(),
        }
    }

    /// Another merchant.
    pub fn with_merchant(
        mut self,
        merchant_id: impl Into<String>,
        merchant_email: impl Into<String>,
        passcode: impl Into<String>,
    ) -> Self {
        self.merchant_id = merchant_id.into();
        self.merchant_email = merchant_email.into();
        self.passcode = passcode.into();
        self
    }

    /// The merchant's own certificate or public key, as PEM. The gateway then has no private key
    /// of the merchant to hand out.
    pub fn with_merchant_certificate(mut self, pem: impl Into<String>) -> Self {
        self.merchant_certificate = pem.into();
        self.merchant_private_key = None;
        self
    }

    /// The merchant's own private key, as PEM, and with it the public key that checks payouts.
    ///
    /// # Errors
    /// The key cannot be read. The message never shows it.
    pub fn with_merchant_key(mut self, pem: &str) -> Result<Self, UnreadableKey> {
        self.merchant_certificate = public_key_of(pem)?;
        self.merchant_private_key = Some(pem.to_owned());
        Ok(self)
    }

    /// For how many seconds an access token of the newer OpenAPI is good.
    pub fn with_openapi_token_seconds(mut self, seconds: i64) -> Self {
        self.openapi_token_seconds = seconds;
        self
    }

    /// Where credits are reported, for example `http://127.0.0.1:3000`.
    pub fn with_va_callback_base(mut self, base: impl Into<String>) -> Self {
        self.va_callback_base = Some(base.into());
        self
    }

    /// Where payments of links without a `notify_url` are reported.
    pub fn with_notify_url(mut self, url: impl Into<String>) -> Self {
        self.notify_url = Some(url.into());
        self
    }

    /// Which responses acknowledge a notification.
    pub fn with_acknowledgement(mut self, acknowledgement: Acknowledgement) -> Self {
        self.acknowledgement = acknowledgement;
        self
    }

    /// Switches the [values that fail by themselves](simulator_kit::failing) on.
    pub fn with_failing_values(mut self) -> Self {
        self.failing_values = true;
        self
    }

    /// The address that the hosts listen on.
    pub fn with_address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Where notifications may be sent.
    pub fn with_destinations(mut self, destinations: Destinations) -> Self {
        self.destinations = destinations;
        self
    }

    /// Whose certificates are trusted, beside those of the machine, when notifications are sent.
    pub fn with_trusted(mut self, trusted: Trusted) -> Self {
        self.trusted = trusted;
        self
    }

    /// The field names and the code of virtual account callbacks.
    pub fn with_callback_form(mut self, form: CallbackForm) -> Self {
        self.callback_form = form;
        self
    }

    /// How virtual account callbacks are written.
    pub fn with_callback_quirks(mut self, quirks: CallbackQuirks) -> Self {
        self.callback_quirks = quirks;
        self
    }

    /// How often a notification to `notify_url` is sent until the merchant responds with 200, the
    /// first time included; 1 never repeats one.
    pub fn with_notification_tries(mut self, tries: u32) -> Self {
        self.notification_tries = tries;
        self
    }

    /// Adds a host name that the hosts accept besides loopback addresses and `localhost`: for a
    /// simulator in a container, which other machines reach by the container's name.
    pub fn with_host_name(mut self, name: impl Into<String>) -> Self {
        self.host_names.push(name.into());
        self
    }

    /// Oddities of responses in JSON.
    pub fn with_answer_quirks(mut self, quirks: AnswerQuirks) -> Self {
        self.answer_quirks = quirks;
        self
    }

    /// The code that `/checkout.php` accepts.
    pub fn with_advanced_link(mut self, link: AdvancedLink) -> Self {
        self.advanced_link = link;
        self
    }

    /// Which reading of the documents it follows.
    pub fn with_readings(mut self, readings: Readings) -> Self {
        self.readings = readings;
        self
    }

    /// Serves at `path` what the documents have at `usual`; that stays there too.
    ///
    /// # Errors
    /// The documents have nothing at `usual`, `path` is none, or something else is there.
    pub fn with_path(mut self, usual: &str, path: &str) -> Result<Self, UnusablePath> {
        let at = |path: &str| ENDPOINTS.iter().find(|endpoint| endpoint.path == path);
        let endpoint = at(usual).ok_or(UnusablePath::Unknown)?;
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
        if !path.starts_with('/') || path.starts_with("/_") || !path.bytes().all(is_path) {
            return Err(UnusablePath::NoPath);
        }
        let taken = self.paths.iter().find(|(_, known)| known == path).map(|(usual, _)| *usual);
        match taken.and_then(at).or_else(|| at(path)) {
            None => self.paths.push((endpoint.path, path.to_owned())),
            Some(there) if there.path == endpoint.path => {}
            // The documents spell this one in two ways.
            Some(there)
                if (there.operation, endpoint.operation)
                    == (Operation::OrderInquiry, Operation::OrderInquiry) => {}
            Some(_) => return Err(UnusablePath::Taken),
        }
        Ok(self)
    }

    /// Sets the service of payouts at the newer OpenAPI, and how their inquiry is called there.
    ///
    /// # Errors
    /// One of them makes no path, or that of something else.
    pub fn with_payout_service(mut self, name: &str, inquiry: &str) -> Result<Self, UnusablePath> {
        for endpoint in ENDPOINTS {
            let Some(rest) = endpoint.path.strip_prefix("/service/ibft/v1/") else { continue };
            let call = if rest == "inquiry" { inquiry } else { rest };
            self = self.with_path(endpoint.path, &format!("/service/{name}/v1/{call}"))?;
        }
        self.payout_service = name.to_owned();
        Ok(self)
    }

    /// Adds the code of a bank that payouts reach.
    pub fn with_bank_code(mut self, code: impl Into<String>) -> Self {
        self.bank_codes.push(code.into());
        self
    }

    /// The merchant's balance at the start, in đồng.
    pub fn with_opening_balance(mut self, amount: i64) -> Self {
        self.opening_balance = amount;
        self
    }

    /// The state in which a payout begins.
    pub fn with_payout_start(mut self, start: PayoutStart) -> Self {
        self.payout_start = start;
        self
    }

    /// Adds a bank account whose holder is known.
    pub fn with_beneficiary(mut self, beneficiary: Beneficiary) -> Self {
        self.beneficiaries.push(beneficiary);
        self
    }

    /// The gateway's clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Where the hosts listen.
    pub fn with_ports(mut self, ports: Ports) -> Self {
        self.ports = ports;
        self
    }
}

/// Prints no secret.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("merchant_id", &self.merchant_id)
            .field("merchant_email", &self.merchant_email)
            .field("va_callback_base", &self.va_callback_base)
            .field("callback_form", &self.callback_form)
            .field("callback_quirks", &self.callback_quirks)
            .field("answer_quirks", &self.answer_quirks)
            .field("opening_balance", &self.opening_balance)
            .field("payout_start", &self.payout_start)
            .field("clock", &self.clock)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}
