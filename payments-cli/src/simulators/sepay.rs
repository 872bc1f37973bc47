//! The simulated SePay.

use std::io;
use std::num::NonZeroU32;

use payments::simulators::sepay::{
    Bank, BankAccount, CodeRule, Host, OrderListSpelling, Readings, RegisteredAuth, SePaySimulator,
    Secret, Settings, V1VaPath,
};

use crate::{GivenKeys, RunningSimulator, Simulator};

/// The allowed calls of the User API v2 per second (source: developer.sepay.vn, SePay API v2:
/// authentication).
const V2_RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

/// The allowed calls of the User API v1 per second (source: developer.sepay.vn, SePay API v1:
/// introduction).
const V1_RATE: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// Returns the simulated SePay, with a port for each host.
pub fn sepay() -> Simulator {
    let ports = u16::try_from(Host::ALL.len()).unwrap_or(u16::MAX);
    Simulator::new("sepay", ports, |listen| async move {
        let mut settings = Settings::test()
            .with_address(listen.ip)
            .with_destinations(listen.destinations)
            .with_trusted(listen.trusted.clone())
            .with_acknowledgement(listen.acknowledgement);
        if listen.failing_values {
            settings = settings.with_failing_values();
        }
        if listen.rate_limits {
            settings = settings.with_rate_limit(V2_RATE).with_v1_rate_limit(V1_RATE);
        }
        settings = with_merchant(settings, &listen.given)?;
        for (host, index) in Host::ALL.into_iter().zip(0..) {
            settings = settings.with_port(host, listen.port(index));
        }
        for name in &listen.host_names {
            settings = settings.with_host_name(name);
        }
        Ok(described(SePaySimulator::start(settings).await?))
    })
}

/// The keys that concern only the client: the pages that buyers return to, the calls that it makes
/// and how often, and the deliveries that it trusts. In place of the addresses, the printed
/// configuration has those of the sandbox.
pub(crate) const IGNORED: [&str; 14] = [
    "success_url",
    "error_url",
    "cancel_url",
    "accept_bank_word",
    "statements_api",
    "va_holder_names",
    "source_ips",
    "oauth_url",
    "pay_url",
    "pgapi_url",
    "userapi_url",
    "userapi_v1_url",
    "userapi_rate",
    "userapi_v1_rate",
];

/// Applies the merchant of a configuration to the settings.
fn with_merchant(mut settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    let merchant = given.text("merchant_id")?.unwrap_or_else(|| settings.merchant_id().to_owned());
    let secret = given.secret("secret_key")?.unwrap_or_else(|| settings.secret_key().to_owned());
    settings = settings.with_merchant(&merchant, &secret);
    if let Some(secret) = given.secret("ipn_secret")? {
        settings = settings.with_ipn_secret(Some(&secret));
    }
    if let Some(token) = given.secret("api_token")? {
        settings = settings.with_api_token(&token);
    }
    settings = with_webhook_auth(settings, given)?;
    let id = given.text("oauth_client_id")?;
    let secret = given.secret("oauth_client_secret")?;
    settings = settings.with_oauth_client(id.as_deref(), secret.as_deref());
    if let Some(url) = given.text("oauth_redirect_url")? {
        settings = settings.with_oauth_redirect_url(&url);
    }
    settings = with_account(settings, given)?;
    settings = with_virtual_accounts(settings, given)?;
    settings = with_readings(settings, given)?;
    let rule = settings.code_rule().clone();
    let prefix = given.text("code_prefix")?.unwrap_or_else(|| rule.prefix().to_owned());
    let least = given.number("code_min")?;
    let most = given.number("code_max")?.or(least).unwrap_or(*rule.suffix().end());
    let rule = CodeRule::new(&prefix, least.unwrap_or(*rule.suffix().start())..=most)
        .map_err(|error| given.problem("code_prefix", error))?;
    let rule = match given.text("code_characters")?.as_deref() {
        None | Some("letters-and-digits") => rule,
        Some("digits") => rule.digits_only(),
        Some(_) => return Err(given.problem("code_characters", "is letters-and-digits or digits")),
    };
    given.check_rest(&IGNORED)?;
    Ok(settings.with_code_rule(rule))
}

/// Adds the bank account of a configuration, in front of those for tests.
fn with_account(settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    let (bin, number) = (given.text("account_bin")?, given.text("account_number")?);
    let holder = given.text("account_holder")?;
    let lead = given.text("memo_lead")?;
    let sub_accounts = given.texts("sub_accounts")?;
    let Some(number) = number else {
        let key =
            ["sub_accounts", "memo_lead"].into_iter().find(|key| given.keys().any(|it| it == *key));
        return match key {
            Some(key) => Err(given.problem(key, "needs account_number")),
            None => Ok(settings),
        };
    };
    let bin = bin.unwrap_or_default();
    let bank = Bank::of_bin(&bin).ok_or_else(|| {
        let known: Vec<_> = Bank::ALL.iter().map(|bank| bank.bin).collect();
        given.problem("account_bin", format_args!("the simulated SePay has {}", known.join(", ")))
    })?;
    let holder = holder.unwrap_or_else(|| "CONG TY THU NGHIEM".to_owned());
    let mut account = BankAccount::new(&number, &holder, bank, 10_000_000);
    if let Some(lead) = lead {
        account = account.with_memo_lead(Some(&*lead).filter(|lead| *lead != "none"));
    }
    for number in sub_accounts {
        account = account.with_sub_account(&number);
    }
    Ok(settings.with_first_bank_account(account))
}

/// Applies the authentication of webhooks that a flag or an action registers.
fn with_webhook_auth(mut settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    if let Some(secret) = given.secret("webhook_secret")? {
        settings = settings.with_webhook_secret(&secret);
    }
    let client_secret = given.secret("webhook_client_secret")?.map(Secret);
    let ways = [
        given.secret("webhook_api_key")?.map(|key| RegisteredAuth::ApiKey(Secret(key))),
        match (given.text("webhook_client_id")?, client_secret) {
            (Some(client_id), Some(client_secret)) => {
                Some(RegisteredAuth::OAuth2 { client_id, client_secret })
            }
            (None, None) => None,
            (Some(_), None) => {
                return Err(given.problem("webhook_client_id", "needs webhook_client_secret"));
            }
            (None, Some(_)) => {
                return Err(given.problem("webhook_client_secret", "needs webhook_client_id"));
            }
        },
        given
            .flag("webhook_unauthenticated")?
            .filter(|is_open| *is_open)
            .map(|_| RegisteredAuth::Nothing),
    ];
    Ok(match ways.into_iter().flatten().next() {
        Some(way) => settings.with_registered_auth(way),
        None => settings,
    })
}

/// Adds the bank account behind virtual accounts: at Sacombank with a prefix, at Vietcombank with a
/// terminal, and otherwise at BIDV.
fn with_virtual_accounts(mut settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    let (prefix, terminal) = (given.text("va_prefix")?, given.text("va_tid")?);
    let is_v1 = match given.text("va_api")?.as_deref() {
        None | Some("v2") => false,
        Some("v1") => true,
        Some(_) => return Err(given.problem("va_api", "is v1 or v2")),
    };
    let bank = match (&prefix, &terminal) {
        (Some(_), _) => Bank::SACOMBANK,
        (None, Some(_)) => Bank::VIETCOMBANK,
        (None, None) => Bank::BIDV,
    };
    if let Some(id) = given.text("va_account")? {
        let v1_id = id.parse().ok().filter(|_| is_v1);
        if is_v1 && v1_id.is_none() {
            return Err(given.problem("va_account", "is not a number, which v1 requires"));
        }
        settings = settings.with_account_at(bank, |account| match v1_id {
            Some(number) => account.with_v1_id(number),
            None => account.with_id(&id),
        });
    }
    if let Some(prefix) = prefix {
        settings = settings.with_va_prefix(&prefix);
    }
    if let Some(terminal) = terminal {
        if !terminal.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(
                given.problem("va_tid", "is not the number of a terminal, which has only digits")
            );
        }
        settings = settings.with_terminal(&terminal);
    }
    Ok(settings)
}

/// Applies the formulas and the readings of a configuration to the settings.
fn with_readings(mut settings: Settings, given: &GivenKeys) -> io::Result<Settings> {
    let compat = given.table("compat")?;
    let is = |key: &str, usual: &str, other: &str| {
        Ok::<_, io::Error>(match compat.text(key)? {
            None => None,
            Some(text) if text == usual => Some(false),
            Some(text) if text == other => Some(true),
            Some(_) => return Err(compat.problem(key, format_args!("is {usual} or {other}"))),
        })
    };
    let end = is("order_list_end", "to_created_at", "end_created_at")?;
    let sort = is("order_list_sort", "brackets", "colon")?;
    let mut readings = Readings::default().with_order_list(match (end, sort) {
        (Some(true), Some(true)) => OrderListSpelling::Tables,
        (Some(false), Some(false)) => OrderListSpelling::Libraries,
        // Both spellings are accepted if the key is missing or has several values.
        _ => OrderListSpelling::Either,
    });
    if is("userapi_v1_va_path", "va", "vas")? == Some(true) {
        readings = readings.with_v1_va_path(V1VaPath::Vas);
    }
    settings = settings.with_readings(readings);
    if let Some(path) = compat.text("checkout_path")? {
        settings = settings.with_checkout_path(&path).ok_or_else(|| {
            compat.problem("checkout_path", "is not a path, such as /v1/checkout")
        })?;
    }
    compat.check_rest(&[])?;
    for (name, formula) in given.formulas()? {
        settings = settings
            .with_formula(&name, &formula)
            .map_err(|error| given.problem(&format!("formulas.{name}"), error))?;
    }
    Ok(settings)
}

fn described(gateway: SePaySimulator) -> RunningSimulator {
    let (settings, description) = (gateway.settings().clone(), gateway.description());
    let (hosts, account) = (gateway.hosts(), gateway.bank_accounts().into_iter().next());
    let control = gateway.control();
    let mut running = RunningSimulator::new(description.title, gateway)
        .with_sections(description.sections)
        .with_control(control)
        .with_text("merchant_id", settings.merchant_id())
        .with_text("secret_key", settings.secret_key());
    if let Some(secret) = settings.ipn_secret() {
        running = running.with_text("ipn_secret", secret);
    }
    running = match settings.registered_auth() {
        RegisteredAuth::ApiKey(key) => running.with_text("webhook_api_key", &key.0),
        RegisteredAuth::OAuth2 { client_id, client_secret } => running
            .with_text("webhook_client_id", client_id)
            .with_text("webhook_client_secret", &client_secret.0),
        RegisteredAuth::Nothing => running,
        _ => running.with_text("webhook_secret", settings.webhook_secret()),
    }
    .with_text("api_token", settings.api_token());
    if let Some(account) = account {
        running = running
            .with_text("account_bin", account.bank.bin)
            .with_text("account_number", &account.number)
            .with_text("account_holder", &account.holder);
    }
    let code = settings.code_rule();
    let number = |digits: usize| i64::try_from(digits).unwrap_or(i64::MAX);
    running = running
        .with_text("oauth_client_id", settings.oauth_client_id())
        .with_text("oauth_client_secret", settings.oauth_client_secret())
        .with_text("oauth_redirect_url", settings.oauth_redirect_url())
        .with_text("code_prefix", code.prefix())
        .with_number("code_min", number(*code.suffix().start()))
        .with_number("code_max", number(*code.suffix().end()));
    for (host, url) in &hosts {
        running = running.with_host(host, url);
        running = match *host {
            // This host serves the User API v1 and OAuth2.
            "my" => running
                .with_text("userapi_v1_url", &format!("{url}/userapi"))
                .with_text("oauth_url", url),
            host => running.with_text(&format!("{host}_url"), url),
        };
    }
    running
}
