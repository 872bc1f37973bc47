//! Payouts (HPay API reference 1.0.0, FirmBanking): sent at most once, and asked after.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use payments_core::{
    Error, GatewayRef, Lookup, PayoutProvider, PayoutRef, Raw, Result, Submission, Uncertain,
    UncertainCause,
    bank::BankAccount,
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules},
    transport::Call,
};

use super::{
    HPay, REFERENCE, answer,
    authenticity::Doubt,
    balance,
    beneficiary::{self, KnownNames},
    refuse_options,
};
use crate::{
    formula::{PAYOUT_INQUIRY_REQUEST, PAYOUT_INQUIRY_RESPONSE, PAYOUT_REQUEST, PAYOUT_RESPONSE},
    holder::{HOLDER, check_spaces},
    map,
    request::Fields,
    tables::Service,
    wire::CreatedPayout,
};

pub(crate) struct Payouts {
    hpay: Arc<HPay>,
    names: Arc<KnownNames>,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    pub(crate) fn new(hpay: Arc<HPay>) -> Self {
        Self { hpay, names: Arc::default(), capabilities: capabilities() }
    }

    fn fields(&self, request: &CreatePayout) -> Result<Fields<'_>> {
        let account = &request.beneficiary.account;
        Ok(Fields::new()
            .with("requestId", request.payout.to_string())
            .with("merchantId", self.hpay.merchant_id())
            .with("merchantEmail", self.hpay.merchant.receiver.as_str())
            .with("bankName", code_of_bank(&self.hpay, account)?)
            .with("bankAccountNumber", account.number.to_string())
            .with("bankAccountName", request.beneficiary.name.clone())
            .with("amount", request.amount.minor().to_string())
            .with_some("note", request.note.clone()))
    }

    /// What the answer is worth: HPay's signature, and that it speaks of what we sent.
    fn weigh(
        &self,
        request: &CreatePayout,
        data: &CreatedPayout,
        response: &Response<Bytes>,
    ) -> Result<Raw, Uncertain> {
        let sent = (request.payout.as_str(), request.beneficiary.account.number.as_str());
        let (request_id, number) = (data.request_id.text(), data.bank_account_number.text());
        if (request_id.as_ref(), number.as_ref()) != sent {
            // The account is not signed on its way out: this is how a swapped one shows.
            let doubt = "HPay's answer names another reference or account than we sent";
            return Err(Uncertain::new(UncertainCause::Mismatch, doubt).needing_attention());
        }
        // Not in the answer: what PAYOUT_RESPONSE_BY_NAME signs is our own.
        let ours = [("bankAccountName", request.beneficiary.name.as_bytes())];
        self.hpay
            .weigh_beside(&PAYOUT_RESPONSE, "secureChain", response, &ours)
            .map_err(Doubt::into_uncertain)
    }
}

/// HPay prints no minimum (code 4), and a note of 100 characters, which
/// it calls unsigned, that is without marks.
fn capabilities() -> PayoutCapabilities {
    PayoutCapabilities::new(
        vec![AmountLimits::at_least(Money::vnd(1))],
        // One inquiry of the reference shows two payouts under one requestId, both paid.
        Repeat::PaysAgain,
    )
    .with_reference(REFERENCE)
    .with_name(HOLDER)
    .with_note(TextRules::new(0, 100, Alphabet::Ascii))
    .with_find(None, AbsenceRule::Never)
    .with_name_check(true)
    .with_balance()
}

#[async_trait]
impl PayoutProvider for Payouts {
    fn capabilities(&self) -> &PayoutCapabilities {
        &self.capabilities
    }

    /// Checks that HPay reaches the beneficiary's bank and that the formula in use can sign the
    /// request. Nothing is signed.
    fn check(&self, request: &CreatePayout) -> Result<()> {
        check_spaces("beneficiary.name", &request.beneficiary.name)?;
        refuse_options(&request.options)?;
        self.hpay.check_signable(&self.fields(request)?, &PAYOUT_REQUEST)
    }

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let (address, body) = self.hpay.gateway.payout();
        let fields = self.hpay.sign(self.fields(request)?, "secureChain", &PAYOUT_REQUEST)?;
        let http = fields.post(&address, body)?;
        let call = Call::instruction("create_payout", http).with_about(&request.payout);
        let sent = self.hpay.instruct(call).await?;
        Ok(sent.read(|response| {
            let envelope = answer::instructed(response)?;
            if !map::is_success(Service::Payout, &envelope.error_code) {
                return Ok(map::refused_payout(&envelope, self.hpay.formulas.get(&PAYOUT_REQUEST)));
            }
            let data: CreatedPayout = answer::data(&envelope)?;
            Ok(match self.weigh(request, &data, response) {
                Ok(raw) => Submission::Accepted(map::created_payout(request, &data, raw)),
                Err(doubt) => Submission::Uncertain(doubt.with_code(envelope.error_code.text())),
            })
        }))
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        find(&self.hpay, "find_payout", payout, None).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        beneficiary::verify(&self.hpay, &self.names, account).await
    }

    async fn balance(&self) -> Result<Balance> {
        balance::balance(&self.hpay).await
    }
}

/// # Payouts
impl HPay {
    /// Asks about one payout of those under a reference, by HPay's number of it: the
    /// [`gateway_ref`](Payout::gateway_ref) of a payout that was taken. Under a reference that was
    /// sent twice there are two.
    ///
    /// # Errors
    /// HPay could not be asked, or answered about another number; it says nothing about the payout.
    /// An answer about a single payout need not repeat the number.
    pub async fn find_payout_transaction(
        &self,
        payout: &PayoutRef,
        transaction: &GatewayRef,
    ) -> Result<Lookup<Payout>> {
        find(self, "find_payout_transaction", payout, Some(transaction)).await
    }

    /// Asks what became of a payout and compares it with what was ordered.
    ///
    /// HPay's create request does not sign the beneficiary's account. A row of another amount or
    /// account than `request` calls for a person, whatever its state.
    ///
    /// # Errors
    /// HPay could not be asked; it says nothing about the payout.
    pub async fn find_payout_like(&self, request: &CreatePayout) -> Result<Lookup<Payout>> {
        let found = find(self, "find_payout_like", &request.payout, None).await?;
        let compared = |mut payout: Payout| {
            if payout.account.is_none() || payout.differs_from(request).is_some() {
                payout.needs_attention = true;
            }
            payout
        };
        Ok(match found {
            Lookup::Found(one) => Lookup::Found(compared(one)),
            Lookup::Several(all) => Lookup::Several(all.into_iter().map(compared).collect()),
            Lookup::Absent(absence) => Lookup::Absent(absence),
        })
    }
}

/// Asks for every payout under a reference, or for one of them.
pub(super) async fn find(
    hpay: &HPay,
    operation: &'static str,
    payout: &PayoutRef,
    transaction: Option<&GatewayRef>,
) -> Result<Lookup<Payout>> {
    REFERENCE.check("payout", payout.as_str())?;
    if let Some(transaction) = transaction {
        REFERENCE.check("transaction", transaction.as_str())?;
    }
    let fields = Fields::new()
        .with("requestId", payout.as_str())
        .with("merchantId", hpay.merchant_id())
        .with_some("transactionId", transaction.map(GatewayRef::as_str));
    let fields = hpay.sign(fields, "secureChain", &PAYOUT_INQUIRY_REQUEST)?;
    let request = fields.get(&format!("{}/api/ibft/inquiry", hpay.gateway.account))?;
    let response = hpay.ask(Call::inquiry(operation, request)).await?;
    let envelope = answer::inquired(operation, &response)?;
    let worked = map::is_success(Service::Payout, &envelope.error_code);
    let raw =
        hpay.weigh_inquiry(operation, worked, &PAYOUT_INQUIRY_RESPONSE, "secure_chain", &response)?;
    let merchant_id = hpay.merchant_id();
    map::payouts(
        operation,
        merchant_id,
        payout,
        transaction,
        &envelope,
        hpay.formulas.get(&PAYOUT_INQUIRY_REQUEST),
        &raw,
    )
}

/// HPay's own code for the bank of an account.
pub(super) fn code_of_bank(hpay: &HPay, account: &BankAccount) -> Result<Cow<'static, str>> {
    hpay.banks.code(account.bin).ok_or_else(|| {
        Error::invalid(
            "beneficiary.account.bin",
            format!("HPay's table of banks does not list {}; see bank_codes", account.bin),
        )
    })
}
