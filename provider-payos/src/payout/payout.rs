//! Reads a payout from payOS's data about it.

use payments_core::{
    DeclineReason, GatewayRef, PayoutRef, Raw, Submission, Uncertain, UncertainCause,
    bank::{AccountNumber, Bin},
    money::Currency,
    payout::{CreatePayout, Payout, PayoutFailure, PayoutState},
};
use provider_kit::transport::Unreadable;

use super::{status, wire};
use crate::civil_time;

/// Reads the payouts of a response: one for each transaction, or one without details if payOS has
/// made no transaction yet.
///
/// # Errors
/// Returns an error if the response is not as payOS documents it.
pub(super) fn read(payout: &wire::Payout, raw: &Raw) -> Result<Vec<Payout>, Unreadable> {
    if payout.transactions.is_empty() {
        let state = status::state(&payout.approval_state, None);
        let read = Payout::new(reference(&payout.reference_id)?, None, state)
            .with_gateway_ref(gateway_ref(&payout.id)?)
            .with_provider_state(&payout.approval_state)
            .with_raw(raw.clone());
        return Ok(vec![with_time(read, payout.created_at.as_deref())]);
    }
    payout.transactions.iter().map(|transaction| of_transaction(payout, transaction, raw)).collect()
}

fn of_transaction(
    payout: &wire::Payout,
    transaction: &wire::PayoutTransaction,
    raw: &Raw,
) -> Result<Payout, Unreadable> {
    let amount = transaction.amount.money(Currency::VND).map_err(|error| odd("amount", error))?;
    let bank = Bin::new(&transaction.to_bin).map_err(|error| odd("toBin", error))?;
    let account = AccountNumber::new(&transaction.to_account_number)
        .map_err(|error| odd("toAccountNumber", error))?;
    let state = status::state(&payout.approval_state, Some(&transaction.state));
    let mut read = Payout::new(reference(&transaction.reference_id)?, amount, state)
        .with_bank(bank)
        .with_account(account)
        .with_gateway_ref(gateway_ref(&payout.id)?)
        .with_provider_state(format!("{} {}", payout.approval_state, transaction.state))
        .with_raw(raw.clone());
    if let Some(holder) = transaction.to_account_name.as_deref().filter(|name| !name.is_empty()) {
        read = read.with_holder(holder);
    }
    if state == PayoutState::Failed || transaction.error_code.is_some() {
        let mut failure = PayoutFailure::new(DeclineReason::Other);
        if let Some(code) = &transaction.error_code {
            failure = failure.with_code(code);
        }
        if let Some(message) = &transaction.error_message {
            failure = failure.with_message(message);
        }
        read = read.with_failure(failure);
    }
    let time = transaction.transaction_datetime.as_deref().or(payout.created_at.as_deref());
    Ok(with_time(read, time))
}

/// Reads the payout that a response accepted, and compares it with the request.
///
/// # Errors
/// Returns an error if the response is not as payOS documents it.
pub(super) fn created(
    request: &CreatePayout,
    data: &wire::Payout,
    raw: &Raw,
) -> Result<Submission<Payout>, Unreadable> {
    let uncertain =
        |cause, message: String| Ok(Submission::Uncertain(Uncertain::new(cause, message)));
    let mut all = read(data, raw)?;
    let (Some(mut payout), true) = (all.pop(), all.is_empty()) else {
        let message = "payOS's response has several transactions for one payout".to_owned();
        return Ok(Submission::Uncertain(
            Uncertain::new(UncertainCause::Mismatch, message).needing_attention(),
        ));
    };
    let other = match data.reference_id == request.payout.as_str() {
        true => payout.differs_from(request),
        false => Some("payout"),
    };
    if let Some(field) = other {
        let message = format!("payOS's response has another {field} than the request");
        return Ok(Submission::Uncertain(
            Uncertain::new(UncertainCause::Mismatch, message).needing_attention(),
        ));
    }
    if payout.state == PayoutState::Uncertain {
        let message = "payOS accepted the payout in a state that it documents nowhere";
        return uncertain(UncertainCause::UnknownCode, message.to_owned());
    }
    if payout.holder.as_ref().is_some_and(|holder| !is_same_name(holder, &request.beneficiary.name))
    {
        // The request contains no name, so only this comparison reveals an account of somebody
        // else.
        payout.needs_attention = true;
    }
    Ok(Submission::Accepted(payout))
}

/// Returns `true` if two names are the same to a bank: without diacritics, in capital letters, with
/// single spaces.
fn is_same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| match vietqr::transfer_text(name) {
        Ok(text) => text.to_ascii_uppercase(),
        Err(_) => name.to_uppercase(),
    };
    plain(one) == plain(other)
}

fn with_time(payout: Payout, time: Option<&str>) -> Payout {
    match time.and_then(civil_time::read) {
        Some(at) => payout.with_time(at),
        None => payout,
    }
}

fn reference(text: &str) -> Result<PayoutRef, Unreadable> {
    PayoutRef::new(text).map_err(|error| odd("referenceId", error))
}

pub(super) fn gateway_ref(id: &str) -> Result<GatewayRef, Unreadable> {
    GatewayRef::new(id).map_err(|error| odd("id", error))
}

fn odd(field: &str, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Unreadable {
    Unreadable::new(format!("`{field}` is not what payOS documents")).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_banks_write_them() {
        assert!(is_same_name("NGUYEN VAN A", "Nguyễn Văn A"));
        assert!(is_same_name("NGUYEN  VAN A", "Nguyen Van A"));
        assert!(!is_same_name("NGUYEN VAN A", "NGUYEN VAN B"));
    }
}
