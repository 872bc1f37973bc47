//! Builds a provider from a configuration, or reports every problem of the configuration.

use std::sync::Arc;

use payments_core::{Provider, Secret, check_page_address, signature::Keys};
use provider_kit::{
    config::{ConfigProblem, ProviderConfig, Reader, Source},
    registry::Context,
    signature::SignatureExplainer,
};

use crate::{
    channel::Channel,
    config::Config,
    formulas::Formulas,
    hosts, limits,
    payment_link::{Links, Payments},
    payout::{Payouts, Sender},
    webhook::Webhooks,
};

/// The credentials of a channel.
struct Credentials {
    client_id: String,
    api_key: Secret,
    checksum_key: Keys,
}

/// The names of a channel's keys in the configuration.
struct Names {
    client_id: &'static str,
    api_key: &'static str,
    checksum_key: &'static str,
}

const PAYMENT: Names =
    Names { client_id: "client_id", api_key: "api_key", checksum_key: "checksum_key" };

const PAYOUT: Names = Names {
    client_id: "payout_client_id",
    api_key: "payout_api_key",
    checksum_key: "payout_checksum_key",
};

/// Builds a provider with this identity. `read` has the problems that were found before.
pub(crate) fn provider(
    config: &Config,
    identity: &ProviderConfig,
    mut read: Reader<'_>,
    context: &Context,
) -> Result<Provider, Vec<ConfigProblem>> {
    let payment = credentials(
        &mut read,
        &PAYMENT,
        (&config.client_id, &config.api_key, &config.checksum_key),
    );
    let payout = credentials(
        &mut read,
        &PAYOUT,
        (&config.payout_client_id, &config.payout_api_key, &config.payout_checksum_key),
    );
    if config.client_id.is_none() && config.payout_client_id.is_none() {
        read.problem("client_id", "is missing; give a payment channel or a payout channel");
    }
    let api = read.given_url("api_url", config.api_url.as_deref(), hosts::API);
    let pay = read.given_url("pay_url", config.pay_url.as_deref(), hosts::PAY);
    for (key, url) in [("return_url", &config.return_url), ("cancel_url", &config.cancel_url)] {
        if let Some(Err(problem)) = url.as_deref().map(check_page_address) {
            read.problem(key, problem);
        }
    }
    if let Some(partner) = &config.partner_code
        && !is_header_text(partner)
    {
        read.problem("partner_code", "holds a character that no header may");
    }
    let longest = config.longest_description.unwrap_or(limits::LONGEST_DESCRIPTION);
    if !(1..=limits::LONGEST_DESCRIPTION).contains(&longest) {
        read.problem("longest_description", "is not between 1 and 25");
    }
    let formulas = Arc::new(formulas(&mut read, config));
    let problems = read.finish();
    let (Some(api), Some(pay), true) = (api, pay, problems.is_empty()) else {
        return Err(problems);
    };
    let channel = |credentials: Credentials| Channel {
        client_id: credentials.client_id,
        api_key: credentials.api_key,
        checksum_key: credentials.checksum_key,
        partner_code: config.partner_code.clone(),
        api: api.clone(),
        formulas: Arc::clone(&formulas),
        transport: context.transport(None),
    };
    let (id, kind) = (identity.id.clone(), identity.kind.clone());
    let mut provider =
        Provider::new(id, kind, identity.environment).with_departures(context.client.departs());
    let links = payment.map(|credentials| {
        Arc::new(Links {
            channel: channel(credentials),
            pay,
            return_url: config.return_url.clone(),
            cancel_url: config.cancel_url.clone(),
        })
    });
    let sender = payout.map(|credentials| {
        Arc::new(Sender { channel: channel(credentials), clock: Arc::clone(&context.clock) })
    });
    if let Some(links) = &links {
        let webhooks = Webhooks::new(Arc::clone(links))
            .map(Arc::new)
            .map_err(|error| vec![ConfigProblem::new(identity.path("kind"), error.to_string())])?;
        provider = named(provider, &PAYMENT, &links.channel)
            .with_payments(Arc::new(Payments::new(Arc::clone(links), longest)))
            .with_extension(SignatureExplainer::new(Arc::clone(&webhooks)))
            .with_notifications(webhooks);
    }
    if let Some(sender) = &sender {
        provider = named(provider, &PAYOUT, &sender.channel)
            .with_payouts(Arc::new(Payouts::new(Arc::clone(sender))));
    }
    Ok(provider.with_extension(Arc::new(crate::PayOS { formulas, links, sender })))
}

/// Reads the credentials of a channel. `None` if it is not configured, or after a problem.
fn credentials(
    read: &mut Reader<'_>,
    names: &Names,
    given: (&Option<String>, &Option<Source>, &Option<Source>),
) -> Option<Credentials> {
    let (client_id, api_key, checksum_key) = given;
    if client_id.is_none() && api_key.is_none() && checksum_key.is_none() {
        return None;
    }
    for (name, is_given) in [
        (names.client_id, client_id.is_some()),
        (names.api_key, api_key.is_some()),
        (names.checksum_key, checksum_key.is_some()),
    ] {
        if !is_given {
            read.problem(name, "is missing; a channel needs all three of its credentials");
        }
    }
    let client_id = client_id.as_ref().filter(|id| {
        let is_one = is_header_text(id);
        if !is_one {
            read.problem(names.client_id, "is empty or holds a character that no header may");
        }
        is_one
    });
    let api_key =
        api_key.as_ref().and_then(|source| read.given_header_secret(names.api_key, source));
    let checksum_key =
        checksum_key.as_ref().and_then(|source| read.given_keys(names.checksum_key, source));
    if let Some(newest) = checksum_key.as_ref().and_then(Keys::newest) {
        let advice = "payOS gives 64 characters";
        read.warn_if_short(names.checksum_key, newest, "one webhook", advice);
    }
    Some(Credentials {
        client_id: client_id?.clone(),
        api_key: api_key?,
        checksum_key: checksum_key?,
    })
}

/// Adds to the provider the names by which two configurations of one channel are recognised.
fn named(provider: Provider, names: &Names, channel: &Channel) -> Provider {
    let provider = provider
        .with_merchant(names.client_id, &channel.client_id)
        .with_credential(names.api_key, &channel.api_key);
    let keys = channel.checksum_key.iter();
    keys.fold(provider, |provider, key| provider.with_credential(names.checksum_key, key))
}

fn formulas(read: &mut Reader<'_>, config: &Config) -> Formulas {
    let mut formulas = Formulas::default();
    for (name, template) in &config.formulas {
        let key = format!("formulas.{name}");
        if let Err(problem) = formulas.replace(name, template) {
            read.problem(&key, problem);
        }
    }
    formulas
}

fn is_header_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
