//! The description of a running simulator, as data for a landing page.

use serde::Serialize;
use simulator_kit::{Row, Section};

use super::{Operation, SePaySimulator, control};

/// A description of a simulator for people who open a sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// The title.
    pub title: String,
    /// Its parts, in reading order.
    pub sections: Vec<Section>,
}

pub(super) fn of(simulator: &SePaySimulator) -> Description {
    Description {
        title: "SePay, simulated".to_owned(),
        sections: vec![
            endpoints(simulator),
            credentials(simulator),
            bank_accounts(simulator),
            things_to_try(simulator),
            section("Control API, on every host", control::PATHS),
        ],
    }
}

fn endpoints(simulator: &SePaySimulator) -> Section {
    let hosts = simulator.hosts().into_iter().map(|(name, url)| (name.to_owned(), url));
    let operations = Operation::ALL.map(|operation| {
        (
            operation.name().to_owned(),
            format!("{} on {}", operation.call(), operation.host().name()),
        )
    });
    section("Hosts, and the operations that can be made to fail", hosts.chain(operations))
}

fn credentials(simulator: &SePaySimulator) -> Section {
    let settings = simulator.settings();
    section(
        "Test credentials",
        [
            ("Merchant id", settings.merchant_id()),
            ("Secret key", settings.secret_key()),
            ("API token", settings.api_token()),
            ("IPN secret", settings.ipn_secret().unwrap_or("none: no X-Secret-Key is sent")),
            ("Webhook secret", settings.webhook_secret()),
            ("OAuth2 client id", settings.oauth_client_id()),
            ("OAuth2 client secret", settings.oauth_client_secret()),
            ("OAuth2 redirect address", settings.oauth_redirect_url()),
        ],
    )
}

fn bank_accounts(simulator: &SePaySimulator) -> Section {
    let rows = simulator.bank_accounts().into_iter().map(|account| {
        let bank = account.bank;
        let value = format!("{} (BIN {}), {}", bank.short_name, bank.bin, account.holder);
        (account.number, value)
    });
    section("Bank accounts", rows)
}

fn things_to_try(simulator: &SePaySimulator) -> Section {
    let rule = simulator.settings().code_rule();
    let code = format!("{}{}", rule.prefix(), "1".repeat(*rule.suffix().start()));
    section(
        "What to try",
        [
            (
                "Pay an order",
                "post a signed checkout form, then press a button on the page".to_owned(),
            ),
            ("Credit an account", format!("transfer with the memo {code}: its code is recognised")),
            (
                "Glue a code",
                "transfer with drop_spaces: the code is glued to the words around it, and SePay takes it out".to_owned(),
            ),
            (
                "Repeat a notification",
                "redeliver a webhook id, or set the schedule to twice".to_owned(),
            ),
            (
                "Reorder notifications",
                "set the schedule to held, transfer, then release".to_owned(),
            ),
            (
                "Miss a notification",
                "respond with 500, then advance the clock by 60 seconds: it is sent again"
                    .to_owned(),
            ),
            (
                "Pay a virtual account",
                "open one with the User API, then transfer to its number".to_owned(),
            ),
            (
                "Lose a response",
                "script lose_answer_after for order.cancel, then ask again".to_owned(),
            ),
        ],
    )
}

fn section<N: Into<String>, V: Into<String>>(
    title: &str,
    rows: impl IntoIterator<Item = (N, V)>,
) -> Section {
    Section::new(title).with_rows(rows.into_iter().map(|(label, value)| Row::new(label, value)))
}
