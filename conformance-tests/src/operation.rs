//! The table of operations, which laws, fault cases, fuzzing and reports use: the name and kind of
//! each, and whether a provider offers it.

use std::fmt;

use payments_core::{Provider, Result, Role, payment::CreateMode};
use provider_kit::transport::CallClass;
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

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The operation may have an effect.
    Instruction,
    /// The operation has no effect.
    Inquiry,
    /// The operation is made only as a part of another operation.
    InPassing,
}

use Kind::{InPassing, Inquiry, Instruction};

/// Every operation, in the order of the roles.
const TABLE: [(Operation, &str, Role, Kind); 19] = [
    (Operation::CreatePayment, "create_payment", Role::Payments, Instruction),
    (Operation::FindPayment, "find_payment", Role::Payments, Inquiry),
    (Operation::CancelPayment, "cancel_payment", Role::Payments, Instruction),
    (Operation::RefundPayment, "refund_payment", Role::Payments, Instruction),
    (Operation::FindRefund, "find_refund", Role::Payments, Inquiry),
    (Operation::OpenVirtualAccount, "open_virtual_account", Role::VirtualAccounts, Instruction),
    (Operation::FindVirtualAccount, "find_virtual_account", Role::VirtualAccounts, Inquiry),
    (Operation::UpdateVirtualAccount, "update_virtual_account", Role::VirtualAccounts, Instruction),
    (Operation::CloseVirtualAccount, "close_virtual_account", Role::VirtualAccounts, Instruction),
    (Operation::ReopenVirtualAccount, "reopen_virtual_account", Role::VirtualAccounts, Instruction),
    (Operation::Credits, "credits", Role::VirtualAccounts, Inquiry),
    (Operation::CreatePayout, "create_payout", Role::Payouts, Instruction),
    (Operation::FindPayout, "find_payout", Role::Payouts, Inquiry),
    (Operation::VerifyBeneficiary, "verify_beneficiary", Role::Payouts, Inquiry),
    (Operation::Balance, "balance", Role::Payouts, Inquiry),
    (Operation::Accounts, "accounts", Role::Statements, Inquiry),
    (Operation::Entries, "entries", Role::Statements, Inquiry),
    (Operation::RulesFor, "rules_for", Role::VirtualAccounts, InPassing),
    (Operation::Confirm, "confirm", Role::Notifications, InPassing),
];

/// Whether and how a provider carries out an operation, according to its capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    /// The operation is sent to the gateway.
    Networked,
    /// The provider carries out the operation itself and sends nothing.
    Offline,
    /// The provider refuses the operation as unsupported.
    Refused,
}

impl Operation {
    /// Returns every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.into_iter().map(|row| row.0)
    }

    /// Returns every operation that may have an effect.
    pub fn instructions() -> impl Iterator<Item = Self> {
        of_kind(Kind::Instruction)
    }

    /// Returns every operation without an effect, except for [`RulesFor`](Self::RulesFor) and
    /// [`Confirm`](Self::Confirm), which are made only as a part of other operations.
    pub fn inquiries() -> impl Iterator<Item = Self> {
        of_kind(Kind::Inquiry)
    }

    /// Returns every inquiry that finds an object by the merchant's reference.
    pub(crate) fn finding() -> impl Iterator<Item = Self> {
        Self::inquiries().filter(|operation| operation.name().starts_with("find"))
    }

    /// Returns the name of the operation, such as `create_payout`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Returns the role that the operation belongs to.
    pub fn role(self) -> Role {
        self.row().2
    }

    /// Returns `true` if the operation may have an effect.
    pub fn is_instruction(self) -> bool {
        self.row().3 == Kind::Instruction
    }

    /// Returns the class with which a provider sends it.
    pub(crate) fn class(self, provider: &Provider) -> CallClass {
        let costs = self == Self::VerifyBeneficiary
            && provider.payouts().is_ok_and(|role| role.capabilities().name_check_costs);
        match (self.is_instruction(), costs) {
            (true, _) => CallClass::Instruction,
            (false, true) => CallClass::PaidInquiry,
            (false, false) => CallClass::Inquiry,
        }
    }

    /// Returns whether a provider sends it, according to its capabilities. A provider without the
    /// role refuses it.
    pub(crate) fn availability(self, provider: &Provider) -> Availability {
        match (self, self.is_declared(provider)) {
            (_, Ok(false) | Err(_)) => Availability::Refused,
            (Self::CreatePayment, Ok(true)) if opens_offline(provider) => Availability::Offline,
            (_, Ok(true)) => Availability::Networked,
        }
    }

    /// Returns `true` if a provider sends it.
    pub(crate) fn is_offered(self, provider: &Provider) -> bool {
        self.availability(provider) == Availability::Networked
    }

    fn is_declared(self, provider: &Provider) -> Result<bool> {
        let payments = || provider.payments().map(|role| role.capabilities());
        let accounts = || provider.virtual_accounts().map(|role| role.capabilities());
        let payouts = || provider.payouts().map(|role| role.capabilities());
        Ok(match self {
            Self::CreatePayment => payments().is_ok(),
            Self::FindPayment => payments()?.find,
            Self::CancelPayment => payments()?.cancel,
            Self::RefundPayment => payments()?.refund,
            Self::FindRefund => payments()?.find_refund,
            Self::OpenVirtualAccount | Self::RulesFor => accounts().is_ok(),
            Self::FindVirtualAccount => accounts()?.find,
            Self::UpdateVirtualAccount => accounts()?.update,
            Self::CloseVirtualAccount => accounts()?.close,
            Self::ReopenVirtualAccount => accounts()?.reopen,
            Self::Credits => accounts()?.credits,
            Self::CreatePayout => payouts().is_ok(),
            Self::FindPayout => payouts()?.find,
            Self::VerifyBeneficiary => payouts()?.name_check,
            Self::Balance => payouts()?.balance,
            Self::Accounts | Self::Entries => provider.statements().is_ok(),
            Self::Confirm => provider.notifications().is_ok(),
        })
    }

    fn row(self) -> (Self, &'static str, Role, Kind) {
        let [.., confirm] = TABLE;
        // The default is never used, because a test compares the table with the enum.
        TABLE.into_iter().find(|(operation, ..)| *operation == self).unwrap_or(confirm)
    }
}

fn of_kind(kind: Kind) -> impl Iterator<Item = Operation> {
    TABLE.into_iter().filter(move |row| row.3 == kind).map(|row| row.0)
}

fn opens_offline(provider: &Provider) -> bool {
    provider.payments().is_ok_and(|role| role.capabilities().create == CreateMode::Offline)
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_one_row_under_the_name_that_it_is_serialised_by() {
        let names: BTreeSet<_> = TABLE.iter().map(|row| row.1).collect();
        assert_eq!(names.len(), Operation::Confirm as usize + 1);
        for (operation, name, ..) in TABLE {
            assert_eq!(serde_json::json!(operation), name);
            assert_eq!(operation.name(), name);
        }
    }
}
