//! The transfer with a payment code in its memo, to one of our own bank accounts.

use std::sync::Arc;

use payments_core::{
    Error, Result,
    bank::{AccountNumber, BankAccount},
    payment::{CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, Transfer},
    rules::TextRules,
    vietqr::{VietQr, VietQrError},
};

use crate::matching::Matching;

/// Opens payments by transfer. Nothing is sent: SePay reports what arrives on the account.
#[derive(Clone, Debug)]
pub(crate) struct MemoTransfer {
    pub(crate) account: BankAccount,
    /// Other numbers at the same bank that a request may choose.
    pub(crate) sub_accounts: Vec<AccountNumber>,
    /// Which references make a code.
    pub(crate) references: TextRules,
    pub(crate) matching: Arc<Matching>,
}

impl MemoTransfer {
    /// Opens a payment: where to transfer to, how much, and the code that stands in the memo.
    pub(crate) fn open(
        &self,
        request: &CreatePayment,
        sub_account: Option<&str>,
    ) -> Result<Payment> {
        let account = self.account(sub_account)?;
        let code = self.matching.code_for(&request.order)?;
        let vietqr = VietQr::to_account(account.bin, account.number.clone())
            .with_amount(request.amount)
            .map_err(refused("amount"))?
            .with_purpose(code.as_str())
            .map_err(refused("order"))?
            .payload();
        let transfer = Transfer::new(account)
            .with_amount(request.amount)
            .with_memo(code.as_str())
            .with_vietqr(vietqr);
        Ok(Payment::new(request.order.clone(), PaymentState::Open)
            .with_asked(request.amount)
            .registered_when_buyer_acts()
            .with_method(PaymentMethod::BankTransfer)
            .with_next(NextAction::Transfer(transfer)))
    }
}

impl MemoTransfer {
    fn account(&self, sub_account: Option<&str>) -> Result<BankAccount> {
        let Some(chosen) = sub_account else { return Ok(self.account.clone()) };
        let known = self.sub_accounts.iter().find(|number| number.as_str() == chosen);
        let number = known
            .ok_or_else(|| Error::invalid("options.sub_account", "is not one of `sub_accounts`"))?;
        let mut account = self.account.clone();
        account.number = number.clone();
        Ok(account)
    }
}

fn refused(field: &'static str) -> impl Fn(VietQrError) -> Error {
    move |error| {
        Error::invalid(field, format!("cannot stand in a VietQR code: {error}")).with_source(error)
    }
}
