//! Payouts (source: HPay API reference 1.0.0, FirmBanking): sent at most once and found by
//! reference; also name checks.

pub(crate) mod api;
mod holder_name;
pub(crate) mod name_check;
#[expect(clippy::module_inception, reason = "the file is named after what it reads")]
pub(crate) mod payout;
pub(crate) mod status;
pub(crate) mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Lookup, PayoutProvider, PayoutRef, Result, Submission,
    bank::BankAccount,
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    rules::{AbsenceRule, AmountLimits, Repeat},
};

use crate::{
    account::balance,
    api::Api,
    checkout::options::refuse_options,
    client::HPay,
    limits::{BENEFICIARY_NAME, OPENAPI_PAYOUT_REFERENCE, PAYOUT_NOTE, REFERENCE},
};
use holder_name::check_spaces;
pub use holder_name::holder_name;
use name_check::KnownNames;

/// The payouts of one merchant account.
pub(crate) struct Payouts {
    hpay: Arc<HPay>,
    names: KnownNames,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    pub(crate) fn new(hpay: Arc<HPay>) -> Self {
        let names = name_check::none_known(Arc::clone(&hpay.clock));
        let capabilities = capabilities(hpay.apis.payouts);
        Self { hpay, names, capabilities }
    }
}

/// Returns the capabilities. HPay documents no minimum amount (code 4).
fn capabilities(api: Api) -> PayoutCapabilities {
    PayoutCapabilities::new(
        vec![AmountLimits::at_least(Money::vnd(1))],
        // An inquiry in the reference shows two payouts under one requestId, both of them paid.
        Repeat::PaysAgain,
    )
    .with_reference(match api {
        Api::Reference => REFERENCE,
        Api::Openapi => OPENAPI_PAYOUT_REFERENCE,
    })
    .with_name(BENEFICIARY_NAME)
    .with_note(PAYOUT_NOTE)
    .with_find(None, AbsenceRule::Never)
    .with_name_check(true)
    .with_balance()
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    /// Checks that HPay reaches the beneficiary's bank, and that the formula in use can sign the
    /// request. Nothing is signed.
    fn check(&self, request: &CreatePayout) -> Result<()> {
        check_spaces("beneficiary.name", &request.beneficiary.name)?;
        refuse_options(&request.options)?;
        let fields = self.hpay.fields_of_payout(request)?;
        match self.hpay.apis.payouts {
            Api::Reference => self.hpay.check_signable(&api::PAYOUT, &fields),
            // It is signed as one text in base64, which cannot be divided differently.
            Api::Openapi => Ok(()),
        }
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.hpay.send_payout(request).await
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.hpay.find_payouts(&api::FIND_PAYOUT, payout, None).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        name_check::verify(&self.hpay, &self.names, account).await
    }

    async fn balance(&self) -> Result<Balance> {
        balance::balance(&self.hpay).await
    }
}
