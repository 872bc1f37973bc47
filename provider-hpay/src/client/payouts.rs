//! Payouts (HPay API reference 1.0.0, FirmBanking): sent at most once, and asked after.

use std::sync::Arc;

use async_trait::async_trait;
use payments_core::{
    Error, Lookup, PayoutProvider, PayoutRef, Result, Submission, Uncertain, UncertainCause,
    bank::BankAccount,
    formula::{CheckingKeys, Field, SigningKeys},
    money::Money,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutCapabilities},
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, TextRules},
    transport::Call,
};

use super::{HPay, PayoutKeys, answer, balance, beneficiary, beneficiary::KnownNames};
use super::{raw, refuse_options};
use crate::{
    map,
    request::{Body, Fields},
    tables::{Service, bank_code},
    wire::CreatedPayout,
};

pub(crate) struct Payouts {
    hpay: Arc<HPay>,
    keys: PayoutKeys,
    names: KnownNames,
    capabilities: PayoutCapabilities,
}

impl Payouts {
    pub(crate) fn new(hpay: Arc<HPay>, keys: PayoutKeys) -> Self {
        Self { hpay, keys, names: KnownNames::default(), capabilities: capabilities() }
    }

    fn request(&self, request: &CreatePayout) -> Result<Fields<'_>> {
        let account = &request.beneficiary.account;
        let fields = Fields::new()
            .with("requestId", request.payout.to_string())
            .with("merchantId", self.hpay.merchant_id())
            .with("merchantEmail", self.hpay.merchant.receiver.as_str())
            .with("bankName", code_of_bank(account)?)
            .with("bankAccountNumber", account.number.to_string())
            .with("bankAccountName", as_banks_write(&request.beneficiary.name))
            .with("amount", request.amount.minor().to_string())
            .with_some("note", request.note.clone());
        let keys = SigningKeys {
            secret: Some(&self.hpay.merchant.passcode),
            signer: Some(self.keys.ours.as_ref()),
        };
        fields.signed("secureChain", &self.hpay.formulas.payout, keys)
    }

    /// What the answer is worth: HPay's signature, and that it speaks of what we sent.
    fn doubt(&self, request: &CreatePayout, data: &CreatedPayout) -> Option<Uncertain> {
        let sent = (request.payout.as_str(), request.beneficiary.account.number.as_str());
        let (request_id, number) = (data.request_id.text(), data.bank_account_number.text());
        if (request_id.as_ref(), number.as_ref()) != sent {
            // The account is not signed on its way out: this is how a swapped one shows.
            let doubt = "HPay's answer names another reference or account than we sent";
            return Some(Uncertain::new(UncertainCause::Mismatch, doubt).needing_attention());
        }
        let (cashout, name) = (data.omi_cashout_id.text(), &request.beneficiary.name);
        let fields: [Field<'_>; 4] = [
            ("requestId", request_id.as_bytes()),
            ("bankAccountNumber", number.as_bytes()),
            ("omiCashoutId", cashout.as_bytes()),
            ("bankAccountName", &as_banks_write(name).into_bytes()),
        ];
        let keys = CheckingKeys {
            secrets: Some(&self.hpay.merchant.passcode),
            public: std::slice::from_ref(&self.keys.hpay),
        };
        let signature = data.secure_chain.as_deref().unwrap_or_default();
        let untrusted =
            self.hpay.formulas.payout_answer.check(&fields, signature, keys, None).err()?;
        let doubt = "HPay took the payout, and the signature of its answer is not good";
        Some(Uncertain::new(UncertainCause::BadSignature, doubt).with_source(untrusted))
    }
}

/// HPay prints no minimum (code 4), no length of a reference, and a note of 100 characters. Names
/// of unaccented letters, digits and spaces, at most 100, are what merchants' code sends.
fn capabilities() -> PayoutCapabilities {
    PayoutCapabilities::new(
        vec![AmountLimits::at_least(Money::vnd(1))],
        // One inquiry of the reference shows two payouts under one requestId, both paid.
        Repeat::PaysAgain,
    )
    .with_reference(TextRules::new(1, 50, Alphabet::AlphanumericAnd("_.-")))
    .with_name(TextRules::new(1, 100, Alphabet::AlphanumericAnd(" ")))
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

    async fn create_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        self.capabilities.check(request)?;
        refuse_options(&request.options)?;
        let http = self.request(request)?.post(&self.hpay.gateway.payout_url(), Body::Json)?;
        let sent = self.hpay.instruct(Call::instruction("create_payout", http)).await?;
        Ok(sent.read(|response| {
            let envelope = answer::instructed(response)?;
            if !map::is_success(Service::Payout, &envelope.error_code) {
                return Ok(map::instructed(&map::Code::of(Service::Payout, &envelope)));
            }
            let data: CreatedPayout = answer::data(&envelope)?;
            Ok(match self.doubt(request, &data) {
                Some(doubt) => Submission::Uncertain(doubt.with_code(envelope.error_code.text())),
                None => Submission::Accepted(map::created_payout(request, &data, raw(response))),
            })
        }))
    }

    async fn find_payout(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        self.capabilities.reference.check("payout", payout.as_str())?;
        find(&self.hpay, "find_payout", payout).await
    }

    async fn verify_beneficiary(&self, account: &BankAccount) -> Result<Beneficiary> {
        beneficiary::verify(&self.hpay, &self.names, account).await
    }

    async fn balance(&self) -> Result<Balance> {
        balance::balance(&self.hpay, self.keys.ours.as_ref()).await
    }
}

/// Asks for every payout under a reference. The answer's code cannot be checked, so it is as good
/// as TLS.
pub(super) async fn find(
    hpay: &HPay,
    operation: &'static str,
    payout: &PayoutRef,
) -> Result<Lookup<Payout>> {
    let fields =
        Fields::new().with("requestId", payout.as_str()).with("merchantId", hpay.merchant_id());
    let fields = hpay.sign(fields, "secureChain", &hpay.formulas.payout_inquiry)?;
    let request = fields.get(&format!("{}/api/ibft/inquiry", hpay.gateway.account))?;
    let response = hpay.ask(Call::inquiry(operation, request)).await?;
    let envelope = answer::inquired(operation, &response)?;
    map::payouts(operation, hpay.merchant_id(), payout, &envelope, &raw(&response))
}

/// HPay's own code for the bank of an account.
pub(super) fn code_of_bank(account: &BankAccount) -> Result<&'static str> {
    bank_code(account.bin).ok_or_else(|| {
        Error::invalid(
            "beneficiary.account.bin",
            format!("HPay's table of banks does not list {}", account.bin),
        )
    })
}

/// Capitals, words one space apart. Nothing is lost: only letters, digits and spaces get here.
fn as_banks_write(name: &str) -> String {
    name.split_ascii_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase()
}
