//! The requests that are made to a provider.

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
/// replace those that the provider does not accept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Requests {
    /// The request of `create_payment`. Its order is also used to find and cancel the payment.
    pub payment: CreatePayment,
    /// The request of `refund_payment`. It is also used to find the refund.
    pub refund: RefundPayment,
    /// The request of `open`.
    pub open: OpenVirtualAccount,
    /// The virtual account of `find`, `close`, `reopen` and `credits`.
    pub virtual_account: VirtualAccountRef,
    /// The request of `update`.
    pub update: UpdateVirtualAccount,
    /// The account of `rules_for`.
    pub account: AccountId,
    /// The request of `create_payout`. Its reference is also used to find the payout, and its
    /// account to verify the beneficiary.
    pub payout: CreatePayout,
    /// The filter of `entries`.
    pub filter: StatementFilter,
    /// The events of `confirm`.
    pub events: Vec<Event>,
}

impl Requests {
    /// Creates requests that most providers accept.
    ///
    /// # Errors
    /// Does not occur: the requests are valid.
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

    /// Makes later calls about a virtual account use this account, with its numbers.
    pub(crate) fn keep(&mut self, account: &Reported) {
        if let Reported::VirtualAccount(account) = account {
            self.virtual_account = account.reference();
            self.update.account = account.reference();
        }
    }
}
