//! The calls of a provider by name, as findings, faults and reports speak of them.

use std::fmt;

use payments_core::Role;
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

impl Operation {
    /// Every call that may have an effect.
    pub const INSTRUCTIONS: [Self; 8] = [
        Self::CreatePayment,
        Self::CancelPayment,
        Self::RefundPayment,
        Self::OpenVirtualAccount,
        Self::UpdateVirtualAccount,
        Self::CloseVirtualAccount,
        Self::ReopenVirtualAccount,
        Self::CreatePayout,
    ];

    /// Every call that has none, but for [`RulesFor`](Self::RulesFor) and
    /// [`Confirm`](Self::Confirm), which ask only in the course of something else.
    pub const INQUIRIES: [Self; 9] = [
        Self::FindPayment,
        Self::FindRefund,
        Self::FindVirtualAccount,
        Self::Credits,
        Self::FindPayout,
        Self::VerifyBeneficiary,
        Self::Balance,
        Self::Accounts,
        Self::Entries,
    ];

    /// The name, such as `create_payout`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CreatePayment => "create_payment",
            Self::FindPayment => "find_payment",
            Self::CancelPayment => "cancel_payment",
            Self::RefundPayment => "refund_payment",
            Self::FindRefund => "find_refund",
            Self::OpenVirtualAccount => "open_virtual_account",
            Self::FindVirtualAccount => "find_virtual_account",
            Self::UpdateVirtualAccount => "update_virtual_account",
            Self::CloseVirtualAccount => "close_virtual_account",
            Self::ReopenVirtualAccount => "reopen_virtual_account",
            Self::Credits => "credits",
            Self::CreatePayout => "create_payout",
            Self::FindPayout => "find_payout",
            Self::VerifyBeneficiary => "verify_beneficiary",
            Self::Balance => "balance",
            Self::Accounts => "accounts",
            Self::Entries => "entries",
            Self::RulesFor => "rules_for",
            Self::Confirm => "confirm",
        }
    }

    /// The role that it belongs to.
    pub const fn role(self) -> Role {
        match self {
            Self::CreatePayment
            | Self::FindPayment
            | Self::CancelPayment
            | Self::RefundPayment
            | Self::FindRefund => Role::Payments,
            Self::OpenVirtualAccount
            | Self::FindVirtualAccount
            | Self::UpdateVirtualAccount
            | Self::CloseVirtualAccount
            | Self::ReopenVirtualAccount
            | Self::Credits
            | Self::RulesFor => Role::VirtualAccounts,
            Self::CreatePayout | Self::FindPayout | Self::VerifyBeneficiary | Self::Balance => {
                Role::Payouts
            }
            Self::Accounts | Self::Entries => Role::Statements,
            Self::Confirm => Role::Notifications,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
