//! Payment by a transfer with a payment code in its memo, to one of the merchant's own bank
//! accounts.

use std::sync::Arc;

use payments_core::{
    Error, Result,
    bank::{AccountNumber, BankAccount},
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, Transfer},
    rules::TextRules,
};
use vietqr::{VietQr, VietQrError};

use super::payment_code::Matching;

/// The BIN of VietinBank.
pub(crate) const VIETINBANK: &str = "970415";

/// The word with which a memo must begin so that SePay is notified of a transfer to VietinBank
/// (public integrations of SePay with BIN 970415; docs/unverified.md).
pub(crate) const VIETINBANK_LEAD: &str = "SEVQR";

/// The prefix of VietinBank's sub-accounts. They are not account numbers: a transfer goes to the
/// main account and names the sub-account in its memo, as in `SEVQR TKP001 DH952915` (the same
/// source).
const NAMED_BY_MEMO: &str = "TKP";

/// Returns `true` if a sub-account of VietinBank is named in the memo and has no account number.
pub(crate) fn is_named_by_memo(sub_account: &AccountNumber) -> bool {
    let begin = sub_account.as_str().get(..NAMED_BY_MEMO.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(NAMED_BY_MEMO))
}

/// Opens payments by transfer. Nothing is sent: SePay reports the credits on the account.
#[derive(Clone, Debug)]
pub(crate) struct MemoTransfer {
    pub(crate) account: BankAccount,
    /// Other account numbers at the same bank that a request may select.
    pub(crate) sub_accounts: Vec<AccountNumber>,
    /// The references from which a code can be made.
    pub(crate) references: TextRules,
    /// The word before the code in the memo.
    pub(crate) lead: Option<String>,
    pub(crate) matching: Arc<Matching>,
}

impl MemoTransfer {
    /// Opens a payment, with the account, the amount and the memo with the code.
    pub(crate) fn open(
        &self,
        request: &CreatePayment,
        sub_account: Option<&str>,
    ) -> Result<Payment> {
        let sub_account = sub_account.map(|chosen| self.sub_account(chosen)).transpose()?;
        let code = self.matching.code_for(&request.order)?;
        let mut account = self.account.clone();
        let mut memo: Vec<&str> = self.lead.as_deref().into_iter().collect();
        match sub_account {
            Some(number) if account.bin.as_str() == VIETINBANK && is_named_by_memo(number) => {
                memo.push(number.as_str());
            }
            Some(number) => account.number = number.clone(),
            None => {}
        }
        memo.push(code.as_str());
        let memo = memo.join(" ");
        let vietqr = VietQr::to_account(account.bin.as_str(), account.number.as_str())
            .map_err(refused("account"))?
            .with_amount(request.amount.minor())
            .map_err(refused("amount"))?
            .with_purpose(&memo)
            .map_err(refused("order"))?
            .payload();
        let transfer =
            Transfer::new(account).with_amount(request.amount).with_memo(memo).with_vietqr(vietqr);
        Ok(Payment::new(request.order.clone(), PaymentState::Open)
            .with_asked(request.amount)
            .registered_when_buyer_acts()
            .with_method(PaymentMethod::BankTransfer)
            .with_next(NextAction::Transfer(transfer)))
    }

    fn sub_account(&self, chosen: &str) -> Result<&AccountNumber> {
        let known = self.sub_accounts.iter().find(|number| number.as_str() == chosen);
        known.ok_or_else(|| Error::invalid("options.sub_account", "is not one of `sub_accounts`"))
    }
}

fn refused(field: &'static str) -> impl Fn(VietQrError) -> Error {
    move |error| {
        Error::invalid(field, format!("cannot stand in a VietQR code: {error}")).with_source(error)
    }
}
