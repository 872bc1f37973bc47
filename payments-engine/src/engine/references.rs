//! New references that follow the rules of a provider.

use payments_core::{Error, ErrorKind, OrderRef, PayoutRef, ProviderId, Result, rules::TextRules};

use super::Engine;
use crate::{
    reference::Numbering,
    seeded::Seeded,
    store::{Backend, StoreError},
};

/// How many numbers that the app itself used are skipped at most.
const TRIES: usize = 1_000;

/// The kind of object that a reference names.
#[derive(Clone, Copy)]
enum Use {
    Order,
    Payout,
}

impl Engine {
    /// Returns a new reference for an order at a provider. It follows the provider's rules, and no
    /// engine on this store has returned it before.
    ///
    /// Store the reference in your own row before you use it, so that a job that is repeated uses
    /// the same one.
    ///
    /// If the rules leave room, the reference begins with the time, so that even an older copy of
    /// the store does not return a reference twice. In a short range, the number counts up from the
    /// beginning of the range; then a person has to make sure that no older copy of the store is
    /// used.
    ///
    /// # Errors
    /// Returns [`NotFound`](payments_core::ErrorKind::NotFound) if the engine does not have this
    /// provider, [`Unsupported`](payments_core::ErrorKind::Unsupported) if it does not take
    /// payments, and [`Unavailable`](payments_core::ErrorKind::Unavailable) if the store cannot be
    /// used or the range is used up.
    pub async fn new_order(&self, provider: &str) -> Result<OrderRef> {
        let provider = self.known(provider)?;
        let rules = provider.payments()?.capabilities().reference.clone();
        OrderRef::new(self.new_reference(provider.id(), Use::Order, &rules).await?)
    }

    /// Returns a new reference for an order whose virtual account is opened at a provider, like
    /// [`new_order`](Self::new_order).
    ///
    /// # Errors
    /// The same as for [`new_order`](Self::new_order), and
    /// [`Unsupported`](payments_core::ErrorKind::Unsupported) if the provider does not open virtual
    /// accounts.
    pub async fn new_virtual_account(&self, provider: &str) -> Result<OrderRef> {
        let provider = self.known(provider)?;
        let rules = provider.virtual_accounts()?.capabilities().reference.clone();
        OrderRef::new(self.new_reference(provider.id(), Use::Order, &rules).await?)
    }

    /// Returns a new reference for a payout of a provider, like [`new_order`](Self::new_order).
    ///
    /// Store the reference in your own row before you call [`submit`](Self::submit), or in the
    /// transaction of [`submit_in`](Self::submit_in). A job that is repeated and makes a new
    /// reference for the same payout pays twice.
    ///
    /// # Errors
    /// The same as for [`new_order`](Self::new_order), and
    /// [`Unsupported`](payments_core::ErrorKind::Unsupported) if the provider does not send money.
    pub async fn new_payout(&self, provider: &str) -> Result<PayoutRef> {
        let provider = self.known(provider)?;
        let rules = provider.payouts()?.capabilities().reference.clone();
        PayoutRef::new(self.new_reference(provider.id(), Use::Payout, &rules).await?)
    }

    fn known(&self, provider: &str) -> Result<payments_core::Provider> {
        self.0.shared().provider(&ProviderId::new(provider)?).cloned()
    }

    async fn new_reference(
        &self,
        provider: &ProviderId,
        of: Use,
        rules: &TextRules,
    ) -> Result<String> {
        let shared = self.0.shared();
        shared.check_running()?;
        let numbering = Numbering::of(rules)?;
        let at_least = numbering.at_least(shared.clock.now());
        // Numbers that begin with the time are one series for all; each short range has its own
        // series.
        let series = match of {
            _ if numbering.has_room_for_the_time() => "references".to_owned(),
            Use::Order => format!("orders {provider}"),
            Use::Payout => format!("payouts {provider}"),
        };
        let forgets = shared.is_seeded(Seeded::ForgetsReferences);
        let next = move |backend: &mut dyn Backend| {
            for _ in 0..TRIES {
                let number =
                    if forgets { at_least } else { backend.next_number(&series, at_least)? };
                let Ok(written) = numbering.write(number) else { return Ok(None) };
                let is_used = match of {
                    Use::Order => {
                        let order = OrderRef::new(&*written).map_err(StoreError::not_done)?;
                        backend.payments().payment(&order)?.is_some()
                    }
                    Use::Payout => {
                        let payout = PayoutRef::new(&*written).map_err(StoreError::not_done)?;
                        backend.payout(&payout)?.is_some()
                    }
                };
                if !is_used || forgets {
                    return Ok(Some(written));
                }
            }
            Ok(None)
        };
        let next = shared.journal.store.run(next).await.map_err(StoreError::into_error)?;
        next.ok_or_else(|| {
            let message = format!(
                "every reference that the rules of {provider} allow was given out, or is in use"
            );
            Error::new(ErrorKind::Unavailable, message)
        })
    }
}
