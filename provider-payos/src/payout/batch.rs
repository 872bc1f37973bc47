//! Several payouts under one reference (source: payos.vn/docs, API: batch payouts).

use std::collections::HashSet;

use http::Method;
use payments_core::{
    Error, ErrorKind, GatewayRef, Lookup, PayoutRef, Raw, Result, Submission, Uncertain,
    UncertainCause,
    payout::{CreatePayout, Payout},
};
use provider_kit::transport::Unreadable;

use super::{
    Sender,
    api::{absent, body, options},
    capabilities, idempotency_key, payout, status, wire,
};
use crate::{
    channel::Asked,
    operation::{Class, Operation, RequestSignature, ResponseSignature},
};

/// Sends money to several accounts.
pub(crate) const CREATE_BATCH: Operation = Operation {
    name: "create_batch",
    method: Method::POST,
    path: "/v1/payouts/batch",
    class: Class::Instruction,
    request: RequestSignature::Header,
    response: ResponseSignature::Header,
    codes: status::refusal,
};

/// Finds a batch by its reference.
pub(crate) const FIND_BATCH: Operation = Operation { name: "find_batch", ..super::api::FIND };

/// Estimates the cost of a batch in payOS's credit.
pub(crate) const ESTIMATE_CREDIT: Operation = Operation {
    name: "estimate_credit",
    method: Method::POST,
    path: "/v1/payouts/estimate-credit",
    class: Class::Inquiry,
    request: RequestSignature::Header,
    response: ResponseSignature::Unsigned,
    codes: status::refusal,
};

/// A request for several payouts under one reference, which are approved together.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CreateBatch {
    /// The merchant's reference of the batch. It must differ from those of its payouts.
    pub reference: PayoutRef,
    /// The payouts, each with its own reference and note.
    pub payouts: Vec<CreatePayout>,
    /// Categories for reports on payOS's dashboard.
    pub category: Vec<String>,
    /// Whether payOS checks the accounts first. payOS does not document what happens to payouts
    /// whose account it does not find. `None` leaves the choice to payOS.
    pub validate_destination: Option<bool>,
}

/// A batch as payOS reports it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// The merchant's reference of the batch.
    pub reference: PayoutRef,
    /// payOS's number of the batch.
    pub gateway_ref: GatewayRef,
    /// `approvalState` in payOS's own word. It does not say whether money moved; the state of each
    /// payout does.
    pub approval_state: String,
    /// The payouts of the batch, each with its own state.
    pub payouts: Vec<Payout>,
    /// payOS's response as received.
    pub raw: Raw,
}

impl CreateBatch {
    /// Creates a request for `payouts` under one reference.
    pub fn new(reference: PayoutRef, payouts: impl IntoIterator<Item = CreatePayout>) -> Self {
        Self {
            reference,
            payouts: payouts.into_iter().collect(),
            category: Vec::new(),
            validate_destination: None,
        }
    }

    /// Adds a category.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.category.push(category.into());
        self
    }

    /// Sets whether payOS checks the accounts first.
    #[must_use]
    pub fn with_validation(mut self, validate: bool) -> Self {
        self.validate_destination = Some(validate);
        self
    }

    /// Checks the batch and each of its payouts. Nothing is sent.
    ///
    /// # Errors
    /// Returns `InvalidRequest`, naming the field.
    fn check(&self) -> Result<()> {
        let capabilities = capabilities();
        capabilities.reference.check("reference", self.reference.as_str())?;
        if self.payouts.is_empty() {
            return Err(Error::invalid("payouts", "is empty"));
        }
        let mut references = HashSet::from([&self.reference]);
        for payout in &self.payouts {
            capabilities.check(payout)?;
            if options(payout)?.category != [""; 0] {
                let message = "a payout of a batch has no category of its own";
                return Err(Error::invalid("options", message));
            }
            if !references.insert(&payout.payout) {
                return Err(Error::invalid("payouts", "has one reference twice"));
            }
        }
        Ok(())
    }

    fn body(&self) -> wire::CreateBatch<'_> {
        wire::CreateBatch {
            reference_id: self.reference.as_str(),
            category: &self.category,
            validate_destination: self.validate_destination,
            payouts: self.payouts.iter().map(|payout| body(payout, &[])).collect(),
        }
    }
}

impl Sender {
    /// Carries out [`PayOS::create_batch`](crate::PayOS::create_batch).
    pub(crate) async fn create_batch(&self, batch: &CreateBatch) -> Result<Submission<Batch>> {
        batch.check()?;
        let key = idempotency_key::of(&self.channel.client_id, &batch.reference);
        let asked = Asked::with_body(CREATE_BATCH.path, &batch.body())?.under(key);
        self.channel
            .instruct(&CREATE_BATCH, Some((&batch.reference).into()), asked, |reply| {
                reply.submission(|data, raw| created(batch, &data, raw))
            })
            .await
    }

    /// Carries out [`PayOS::find_batch`](crate::PayOS::find_batch).
    pub(crate) async fn find_batch(&self, reference: &PayoutRef) -> Result<Lookup<Batch>> {
        let found = self.list(&FIND_BATCH, reference).await?;
        let batches: Result<Vec<_>, Unreadable> =
            found.into_iter().map(|(data, raw)| read(&data, raw)).collect();
        let batches = batches.map_err(|unreadable| {
            let message = "the data of payOS's response are not what it documents";
            Error::new(ErrorKind::Malformed, message)
                .with_operation(FIND_BATCH.name)
                .with_source(unreadable)
        })?;
        Ok(Lookup::from_vec(batches, absent()))
    }

    /// Carries out [`PayOS::estimate_credit`](crate::PayOS::estimate_credit).
    pub(crate) async fn estimate_credit(&self, batch: &CreateBatch) -> Result<u64> {
        batch.check()?;
        let asked = Asked::with_body(ESTIMATE_CREDIT.path, &batch.body())?;
        self.channel
            .inquire(&ESTIMATE_CREDIT, asked, |reply| {
                let (estimated, _) = reply.found::<wire::EstimatedCredit>()?;
                Ok(estimated.estimate_credit)
            })
            .await
    }
}

fn read(data: &wire::Payout, raw: Raw) -> Result<Batch, Unreadable> {
    let payouts = match data.transactions.is_empty() {
        true => Vec::new(),
        false => payout::read(data, &raw)?,
    };
    let reference = PayoutRef::new(&data.reference_id).map_err(|error| {
        Unreadable::new("`referenceId` is not what payOS documents").with_source(error)
    })?;
    Ok(Batch {
        reference,
        gateway_ref: payout::gateway_ref(&data.id)?,
        approval_state: data.approval_state.clone(),
        payouts,
        raw,
    })
}

/// Reads the batch that a response accepted, and compares each payout with the request. payOS may
/// list the payouts in any order, and add them later.
fn created(
    request: &CreateBatch,
    data: &wire::Payout,
    raw: Raw,
) -> Result<Submission<Batch>, Unreadable> {
    let batch = read(data, raw)?;
    let is_asked =
        |payout: &Payout| request.payouts.iter().any(|asked| payout.differs_from(asked).is_none());
    let mut references = HashSet::new();
    let each_once = batch.payouts.iter().all(|payout| references.insert(&payout.payout));
    if batch.reference != request.reference || !each_once || !batch.payouts.iter().all(is_asked) {
        let message = "payOS's response has another reference, amount or account than the request";
        let uncertain = Uncertain::new(UncertainCause::Mismatch, message).needing_attention();
        return Ok(Submission::Uncertain(uncertain));
    }
    Ok(Submission::Accepted(batch))
}
