//! What is asked of a provider.

use payments_core::{
    AccountId, OrderRef, PayoutRef, RefundRef, Result,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::Event,
    payment::{CreatePayment, RefundPayment},
    payout::{Beneficiary, CreatePayout},
    statement::StatementFilter,
    virtual_account::{OpenVirtualAccount, UpdateVirtualAccount, VirtualAccountRef},
};

use crate::operations::Reported;

/// One request for each operation of each role. Start with the [`typical`](Self::typical) ones and
/// replace what the provider does not take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Requests {
    /// For `create_payment`; its order is also found and cancelled.
    pub payment: CreatePayment,
    /// For `refund_payment`; it is also found.
    pub refund: RefundPayment,
    /// For `open`.
    pub open: OpenVirtualAccount,
    /// For `find`, `close`, `reopen` and `credits`.
    pub virtual_account: VirtualAccountRef,
    /// For `update`.
    pub update: UpdateVirtualAccount,
    /// For `rules_for`.
    pub account: AccountId,
    /// For `create_payout`; its reference is also found, its account verified.
    pub payout: CreatePayout,
    /// For `entries`.
    pub filter: StatementFilter,
    /// For `confirm`.
    pub events: Vec<Event>,
}

impl Requests {
    /// What most providers take.
    ///
    /// # Errors
    /// None in fact.
    pub fn typical() -> Result<Self> {
        let order = OrderRef::new("20260042")?;
        let number = |digits: &str| {
            AccountNumber::new(digits)
                .map_err(|error| payments_core::Error::invalid("account", error.to_string()))
        };
        let bank = Bin::new("970436")
            .map_err(|error| payments_core::Error::invalid("bin", error.to_string()))?;
        let account = BankAccount::new(bank, number("0071001234567")?);
        let holder = "NGUYEN VAN A";
        let amount = Money::vnd(50_000);
        let virtual_account =
            VirtualAccountRef::new(order.clone()).with_number(number("1000000000179")?);
        Ok(Self {
            payment: CreatePayment::new(order.clone(), amount)?,
            refund: RefundPayment::new(RefundRef::new("R-20260042")?, order.clone()),
            open: OpenVirtualAccount::new(order, holder)?.with_amount(amount)?,
            update: UpdateVirtualAccount::new(virtual_account.clone(), holder)?,
            virtual_account,
            account: AccountId::new("1")?,
            payout: CreatePayout::new(
                PayoutRef::new("20260042")?,
                amount,
                Beneficiary::new(account, holder)?,
            )?,
            filter: StatementFilter::new(),
            events: Vec::new(),
        })
    }

    /// From now on calls about a virtual account are about this one, with its numbers.
    pub(crate) fn keep(&mut self, account: &Reported) {
        if let Reported::VirtualAccount(account) = account {
            self.virtual_account = account.reference();
            self.update.account = account.reference();
        }
    }
}
