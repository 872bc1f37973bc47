//! A transfer arrives on a virtual account.

use simulator_kit::Receipt;

use super::{account::Credit, callback};
use crate::simulator::{
    control::{Announcement, ControlError},
    faults::{Fault, Operation},
    gateway::{Books, Gateway},
    ledger::{BookingKind, Entry},
};

/// What the bank reports where the payer wrote nothing and the merchant asked for nothing.
const NO_REMARK: &str = "no content";

/// Credits `amount` đồng to the account under a short or full number, and reports it.
///
/// The bank looks at neither amount nor date: short, over, repeated and late transfers arrive
/// like any other, also on accounts that are paid, closed or expired.
pub(crate) async fn transfer(
    gateway: &Gateway,
    number: &str,
    amount: i64,
) -> Result<Announcement, ControlError> {
    if amount <= 0 {
        return Err(ControlError::ImpossibleAmount(amount));
    }
    let fields = record(gateway, number, amount)?;
    let Some(base) = gateway.va_callback_base() else {
        return Ok(Announcement {
            transaction_id: fields.transaction_id,
            request: None,
            receipts: Vec::new(),
            return_link: None,
        });
    };
    let is_forged = gateway.script.take(Operation::AccountCallback) == Some(Fault::ForgeSignature);
    let request = fields
        .request(&base, gateway, is_forged)
        .map_err(|_| ControlError::UnusableAddress(base))?;
    let mut receipts = gateway.notify(request.clone()).await;
    for _ in 1..gateway.settings.callback_tries {
        if receipts.last().is_none_or(is_accepted) {
            break;
        }
        receipts.extend(gateway.notify(request.clone()).await);
    }
    Ok(Announcement {
        transaction_id: fields.transaction_id,
        request: Some(request),
        receipts,
        return_link: None,
    })
}

fn is_accepted(receipt: &Receipt) -> bool {
    receipt.status() == Some(http::StatusCode::OK)
}

fn record(
    gateway: &Gateway,
    number: &str,
    amount: i64,
) -> Result<callback::Callback, ControlError> {
    let at = gateway.now();
    let mut books = gateway.books();
    let Books { accounts, numbers, ledger, .. } = &mut *books;
    let account = accounts
        .iter_mut()
        .find(|account| account.is_called(number))
        .ok_or_else(|| ControlError::UnknownAccount(number.to_owned()))?;
    let remark = if account.remark.is_empty() { NO_REMARK } else { &account.remark };
    let credit = Credit {
        transaction_id: numbers.transaction(),
        cashin: numbers.cashin(),
        amount,
        remark: remark.to_owned(),
        at,
    };
    ledger.book(&Entry {
        kind: BookingKind::AccountCredit,
        reference: &account.number,
        transaction_id: credit.transaction_id,
        account: &account.full_number,
        amount,
        currency: "vnd",
        at,
    });
    let fields = callback::Callback::of(account, &credit);
    account.receive(credit);
    Ok(fields)
}
