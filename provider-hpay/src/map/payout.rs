//! What HPay says about payouts, names and the balance.

use payments_core::{
    Absence, Error, ErrorKind, GatewayRef, Lookup, PayoutRef, Raw, Result, Submission, Timestamp,
    Uncertain, UncertainCause,
    bank::{AccountNumber, BankAccount},
    formula::Formula,
    money::Currency,
    payout::{Balance, Beneficiary, CreatePayout, Payout, PayoutState},
};
use serde_json::value::RawValue;

use super::{Code, asked_by, instructed_by, is_success, verdict::verdict};
use crate::{
    tables::Service,
    wire::{self, CreatedPayout, Envelope, Literal, PayoutRow, RefusedPayout},
};

/// "Cashout request does not exist", and "customer don't have transaction inquiries": nothing is
/// there yet, which just after a lost answer proves nothing.
const UNKNOWN_PAYOUT: [&str; 2] = ["217301", "126"];

/// A payout that HPay has taken. It is not done: the signature over this answer covers neither
/// the code nor the amount, and only the three statuses of an inquiry say what became of it.
pub(crate) fn created(request: &CreatePayout, data: &CreatedPayout, raw: Raw) -> Payout {
    let payout = Payout::new(request.payout.clone(), request.amount, PayoutState::Pending)
        .with_account(request.beneficiary.account.number.clone())
        .with_raw(raw);
    // The transaction's number, which the inquiry knows it by; the cashout's number is for
    // reconciliation with HPay and stays in the raw answer.
    match data.omi_transaction_id.as_ref().map(|id| GatewayRef::new(id.text())) {
        Some(Ok(reference)) => payout.with_gateway_ref(reference),
        _ => payout,
    }
}

/// What a code other than success makes of a payout that was sent under `formula`. No code is
/// signed; one that comes with HPay's own number of the payout refuses what HPay has booked.
pub(crate) fn refused(envelope: &Envelope<'_>, formula: &Formula) -> Submission<Payout> {
    let code = Code::of(Service::Payout, envelope);
    match instructed_by(&code, formula) {
        Submission::Declined(_) if is_booked(envelope) => Submission::Uncertain(
            Uncertain::new(
                UncertainCause::ProviderUndecided,
                format!("HPay refused with the code {}, and has a number for it", code.text()),
            )
            .with_code(code.text()),
        ),
        other => other,
    }
}

fn is_booked(envelope: &Envelope<'_>) -> bool {
    let data = envelope.data.map(RawValue::get).unwrap_or_default();
    let Ok(data) = serde_json::from_str::<RefusedPayout>(data) else {
        // An empty list says that there is nothing; an object that cannot be read may say anything.
        return data.starts_with('{');
    };
    [data.omi_cashout_id, data.omi_transaction_id]
        .iter()
        .flatten()
        .any(|number| !matches!(&*number.text(), "" | "0"))
}

/// Reads an answer about the payouts under a reference, or about the one of them that HPay knows
/// by the number `transaction`.
///
/// # Errors
/// The payout could not be asked for, or the answer is not what HPay documents.
pub(crate) fn payouts(
    operation: &'static str,
    merchant_id: &str,
    payout: &PayoutRef,
    transaction: Option<&GatewayRef>,
    envelope: &Envelope<'_>,
    formula: &Formula,
    raw: &Raw,
) -> Result<Lookup<Payout>> {
    if !is_success(Service::Payout, &envelope.error_code) {
        let code = Code::of(Service::Payout, envelope);
        return if UNKNOWN_PAYOUT.contains(&code.text()) {
            Ok(Lookup::Absent(absence()))
        } else {
            Err(asked_by(operation, &code, formula))
        };
    }
    let mut found = Vec::new();
    for row in rows(operation, envelope.data)? {
        if let (Some(asked), Some(told)) = (transaction, &row.transaction_id)
            && told.text() != asked.as_str()
        {
            return Err(malformed(operation, "HPay answered about another transaction"));
        }
        found.push(read_row(operation, merchant_id, payout, &row, raw)?);
    }
    flag_double_payout(&mut found);
    Ok(Lookup::from_vec(found, absence()))
}

/// One row stands there alone, several in a list.
fn rows(operation: &'static str, data: Option<&RawValue>) -> Result<Vec<PayoutRow>> {
    let Some(data) = data.map(RawValue::get) else { return Ok(Vec::new()) };
    let read = if data.starts_with('[') {
        serde_json::from_str(data)
    } else {
        serde_json::from_str(data).map(|row| vec![row])
    };
    read.map_err(|error| {
        malformed(operation, "the answer is not what HPay documents about a payout")
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
    let verdict = verdict(&transaction, &cashout, &refund);
    let mut read = Payout::new(payout.clone(), amount, verdict.state)
        .with_provider_state(format!(
            "transaction {transaction}, cashout {cashout}, refund {refund:?}"
        ))
        .with_raw(raw.clone());
    if verdict.contradiction {
        read = read.needing_attention();
    }
    match AccountNumber::new(row.bank_account_number.text().as_ref()) {
        Ok(number) => read = read.with_account(number),
        // An account that cannot be ours; the row keeps its verdict.
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

/// HPay pays a repeated reference again: two that succeeded are money sent twice.
fn flag_double_payout(found: &mut [Payout]) {
    let alive =
        |payout: &&mut Payout| !matches!(payout.state, PayoutState::Failed | PayoutState::Reversed);
    if found.iter_mut().filter(alive).count() > 1 {
        found.iter_mut().filter(alive).for_each(|payout| payout.needs_attention = true);
    }
}

fn absence() -> Absence {
    Absence::inconclusive(
        "HPay may not know a payout yet that it has taken; only HPay can say that it never will",
    )
}

/// Reads the name on a bank account.
pub(crate) fn name(
    operation: &'static str,
    account: &BankAccount,
    bank: &str,
    envelope: &Envelope<'_>,
    formula: &Formula,
) -> Result<Beneficiary> {
    if !is_success(Service::Payout, &envelope.error_code) {
        let code = Code::of(Service::Payout, envelope);
        return Err(asked_by(operation, &code, formula));
    }
    let data: wire::Name = read(operation, envelope, "a name")?;
    if data.bank_account_number.text() != account.number.as_str()
        || data.bank_name.is_some_and(|name| name.text() != bank)
    {
        return Err(malformed(operation, "HPay answered about another account"));
    }
    Beneficiary::new(account.clone().with_holder(&data.bank_account_name), data.bank_account_name)
        .map_err(|_| malformed(operation, "HPay answered with an empty name"))
}

/// Reads the balance. The service has codes of its own, of which only a few are seen; success is the
/// number 0, or a text of zeros as the other services have it.
pub(crate) fn balance(
    operation: &'static str,
    envelope: &Envelope<'_>,
    now: Timestamp,
) -> Result<Balance> {
    if !matches!(&*envelope.error_code.text(), "0" | "00" | "000") {
        let code = Code::of(Service::Payout, envelope);
        let kind = match code.text() {
            // "The website that integrates payments does not exist."
            "215301" | "215303" => ErrorKind::Authentication,
            _ => ErrorKind::Malformed,
        };
        let error = Error::new(kind, "HPay does not tell the balance").with_operation(operation);
        return Err(code.label(error));
    }
    let data: wire::Balance = read(operation, envelope, "a balance")?;
    let amount = data.balance.money(Currency::VND).map_err(|error| {
        malformed(operation, "HPay names an amount that is not one in đồng").with_source(error)
    })?;
    Ok(Balance::new(amount, data.respone_time.as_ref().and_then(Literal::time).unwrap_or(now)))
}

fn read<'a, T: serde::Deserialize<'a>>(
    operation: &'static str,
    envelope: &Envelope<'a>,
    what: &'static str,
) -> Result<T> {
    let data = envelope.data.ok_or_else(|| malformed(operation, "the answer has no data"))?;
    serde_json::from_str(data.get()).map_err(|error| {
        Error::new(
            ErrorKind::Malformed,
            format!("the answer is not what HPay documents about {what}"),
        )
        .with_operation(operation)
        .with_source(error)
    })
}

fn malformed(operation: &'static str, what: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, what).with_operation(operation)
}
