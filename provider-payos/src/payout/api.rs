//! The operations of payouts (source: payos.vn/docs, API: payouts).

use http::Method;
use payments_core::{
    Absence, Error, ErrorKind, GatewayRef, Lookup, PayoutRef, Raw, Result, Submission,
    money::Currency,
    payout::{Balance, CreatePayout, Payout},
};
use provider_kit::wire::Number;

use super::{Sender, idempotency_key, options::PayOSPayoutOptions, payout, status, wire};
use crate::{
    channel::Asked,
    limits,
    operation::{Class, Operation, RequestSignature, ResponseSignature},
};

/// Sends money.
pub(crate) const CREATE: Operation = Operation {
    name: "create_payout",
    method: Method::POST,
    path: "/v1/payouts",
    class: Class::Instruction,
    request: RequestSignature::Header,
    response: ResponseSignature::Header,
    codes: status::refusal,
};

/// Lists payouts, here those under one reference.
pub(crate) const FIND: Operation = Operation {
    name: "find_payout",
    method: Method::GET,
    path: "/v1/payouts",
    class: Class::Inquiry,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::Header,
    codes: status::refusal,
};

/// Finds a payout by payOS's number of it.
pub(crate) const FIND_BY_ID: Operation = Operation {
    name: "find_payout_by_id",
    method: Method::GET,
    path: "/v1/payouts/{id}",
    class: Class::Inquiry,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::Header,
    codes: status::refusal,
};

/// Returns the balance that can be paid out.
pub(crate) const BALANCE: Operation = Operation {
    name: "balance",
    method: Method::GET,
    path: "/v1/payouts-account/balance",
    class: Class::Inquiry,
    request: RequestSignature::Unsigned,
    response: ResponseSignature::Header,
    codes: status::refusal,
};

impl Sender {
    pub(super) async fn create(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        let options = options(request)?;
        let key = idempotency_key::of(&self.channel.client_id, &request.payout);
        let asked = Asked::with_body(CREATE.path, &body(request, &options.category))?.under(key);
        self.channel
            .instruct(&CREATE, Some((&request.payout).into()), asked, |reply| {
                reply.submission(|data, raw| payout::created(request, &data, &raw))
            })
            .await
    }

    pub(super) async fn find(&self, payout: &PayoutRef) -> Result<Lookup<Payout>> {
        let malformed =
            |message| Error::new(ErrorKind::Malformed, message).with_operation(FIND.name);
        let mut found = Vec::new();
        for (data, raw) in self.list(&FIND, payout).await? {
            let all = payout::read(&data, &raw).map_err(|unreadable| {
                malformed("the data of payOS's response are not what it documents")
                    .with_source(unreadable)
            })?;
            if all.iter().any(|one| one.payout != *payout) {
                // If it were skipped, a payout that exists would seem absent.
                return Err(malformed("the reference is that of a batch; ask with find_batch"));
            }
            found.extend(all);
        }
        Ok(Lookup::from_vec(found, absent()))
    }

    /// Returns every payout or batch under a reference, from all pages.
    ///
    /// # Errors
    /// The request to payOS failed, its response could not be read, or it lists more than is
    /// possible.
    pub(super) async fn list(
        &self,
        operation: &Operation,
        payout: &PayoutRef,
    ) -> Result<Vec<(wire::Payout, Raw)>> {
        limits::PAYOUT.check("payout", payout.as_str())?;
        let mut found = Vec::new();
        for page in 0..limits::MOST_PAGES {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("limit", &limits::PAYOUTS_PER_PAGE.to_string())
                .append_pair("offset", &(page * limits::PAYOUTS_PER_PAGE).to_string())
                .append_pair("referenceId", payout.as_str())
                .finish();
            let asked = Asked::path(format!("{}?{query}", operation.path));
            let has_more = self
                .channel
                .inquire(operation, asked, |reply| {
                    let (list, raw) = reply.found::<wire::PayoutList>()?;
                    let ours =
                        list.payouts.into_iter().filter(|one| one.reference_id == payout.as_str());
                    found.extend(ours.map(|one| (one, raw.clone())));
                    Ok(list.pagination.has_more)
                })
                .await?;
            if !has_more {
                return Ok(found);
            }
        }
        Err(Error::new(
            ErrorKind::Malformed,
            "payOS lists more payouts than there can be under one reference",
        )
        .with_operation(operation.name))
    }

    /// Returns the payouts under payOS's number of a payout or batch.
    pub(crate) async fn find_by_id(&self, id: &GatewayRef) -> Result<Vec<Payout>> {
        let asked = Asked::path(FIND_BY_ID.path_of(id.as_str())?);
        self.channel
            .inquire(&FIND_BY_ID, asked, |reply| {
                let (data, raw) = reply.found::<wire::Payout>()?;
                if data.id != id.as_str() {
                    return Err(reply.malformed("payOS's response is about another payout"));
                }
                payout::read(&data, &raw).map_err(|unreadable| reply.unreadable(unreadable))
            })
            .await
    }

    pub(super) async fn ask_balance(&self) -> Result<Balance> {
        self.channel
            .inquire(&BALANCE, Asked::path(BALANCE.path), |reply| {
                let (data, raw) = reply.found::<wire::Balance>()?;
                if data.currency != "VND" {
                    return Err(reply.malformed("payOS's balance is not in VND"));
                }
                let amount = data.balance.money(Currency::VND).map_err(|error| {
                    reply.malformed("payOS's balance is not an amount").with_source(error)
                })?;
                // payOS's response has no time.
                Ok(Balance::new(amount, self.clock.now()).with_raw(raw))
            })
            .await
    }
}

/// Returns a payout in the form of the wire.
pub(super) fn body<'a>(
    request: &'a CreatePayout,
    category: &'a [String],
) -> wire::CreatePayout<'a> {
    let account = &request.beneficiary.account;
    wire::CreatePayout {
        reference_id: request.payout.as_str(),
        amount: Number::from(request.amount),
        description: request.note.as_deref().unwrap_or_default(),
        to_bin: account.bin.as_str(),
        to_account_number: account.number.as_str(),
        category,
    }
}

pub(super) fn options(request: &CreatePayout) -> Result<PayOSPayoutOptions> {
    Ok(request.options.get::<PayOSPayoutOptions>()?.unwrap_or_default())
}

/// Returns the absence that an empty list proves. It is inconclusive, because a request whose
/// response was lost may still arrive.
pub(super) fn absent() -> Absence {
    Absence::inconclusive("a request that is still on its way would make it")
}
