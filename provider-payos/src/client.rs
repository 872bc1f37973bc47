//! What only payOS has, beside the roles.

use std::sync::Arc;

use payments_core::{
    Error, GatewayRef, Lookup, OrderRef, PayoutRef, Result, Submission, payment::Payment,
    payout::Payout,
};

use crate::{
    formulas::Formulas,
    payment_link::Links,
    payout::{
        Sender,
        batch::{Batch, CreateBatch},
    },
    webhook::{RegisteredWebhook, api},
};

/// What only payOS has: the registration of the webhook's address, reasons of cancellations, and
/// batches of payouts. Reached as an extension, and over the same transports as everything else:
///
/// ```
/// # async fn show(provider: &payments_core::Provider) -> payments_core::Result<()> {
/// use payments_core::Submission;
///
/// let payos = provider.extension::<provider_payos::PayOS>()?;
/// match payos.register_webhook("https://shop.example/payos/webhook").await? {
///     Submission::Accepted(registered) => println!("payOS posts to {}", registered.url),
///     Submission::Declined(decline) => println!("refused: {decline}"),
///     Submission::Uncertain(_) => println!("register it again: the last one counts"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PayOS {
    pub(crate) formulas: Arc<Formulas>,
    pub(crate) links: Option<Arc<Links>>,
    pub(crate) sender: Option<Arc<Sender>>,
}

impl PayOS {
    /// The formulas in use: payOS's, or what the configuration put in their place.
    pub fn formulas(&self) -> &Formulas {
        &self.formulas
    }

    fn links(&self) -> Result<&Links> {
        self.links.as_deref().ok_or_else(|| {
            Error::unsupported(
                "no payment channel is configured; give `client_id`, `api_key` and `checksum_key`",
            )
        })
    }

    fn sender(&self) -> Result<&Sender> {
        self.sender.as_deref().ok_or_else(|| {
            Error::unsupported(
                "no payout channel is configured; give `payout_client_id`, `payout_api_key` and \
                 `payout_checksum_key`",
            )
        })
    }
}

/// # Payment links
impl PayOS {
    /// Registers the address of webhooks, in the place of the one before. payOS first posts a signed
    /// sample to it, which has to be acknowledged: the app's route has to be up.
    ///
    /// Nobody signs the response. Dropping the future leaves the outcome uncertain; registering again
    /// does no harm.
    ///
    /// # Errors
    /// Nothing left this machine, or `url` is no address.
    pub async fn register_webhook(&self, url: &str) -> Result<Submission<RegisteredWebhook>> {
        api::register(&self.links()?.channel, url).await
    }

    /// Cancels a link with a reason, which payOS keeps. The role's own
    /// [`cancel_payment`](payments_core::PaymentProvider::cancel_payment) gives none.
    ///
    /// # Errors
    /// Nothing left this machine.
    pub async fn cancel_with_reason(
        &self,
        order: &OrderRef,
        reason: &str,
    ) -> Result<Submission<Payment>> {
        self.links()?.cancel(order, Some(reason)).await
    }
}

/// # Payouts
impl PayOS {
    /// Makes several payouts under one reference. Each is judged by its own state afterwards.
    ///
    /// The idempotency key is made of the batch's reference, so that the same batch is never paid
    /// twice while payOS remembers the key; how long that is, it does not publish. Dropping the
    /// future, or wrapping it in a timeout, leaves the outcome uncertain: ask with
    /// [`find_batch`](Self::find_batch).
    ///
    /// # Errors
    /// Nothing left this machine: a field is not allowed, or there was no connection.
    pub async fn create_batch(&self, batch: &CreateBatch) -> Result<Submission<Batch>> {
        self.sender()?.create_batch(batch).await
    }

    /// Asks what became of a batch, by our reference of it.
    ///
    /// # Errors
    /// The request to payOS failed, or its response could not be read: this says nothing about the
    /// batch.
    pub async fn find_batch(&self, reference: &PayoutRef) -> Result<Lookup<Batch>> {
        self.sender()?.find_batch(reference).await
    }

    /// What a batch would cost of the payout channel's credit, in payOS's own unit. Nobody signs the
    /// response.
    ///
    /// # Errors
    /// The request to payOS failed, its response could not be read, or a field is not allowed.
    pub async fn estimate_credit(&self, batch: &CreateBatch) -> Result<u64> {
        self.sender()?.estimate_credit(batch).await
    }

    /// The payouts under payOS's number of a payout or batch, its
    /// [`gateway_ref`](Payout::gateway_ref).
    ///
    /// # Errors
    /// The request to payOS failed, or its response could not be read: this says nothing about
    /// them.
    pub async fn find_payout_by_id(&self, id: &GatewayRef) -> Result<Vec<Payout>> {
        self.sender()?.find_by_id(id).await
    }
}
