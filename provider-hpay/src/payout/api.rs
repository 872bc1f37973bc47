//! The operations of payouts (source: HPay API reference 1.0.0, FirmBanking).

use payments_core::{
    GatewayRef, Lookup, PayoutRef, Raw, Result, Submission, Uncertain, UncertainCause,
    payout::{CreatePayout, Payout},
};

use super::{
    payout, status,
    wire::{CreatedPayout, RefusedPayout},
};
use crate::{
    api::Api,
    client::HPay,
    config::PayoutEndpoint,
    fields::Fields,
    formulas::{
        NAME_CHECK_REQUEST, NAME_CHECK_RESPONSE, PAYOUT_INQUIRY_REQUEST, PAYOUT_INQUIRY_RESPONSE,
        PAYOUT_REQUEST, PAYOUT_RESPONSE,
    },
    hosts::Host,
    limits::REFERENCE,
    operation::{Class, Encoding, Operation, Signature},
    reply::Reply,
    response_signature::Doubt,
};

/// The operation iBFT Payment.
pub(crate) const PAYOUT: Operation<'static> = Operation {
    name: "create_payout",
    host: Host::Account,
    path: "/api/ibft/create",
    encoding: Encoding::Json,
    class: Class::Instruction,
    fields: &[
        "requestId",
        "merchantId",
        "merchantEmail",
        "bankName",
        "bankAccountNumber",
        "bankAccountName",
        "amount",
        "note",
    ],
    request: Signature { field: "secureChain", formula: &PAYOUT_REQUEST },
    response: Some(Signature { field: "secureChain", formula: &PAYOUT_RESPONSE }),
    codes: &status::CODES,
};

/// The payout operation for merchants that HPay calls "special".
pub(crate) const OPENAPI_PAYOUT: Operation<'static> =
    Operation { host: Host::Openapi, path: "/v1/fb/create", ..PAYOUT };

/// The payout operation with a form as its body, which HPay deprecated.
pub(crate) const FORM_PAYOUT: Operation<'static> =
    Operation { path: "/api/ibft", encoding: Encoding::Form, ..PAYOUT };

/// The operation FB_Transaction Inquiry, signed by MD5, unlike the payout itself.
pub(crate) const FIND_PAYOUT: Operation<'static> = Operation {
    name: "find_payout",
    host: Host::Account,
    path: "/api/ibft/inquiry",
    encoding: Encoding::Query,
    class: Class::Inquiry,
    fields: &["requestId", "merchantId", "transactionId"],
    request: Signature { field: "secureChain", formula: &PAYOUT_INQUIRY_REQUEST },
    response: Some(Signature { field: "secure_chain", formula: &PAYOUT_INQUIRY_RESPONSE }),
    codes: &status::CODES,
};

/// The payout inquiry for one of the payouts under a reference.
pub(crate) const FIND_PAYOUT_TRANSACTION: Operation<'static> =
    Operation { name: "find_payout_transaction", ..FIND_PAYOUT };

/// The payout inquiry that is compared with the request.
pub(crate) const FIND_PAYOUT_LIKE: Operation<'static> =
    Operation { name: "find_payout_like", ..FIND_PAYOUT };

/// The operation Bank Account Inquiry, which costs a fee.
pub(crate) const NAME_CHECK: Operation<'static> = Operation {
    name: "verify_beneficiary",
    host: Host::Account,
    path: "/api/ibft/CheckUserBank",
    encoding: Encoding::Query,
    class: Class::PaidInquiry,
    fields: &["merchant_id", "bank_name", "bank_account_number"],
    request: Signature { field: "secure_code", formula: &NAME_CHECK_REQUEST },
    response: Some(Signature { field: "checksum", formula: &NAME_CHECK_RESPONSE }),
    codes: &status::CODES,
};

/// # Payouts
impl HPay {
    /// Queries one of the payouts that were sent under a reference, by HPay's number of it: the
    /// [`gateway_ref`](Payout::gateway_ref) of an accepted payout. A reference that was sent twice
    /// has two payouts. A response about a single payout need not repeat the number.
    ///
    /// # Errors
    /// The request to HPay failed, or its response could not be read or was about another number.
    /// The state of the payout is then unknown.
    pub async fn find_payout_transaction(
        &self,
        payout: &PayoutRef,
        transaction: &GatewayRef,
    ) -> Result<Lookup<Payout>> {
        self.find_payouts(&FIND_PAYOUT_TRANSACTION, payout, Some(transaction)).await
    }

    /// Queries the payouts under the reference of `request` and compares them with `request`.
    ///
    /// HPay's signature of the create request does not cover the beneficiary's account. If a row
    /// has another amount or account than `request`, a person must look at it, whatever its state.
    ///
    /// # Errors
    /// The request to HPay failed, or its response could not be read. The state of the payout is
    /// then unknown.
    pub async fn find_payout_like(&self, request: &CreatePayout) -> Result<Lookup<Payout>> {
        let found = self.find_payouts(&FIND_PAYOUT_LIKE, &request.payout, None).await?;
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

    /// Returns the fields of a payout.
    pub(super) fn fields_of_payout<'a>(&'a self, request: &'a CreatePayout) -> Result<Fields<'a>> {
        let account = &request.beneficiary.account;
        Ok(Fields::new()
            .with("requestId", request.payout.as_str())
            .with("merchantId", self.merchant_id())
            .with("merchantEmail", self.merchant.receiver.as_str())
            .with("bankName", self.banks.code_of(account)?)
            .with("bankAccountNumber", account.number.as_str())
            .with("bankAccountName", request.beneficiary.name.as_str())
            .with("amount", request.amount.minor().to_string())
            .with_some("note", request.note.as_deref()))
    }

    pub(super) async fn send_payout(&self, request: &CreatePayout) -> Result<Submission<Payout>> {
        if self.apis.payouts == Api::Openapi {
            return self.send_openapi_payout(request).await;
        }
        let operation = match self.payout_endpoint {
            PayoutEndpoint::Json => PAYOUT,
            PayoutEndpoint::Openapi => OPENAPI_PAYOUT,
            PayoutEndpoint::Form => FORM_PAYOUT,
        };
        let fields = self.fields_of_payout(request)?;
        self.instruct(&operation, &request.payout, fields, |reply| {
            if let Some(code) = reply.failure() {
                let is_booked = payout::is_booked(&reply.envelope, |data: RefusedPayout| {
                    [data.omi_cashout_id, data.omi_transaction_id]
                });
                return Ok(payout::refused(&code, is_booked, reply.request_formula()));
            }
            let data: CreatedPayout = reply.data()?;
            Ok(match verify(request, &data, reply) {
                Ok(raw) => Submission::Accepted(payout::created(
                    request,
                    data.omi_transaction_id.as_ref(),
                    raw,
                )),
                Err(doubt) => {
                    Submission::Uncertain(doubt.with_code(reply.envelope.error_code.text()))
                }
            })
        })
        .await
    }

    /// Queries every payout under a reference, or one of them.
    pub(super) async fn find_payouts(
        &self,
        operation: &Operation<'_>,
        payout: &PayoutRef,
        transaction: Option<&GatewayRef>,
    ) -> Result<Lookup<Payout>> {
        if self.apis.payouts == Api::Openapi {
            return self.find_openapi_payouts(operation.name, payout, transaction).await;
        }
        REFERENCE.check("payout", payout.as_str())?;
        if let Some(transaction) = transaction {
            REFERENCE.check("transaction", transaction.as_str())?;
        }
        let fields = Fields::new()
            .with("requestId", payout.as_str())
            .with("merchantId", self.merchant_id())
            .with_some("transactionId", transaction.map(GatewayRef::as_str));
        self.inquire(operation, fields, |reply| {
            let raw = reply.verify_success()?;
            payout::payouts(
                operation.name,
                self.merchant_id(),
                payout,
                transaction,
                &reply.envelope,
                reply.request_formula(),
                &raw,
            )
        })
        .await
    }
}

/// Verifies HPay's signature, and that the response repeats the values of the request.
fn verify(
    request: &CreatePayout,
    data: &CreatedPayout,
    reply: &Reply<'_>,
) -> Result<Raw, Uncertain> {
    let sent = (request.payout.as_str(), request.beneficiary.account.number.as_str());
    let (request_id, number) = (data.request_id.text(), data.bank_account_number.text());
    if (request_id.as_ref(), number.as_ref()) != sent {
        // The request does not sign the account, so this comparison reveals a changed account.
        let doubt = "HPay's response names another reference or account than the request";
        return Err(Uncertain::new(UncertainCause::Mismatch, doubt).needing_attention());
    }
    // The response does not contain the name that PAYOUT_RESPONSE_BY_NAME signs, so the request's
    // name is used.
    let ours = [("bankAccountName", request.beneficiary.name.as_bytes())];
    reply.verify_beside(&ours).map_err(Doubt::into_uncertain)
}
