//! The methods that only payOS has, in addition to the roles.

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

/// The methods that only payOS has: registering the webhook's address, cancelling with a reason,
/// and batches of payouts. [`Provider::extension`](payments_core::Provider::extension) returns it.
/// It uses the same transports as the roles:
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
    /// Returns the formulas in use: payOS's own, or their replacements from the configuration.
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
    /// Registers the address of webhooks, which replaces the previous one. During the call payOS
    /// posts a signed sample to the address and expects an acknowledgement, so the app's route must
    /// already be running.
    ///
    /// The response is not signed. If the future is dropped, the outcome is uncertain; registering
    /// again is harmless.
    ///
    /// # Errors
    /// Returns an error if `url` is not a valid address or if the request could not be sent. payOS
    /// then did nothing.
    pub async fn register_webhook(&self, url: &str) -> Result<Submission<RegisteredWebhook>> {
        api::register(&self.links()?.channel, url).await
    }

    /// Cancels a link with a reason, which payOS stores. The role's method
    /// [`cancel_payment`](payments_core::PaymentProvider::cancel_payment) sends no reason.
    ///
    /// # Errors
    /// Returns an error if the request is invalid or could not be sent. Nothing was cancelled.
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
    /// Creates several payouts under one reference. Each payout then has a state of its own.
    ///
    /// The idempotency key is derived from the batch's reference, so payOS never pays the same
    /// batch twice while it remembers the key. payOS does not publish for how long it does. If the
    /// future is dropped or wrapped in a timeout, the outcome is uncertain: query it with
    /// [`find_batch`](Self::find_batch).
    ///
    /// # Errors
    /// Returns an error if a field is invalid or if the request could not be sent. No money moved.
    pub async fn create_batch(&self, batch: &CreateBatch) -> Result<Submission<Batch>> {
        self.sender()?.create_batch(batch).await
    }

    /// Finds a batch by the merchant's reference of it.
    ///
    /// # Errors
    /// The request to payOS failed, or its response could not be read. The state of the batch is
    /// then unknown.
    pub async fn find_batch(&self, reference: &PayoutRef) -> Result<Lookup<Batch>> {
        self.sender()?.find_batch(reference).await
    }

    /// Returns the cost of a batch in the payout channel's credit, in payOS's own unit. The
    /// response is not signed.
    ///
    /// # Errors
    /// A field is invalid, the request to payOS failed, or its response could not be read.
    pub async fn estimate_credit(&self, batch: &CreateBatch) -> Result<u64> {
        self.sender()?.estimate_credit(batch).await
    }

    /// Returns the payouts under payOS's number of a payout or batch, its
    /// [`gateway_ref`](Payout::gateway_ref).
    ///
    /// # Errors
    /// The request to payOS failed, or its response could not be read. The state of the payouts is
    /// then unknown.
    pub async fn find_payout_by_id(&self, id: &GatewayRef) -> Result<Vec<Payout>> {
        self.sender()?.find_by_id(id).await
    }
}
