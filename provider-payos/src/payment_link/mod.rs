//! Payment links (source: payos.vn/docs, API: payment links): a page with a VietQR code, and the
//! account, memo and QR code of the transfer.

pub(crate) mod api;
pub(crate) mod options;
pub(crate) mod payment;
pub(crate) mod status;
pub(crate) mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Error, Lookup, OrderRef, PaymentProvider, Result, Submission,
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentField, PaymentMethod,
        Refund, RefundPayment,
    },
    rules::{AbsenceRule, Repeat},
};

use crate::{channel::Channel, limits};

/// The payment links of one channel.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) channel: Channel,
    /// The address of the pages.
    pub(crate) pay: String,
    pub(crate) return_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
}

/// The role of payments: payment links with their capabilities.
pub(crate) struct Payments {
    links: Arc<Links>,
    capabilities: PaymentCapabilities,
}

impl Payments {
    /// Creates the role. `longest_description` depends on the channel's bank account.
    pub(crate) fn new(links: Arc<Links>, longest_description: u8) -> Self {
        let mut capabilities = PaymentCapabilities::new(
            CreateMode::Networked,
            vec![PaymentMethod::BankTransfer, PaymentMethod::NapasQr],
            vec![limits::amounts()],
        )
        .with_buyer_choice()
        .with_reference(limits::ORDER)
        .with_description(limits::description(longest_description))
        .with_required(PaymentField::Description)
        .with_expiry()
        .with_find(None, AbsenceRule::Never)
        .with_cancel()
        // An orderCode can have only one link: payOS refuses a second request with code 231.
        .with_repeat(Repeat::Refused);
        if links.return_url.is_none() {
            capabilities = capabilities.with_required(PaymentField::ReturnUrl);
        }
        if links.cancel_url.is_none() {
            capabilities = capabilities.with_required(PaymentField::CancelUrl);
        }
        Self { links, capabilities }
    }
}

#[async_trait]
impl PaymentProvider for Payments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.links.check_create(request)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.links.create(request).await
    }

    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        self.links.find(order).await
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        self.links.cancel(order, None).await
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        Err(Error::unsupported("payOS has no refunds; send the money to the buyer as a payout"))
    }
}
