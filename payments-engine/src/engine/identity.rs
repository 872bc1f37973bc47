//! Compares the providers, merchants and keys of an engine with those that its store knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use payments_core::{Environment, Error, ErrorKind, Provider, ProviderId, Result};

use crate::{
    sealing::Seal,
    seeded::Seeded,
    shared::Member,
    store::{Backend, StoreError},
};

/// The name under which the store remembers the key that last sealed it.
const SEALED_WITH: &str = "sealed_with";

/// Statements of a person about the providers.
pub(super) struct Known {
    /// The providers that were removed for good.
    pub(super) retired: Vec<ProviderId>,
    /// A mistake added by a trial.
    pub(super) seeded: Option<Seeded>,
}

impl Known {
    fn is_seeded(&self, mistake: Seeded) -> bool {
        cfg!(feature = "seeded-bugs") && self.seeded == Some(mistake)
    }
}

/// Compares the providers with those that the store knows. On a refusal nothing is written: the
/// store closes without a commit.
///
/// # Errors
/// Returns `Configuration` if a name belongs to another kind, environment or merchant than before,
/// if a merchant has another name than before, or if payouts are open of a provider that is neither
/// configured nor retired.
pub(super) fn identify(
    backend: &mut dyn Backend,
    providers: &BTreeMap<ProviderId, Provider>,
    members: &BTreeMap<ProviderId, Arc<Member>>,
    known: &Known,
) -> Result<()> {
    for (id, provider) in providers {
        let environment = match provider.environment() {
            Environment::Sandbox => "sandbox",
            Environment::Production => "production",
        };
        let now = format!("{} {environment}", provider.kind());
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
                 retired = [\"{id}\"] to [engine]"
            )));
        }
    }
    Ok(())
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
            "{id} is the merchant that was {before} in this store: name it [providers.{before}] \
             again, or its money would be counted twice"
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

/// Returns the value that the store knew under a name, if it differs from the present one.
fn changed(backend: &mut dyn Backend, name: &str, now: &str) -> Result<Option<String>> {
    let before = backend.remember(name, now).map_err(StoreError::into_error)?;
    Ok(before.filter(|before| before != now))
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
