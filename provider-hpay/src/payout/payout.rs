//! Reads HPay's responses about payouts: about one that was sent, and about all that have one
//! reference.

use payments_core::{
    Absence, Error, ErrorKind, GatewayRef, Lookup, PayoutRef, Raw, Result, Submission, Uncertain,
    UncertainCause,
    bank::AccountNumber,
    money::Currency,
    payout::{CreatePayout, Payout, PayoutState},
};
use provider_kit::signature::Formula;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{
    status::{CODES, UNKNOWN_PAYOUT, payout_status},
    wire::PayoutRow,
};
use crate::{
    envelope::{Envelope, Literal},
    error_codes::Code,
};

/// Creates a payout that HPay has accepted. It is pending: the signature of this response covers
/// neither the code nor the amount, and only the three statuses of an inquiry report the result.
pub(crate) fn created(request: &CreatePayout, transaction: Option<&Literal>, raw: Raw) -> Payout {
    let payout = Payout::new(request.payout.clone(), request.amount, PayoutState::Pending)
        .with_account(request.beneficiary.account.number.clone())
        .with_raw(raw);
    // The transaction's number, by which an inquiry finds the payout. The cashout's number is for
    // reconciliation with HPay and remains in the raw response only.
    match transaction.map(|id| GatewayRef::new(id.text())) {
        Some(Ok(reference)) => payout.with_gateway_ref(reference),
        _ => payout,
    }
}

/// Returns the result of a payout that was signed by `formula` and got a code other than success.
/// The code is not signed together with the reference. If the refusal contains HPay's own number of
/// the payout (`is_booked`), HPay has booked the payout.
pub(crate) fn refused(code: &Code, is_booked: bool, formula: &Formula) -> Submission<Payout> {
    match code.refused_instruction(formula) {
        Submission::Declined(_) if is_booked => Submission::Uncertain(
            Uncertain::new(
                UncertainCause::ProviderUndecided,
                format!("HPay refused with the code {}, and has a number for it", code.text()),
            )
            .with_code(code.text()),
        ),
        other => other,
    }
}

/// Returns `true` if a refusal contains HPay's own numbers of the payout, which `numbers` reads.
pub(crate) fn is_booked<T: DeserializeOwned>(
    envelope: &Envelope<'_>,
    numbers: impl FnOnce(T) -> [Option<Literal>; 2],
) -> bool {
    let data = envelope.data.as_deref().map(RawValue::get).unwrap_or_default();
    let Ok(data) = serde_json::from_str::<T>(data) else {
        // An empty list means that there are no data; an unreadable object may contain anything.
        return data.starts_with('{');
    };
    let mut numbers = numbers(data).into_iter().flatten();
    numbers.any(|number| !matches!(&*number.text(), "" | "0"))
}

/// Reads a response about the payouts under a reference, or about the one that HPay knows by the
/// number `transaction`.
///
/// # Errors
/// The inquiry failed, or the response is not as HPay documents it.
pub(super) fn payouts(
    operation: &'static str,
    merchant_id: &str,
    payout: &PayoutRef,
    transaction: Option<&GatewayRef>,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: &Raw,
) -> Result<Lookup<Payout>> {
    if !CODES.is_success(&envelope.error_code) {
        let code = Code::of(&CODES, envelope);
        return if UNKNOWN_PAYOUT.contains(&code.text()) {
            Ok(Lookup::Absent(absence()))
        } else {
            Err(code.failed_inquiry(operation, formula))
        };
    }
    let rows: Vec<PayoutRow> = rows(operation, envelope.data.as_deref())?;
    lookup(operation, merchant_id, payout, transaction, rows, raw)
}

/// Returns the result of all rows of a response.
///
/// # Errors
/// Returns an error if the rows are not about the payout.
pub(crate) fn lookup(
    operation: &'static str,
    merchant_id: &str,
    payout: &PayoutRef,
    transaction: Option<&GatewayRef>,
    rows: Vec<PayoutRow>,
    raw: &Raw,
) -> Result<Lookup<Payout>> {
    let mut found = Vec::new();
    for row in rows {
        if let (Some(asked), Some(reported)) = (transaction, &row.transaction_id)
            && reported.text() != asked.as_str()
        {
            return Err(malformed(operation, "HPay answered about another transaction"));
        }
        found.push(read_row(operation, merchant_id, payout, &row, raw)?);
    }
    flag_double_payout(&mut found);
    Ok(Lookup::from_vec(found, absence()))
}

/// Reads the rows, which are an object if there is one row and a list if there are several.
pub(crate) fn rows<T: DeserializeOwned>(
    operation: &'static str,
    data: Option<&RawValue>,
) -> Result<Vec<T>> {
    let Some(data) = data.map(RawValue::get) else { return Ok(Vec::new()) };
    let read = if data.starts_with('[') {
        serde_json::from_str(data)
    } else {
        serde_json::from_str(data).map(|row| vec![row])
    };
    read.map_err(|error| {
        malformed(operation, "the response is not what HPay documents about a payout")
            .with_source(error)
    })
}

fn read_row(
    operation: &'static str,
    merchant_id: &str,
    payout: &PayoutRef,
    row: &PayoutRow,
    raw: &Raw,
) -> Result<Payout> {
    if row.request_id.text() != payout.as_str()
        || row.merchant_id.as_ref().is_some_and(|id| id.text() != merchant_id)
    {
        return Err(malformed(operation, "HPay answered about another payout"));
    }
    let amount = row.amount.money(Currency::VND).map_err(|error| {
        malformed(operation, "HPay names an amount that is not one in đồng").with_source(error)
    })?;
    let refund = row.refund_status.as_ref().map(Literal::text).unwrap_or_default();
    let (transaction, cashout) = (row.transaction_status.text(), row.cashout_status.text());
    let status = payout_status(&transaction, &cashout, &refund);
    let mut read = Payout::new(payout.clone(), amount, status.state)
        .with_provider_state(format!(
            "transaction {transaction}, cashout {cashout}, refund {refund:?}"
        ))
        .with_raw(raw.clone());
    if status.contradiction {
        read = read.needing_attention();
    }
    match AccountNumber::new(row.bank_account_number.text().as_ref()) {
        Ok(number) => read = read.with_account(number),
        // The account is invalid; the row keeps its state.
        Err(_) => read = read.needing_attention(),
    }
    let holder = row.bank_account_name.as_ref().and_then(|name| name.as_str());
    if let Some(holder) = holder.filter(|name| !name.trim().is_empty()) {
        read = read.with_holder(holder);
    }
    if let Some(Ok(id)) = row.transaction_id.as_ref().map(|id| GatewayRef::new(id.text())) {
        read = read.with_gateway_ref(id);
    }
    if let Some(at) = row.time_tranfer.as_ref().and_then(Literal::time) {
        read = read.with_time(at);
    }
    Ok(read)
}

/// Marks several successful payouts under one reference. HPay pays a repeated reference again, so
/// money may have been sent twice.
fn flag_double_payout(found: &mut [Payout]) {
    let alive =
        |payout: &&mut Payout| !matches!(payout.state, PayoutState::Failed | PayoutState::Reversed);
    if found.iter_mut().filter(alive).count() > 1 {
        found.iter_mut().filter(alive).for_each(|payout| payout.needs_attention = true);
    }
}

pub(crate) fn absence() -> Absence {
    Absence::inconclusive(
        "HPay may not yet find a payout that it has accepted; only HPay can confirm that it never will",
    )
}

fn malformed(operation: &'static str, what: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, what).with_operation(operation)
}

#[cfg(test)]
mod tests;
