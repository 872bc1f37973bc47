//! The calls of a provider by name, as findings, faults and reports print them.

use serde::Serialize;

/// One call of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// `PaymentProvider::create_payment`.
    CreatePayment,
    /// `PaymentProvider::find_payment`.
    FindPayment,
    /// `PaymentProvider::cancel_payment`.
    CancelPayment,
    /// `PaymentProvider::refund_payment`.
    RefundPayment,
    /// `PaymentProvider::find_refund`.
    FindRefund,
    /// `VirtualAccountProvider::open`.
    OpenVirtualAccount,
    /// `VirtualAccountProvider::find`.
    FindVirtualAccount,
    /// `VirtualAccountProvider::update`.
    UpdateVirtualAccount,
    /// `VirtualAccountProvider::close`.
    CloseVirtualAccount,
    /// `VirtualAccountProvider::reopen`.
    ReopenVirtualAccount,
    /// `VirtualAccountProvider::credits`.
    Credits,
    /// `PayoutProvider::create_payout`.
    CreatePayout,
    /// `PayoutProvider::find_payout`.
    FindPayout,
    /// `PayoutProvider::verify_beneficiary`.
    VerifyBeneficiary,
    /// `PayoutProvider::balance`.
    Balance,
    /// `StatementProvider::accounts`.
    Accounts,
    /// `StatementProvider::entries`.
    Entries,
    /// `VirtualAccountProvider::rules_for`.
    RulesFor,
    /// `NotificationReceiver::confirm`.
    Confirm,
}
