//! Compares the providers, merchants and keys of an engine with those that its store knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{Environment, Error, ErrorKind, Provider, ProviderId, Result};

use crate::{
    sealing::Seal,
    seeded::Seeded,
    shared::Member,
    store::{Backend, Renaming, StoreError, rename},
};

/// The name under which the store remembers the key that last sealed it.
const SEALED_WITH: &str = "sealed_with";

/// Statements of a person about the providers.
pub(super) struct Known {
    /// The providers that were removed for good.
    pub(super) retired: Vec<ProviderId>,
    /// The providers whose names changed.
    pub(super) renamed: Vec<Renaming>,
    /// Whether the engine is a visitor, which changes nothing.
    pub(super) is_visitor: bool,
    /// A mistake added by a trial.
    pub(super) seeded: Option<Seeded>,
}

impl Known {
    fn is_seeded(&self, mistake: Seeded) -> bool {
        cfg!(feature = "seeded-bugs") && self.seeded == Some(mistake)
    }
}

/// Gives renamed providers their new names, and compares the providers with those that the store
/// knows. On a refusal nothing is written: the store closes without a commit.
///
/// # Errors
/// Returns `Configuration` if a name belongs to another kind, environment or merchant than before,
/// if a merchant has another name than before, if payouts are open of a provider that is neither
/// configured nor retired, or if a provider cannot be renamed.
pub(super) fn identify(
    backend: &mut dyn Backend,
    providers: &BTreeMap<ProviderId, Provider>,
    members: &BTreeMap<ProviderId, Arc<Member>>,
    known: &Known,
) -> Result<()> {
    for renaming in &known.renamed {
        rename_provider(backend, providers, known, renaming)?;
    }
    for (id, provider) in providers {
        let now = kind_and_environment(provider);
        if let Some(before) = changed(backend, &format!("provider {id}"), &now)? {
            return Err(refused(format!(
                "{id} was {before} in this store and is {now}: give the new provider a new name"
            )));
        }
        identify_merchant(backend, id, provider, known)?;
    }
    let ignores_missing = known.is_seeded(Seeded::IgnoresAMissingProvider);
    for id in backend.open_providers().map_err(StoreError::into_error)? {
        if !members.contains_key(&id) && !known.retired.contains(&id) && !ignores_missing {
            return Err(refused(format!(
                "the store has open payouts of {id}, which the engine does not have: add \
                 [providers.{id}] again until they are final, or, if it was removed for good, \
                 retired = [\"{id}\"] to [engine], or, if its name changed, \
                 renamed = {{ \"{id}\" = \"its new name\" }}"
            )));
        }
    }
    Ok(())
}

/// Gives a provider its new name in the store. Does nothing if the store does not know the old name,
/// because it was renamed at an earlier start.
fn rename_provider(
    backend: &mut dyn Backend,
    providers: &BTreeMap<ProviderId, Provider>,
    known: &Known,
    renaming: &Renaming,
) -> Result<()> {
    let Renaming { from, to } = renaming;
    let refused_line = |why: String, change: String| {
        let line = format!("renamed = {{ \"{from}\" = \"{to}\" }}");
        Err(refused(format!("{line} in [engine] cannot be used: {why}; {change}")))
    };
    if providers.contains_key(from) {
        let why = format!("[providers.{from}] is configured as well");
        return refused_line(why, format!("remove {from} from one of the two"));
    }
    let Some(before) = remembered(backend, &format!("provider {from}"))? else { return Ok(()) };
    let Some(provider) = providers.get(to) else {
        let why = format!("there is no provider {to}");
        return refused_line(why, format!("add [providers.{to}], or name the present one"));
    };
    let now = kind_and_environment(provider);
    if now != before {
        let why = format!("{from} was {before} in this store, and {to} is {now}");
        let change =
            format!("give {to} another name, and keep [providers.{from}] until it is done");
        return refused_line(why, change);
    }
    let merchant = remembered(backend, &format!("merchant of {from}"))?;
    let is_same = merchant == provider.merchant_fingerprint();
    if !is_same && !known.is_seeded(Seeded::RenamesAnotherMerchant) {
        let (why, change) = match merchant {
            Some(_) => (
                format!("{to} is another merchant than {from} was"),
                format!("correct the merchant of [providers.{to}], or remove the line"),
            ),
            None => (
                format!("the store does not know the merchant of {from}"),
                format!("start once with [providers.{from}] and without the line"),
            ),
        };
        return refused_line(why, change);
    }
    if remembered(backend, &format!("provider {to}"))?.is_some() {
        let why = format!("{to} has records of its own in this store");
        return refused_line(why, format!("give [providers.{to}] a name that was never used"));
    }
    if known.is_visitor {
        let why = format!("no engine was started with it, so that the store still has {from}");
        return refused_line(why, "start the engine first".to_owned());
    }
    if backend.is_shared().map_err(StoreError::into_error)? {
        let why = format!("another engine runs on this store and may use the name {from}");
        return refused_line(
            why,
            "stop every engine, and start one with the line first".to_owned(),
        );
    }
    if known.is_seeded(Seeded::RenamesWithoutRecords) {
        for name in [format!("provider {from}"), format!("merchant of {from}")] {
            backend.forget(&name).map_err(StoreError::into_error)?;
        }
        let names = backend.remembered("name of ").map_err(StoreError::into_error)?;
        for (name, _) in names.iter().filter(|(_, value)| value == from.as_str()) {
            backend.forget(name).map_err(StoreError::into_error)?;
        }
        return Ok(());
    }
    rename(backend, renaming).map_err(StoreError::into_error)?;
    tracing::info!(%from, %to, "a provider has its new name in the store");
    Ok(())
}

/// Returns the kind and the environment of a provider, as the store remembers them.
fn kind_and_environment(provider: &Provider) -> String {
    let environment = match provider.environment() {
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    };
    format!("{} {environment}", provider.kind())
}

/// Compares the merchant of a provider, in both directions, because keys, references and places in
/// statements belong to the merchant.
fn identify_merchant(
    backend: &mut dyn Backend,
    id: &ProviderId,
    provider: &Provider,
    known: &Known,
) -> Result<()> {
    let ignores = known.is_seeded(Seeded::IgnoresTheMerchant);
    let Some(merchant) = provider.merchant_fingerprint().filter(|_| !ignores) else {
        return Ok(());
    };
    if changed(backend, &format!("merchant of {id}"), &merchant)?.is_some() {
        return Err(refused(format!(
            "{id} is another merchant than before in this store: give the new one a new name, and \
             keep [providers.{id}] as it was until its records are final"
        )));
    }
    if let Some(before) = changed(backend, &format!("name of {merchant}"), id.as_str())? {
        return Err(refused(format!(
            "{id} is the merchant that was {before} in this store, and its money would be counted \
             twice: name it [providers.{before}] again, or, if its name changed, add \
             renamed = {{ \"{before}\" = \"{id}\" }} to [engine]"
        )));
    }
    Ok(())
}

/// Compares the keys with those that sealed the store, and remembers the key that seals now.
///
/// # Errors
/// Returns `Configuration` if the key that last sealed the store is missing.
pub(super) fn identify_key(backend: &mut dyn Backend, seal: &Seal) -> Result<()> {
    let now = seal.key_id().unwrap_or_default();
    let before = backend.remember(SEALED_WITH, now).map_err(StoreError::into_error)?;
    if let Some(before) = before.filter(|before| !before.is_empty() && !seal.has(before)) {
        return Err(refused(format!(
            "the store is sealed with the key {before}, which the engine does not have: give it \
             with_keys, after the key that seals from now on"
        )));
    }
    Ok(())
}

/// Returns the value that the store knows under a name.
fn remembered(backend: &mut dyn Backend, name: &str) -> Result<Option<String>> {
    let known = backend.remembered(name).map_err(StoreError::into_error)?;
    Ok(known.into_iter().find_map(|(known, value)| (known == name).then_some(value)))
}

/// Returns the value that the store knew under a name, if it differs from the present one.
fn changed(backend: &mut dyn Backend, name: &str, now: &str) -> Result<Option<String>> {
    let before = backend.remember(name, now).map_err(StoreError::into_error)?;
    Ok(before.filter(|before| before != now))
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
