//! The table of operations, which laws, fault cases, fuzzing and reports use: the name and kind of
//! each, whether a provider offers it, what it needs, and its call. The suite learns a new operation
//! from this file alone.

use std::fmt;

use payments_core::{
    Error, ErrorKind, Lookup, Provider, Result, Role, Submission, payment::CreateMode,
    statement::Cursor,
};
use provider_kit::transport::{CallClass, Subject};
use serde::Serialize;

use crate::{
    operations::{Answer, Reported},
    requests::Requests,
    step::Step::{self, Do, Pay, Visit},
};

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

/// Writes the tests of each instruction of a role. An instruction that the provider does not send is
/// `refused` or `offline`.
#[doc(hidden)]
#[macro_export]
macro_rules! __instructions_of {
    (payments {
        $(create_payment: $create:ident,)?
        $(cancel_payment: $cancel:ident,)?
        $(refund_payment: $refund:ident,)?
    }) => {
        $crate::__instruction!(create_payment $($create)?);
        $crate::__instruction!(cancel_payment $($cancel)?);
        $crate::__instruction!(refund_payment $($refund)?);
    };
    (virtual_accounts {
        $(open_virtual_account: $open:ident,)?
        $(update_virtual_account: $update:ident,)?
        $(close_virtual_account: $close:ident,)?
        $(reopen_virtual_account: $reopen:ident,)?
    }) => {
        $crate::__instruction!(open_virtual_account $($open)?);
        $crate::__instruction!(update_virtual_account $($update)?);
        $crate::__instruction!(close_virtual_account $($close)?);
        $crate::__instruction!(reopen_virtual_account $($reopen)?);
    };
    (payouts { $(create_payout: $create:ident,)? }) => {
        $crate::__instruction!(create_payout $($create)?);
    };
    (statements {}) => {};
    (notifications {}) => {};
    ($role:ident $unsent:tt) => {
        ::core::compile_error!(::core::concat!(
            "`",
            ::core::stringify!($role),
            "` names instructions that are not its own, or not in their order: create_payment, \
             cancel_payment, refund_payment; open_virtual_account, update_virtual_account, \
             close_virtual_account, reopen_virtual_account; create_payout"
        ));
    };
}

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

    /// Returns what has to happen before the operation, under the same reference.
    pub(crate) fn needs(self) -> &'static [Step] {
        use Operation::{
            CloseVirtualAccount, CreatePayment, CreatePayout, OpenVirtualAccount, RefundPayment,
        };
        match self {
            Self::CancelPayment => &[Do(CreatePayment), Visit],
            // Paid, so that a payment whose buyer has never visited the gateway is known there too.
            Self::FindPayment | RefundPayment => &[Do(CreatePayment), Visit, Pay(0)],
            Self::FindRefund => &[Do(CreatePayment), Visit, Pay(0), Do(RefundPayment)],
            Self::FindVirtualAccount | Self::UpdateVirtualAccount | CloseVirtualAccount => {
                &[Do(OpenVirtualAccount)]
            }
            Self::ReopenVirtualAccount => &[Do(OpenVirtualAccount), Do(CloseVirtualAccount)],
            Self::Credits => &[Do(OpenVirtualAccount), Pay(0)],
            Self::FindPayout => &[Do(CreatePayout)],
            _ => &[],
        }
    }

    /// Returns what the operation is about.
    pub(crate) fn subject(self, requests: &Requests) -> Subject {
        match (self, self.role()) {
            (Self::RefundPayment | Self::FindRefund, _) => (&requests.refund.refund).into(),
            (_, Role::Payments) => (&requests.payment.order).into(),
            (_, Role::VirtualAccounts) => Subject::VirtualAccount(requests.open.order.clone()),
            _ => (&requests.payout.payout).into(),
        }
    }

    /// Returns the inquiry about the effect of the instruction.
    pub(crate) fn inquiry(self) -> Self {
        match (self, self.role()) {
            (Self::RefundPayment, _) => Self::FindRefund,
            (_, Role::Payments) => Self::FindPayment,
            (_, Role::VirtualAccounts) => Self::FindVirtualAccount,
            _ => Self::FindPayout,
        }
    }

    /// Carries the instruction out once.
    pub(crate) async fn instruct(
        self,
        provider: &Provider,
        requests: &Requests,
    ) -> Result<Submission<Reported>> {
        let Requests { payment, refund, open, update, payout, virtual_account, .. } = requests;
        let (payments, accounts) = (|| provider.payments(), || provider.virtual_accounts());
        let (payment_of, account_of) = (Reported::Payment, Reported::VirtualAccount);
        Ok(match self {
            Self::CreatePayment => payments()?.create_payment(payment).await?.map(payment_of),
            Self::CancelPayment => {
                payments()?.cancel_payment(&payment.order).await?.map(payment_of)
            }
            Self::RefundPayment => payments()?.refund_payment(refund).await?.map(Reported::Refund),
            Self::OpenVirtualAccount => accounts()?.open(open).await?.map(account_of),
            Self::UpdateVirtualAccount => accounts()?.update(update).await?.map(account_of),
            Self::CloseVirtualAccount => accounts()?.close(virtual_account).await?.map(account_of),
            Self::ReopenVirtualAccount => {
                accounts()?.reopen(virtual_account, None).await?.map(account_of)
            }
            Self::CreatePayout => {
                provider.payouts()?.create_payout(payout).await?.map(Reported::Payout)
            }
            inquiry => return Err(not_so(inquiry, "an instruction")),
        })
    }

    /// Makes the inquiry once.
    pub(crate) async fn inquire(self, provider: &Provider, requests: &Requests) -> Result<Answer> {
        let (payments, accounts) = (|| provider.payments(), || provider.virtual_accounts());
        let (payouts, statements) = (|| provider.payouts(), || provider.statements());
        let (order, account) = (&requests.payment.order, &requests.virtual_account);
        Ok(match self {
            Self::FindPayment => found(payments()?.find_payment(order).await?, Reported::Payment),
            Self::FindRefund => {
                found(payments()?.find_refund(&requests.refund.refund).await?, Reported::Refund)
            }
            Self::FindVirtualAccount => {
                found(accounts()?.find(account).await?, Reported::VirtualAccount)
            }
            Self::FindPayout => {
                found(payouts()?.find_payout(&requests.payout.payout).await?, Reported::Payout)
            }
            Self::Credits => one(accounts()?.credits(account).await?, Reported::Movements),
            Self::RulesFor => one(accounts()?.rules_for(&requests.account).await?, Reported::Rules),
            Self::VerifyBeneficiary => {
                let account = &requests.payout.beneficiary.account;
                one(payouts()?.verify_beneficiary(account).await?, Reported::Holder)
            }
            Self::Balance => one(payouts()?.balance().await?, Reported::Balance),
            Self::Accounts => one(statements()?.accounts().await?, Reported::Accounts),
            Self::Entries => {
                let page = statements()?.entries(&Cursor::start(), &requests.filter).await?;
                one(page.entries, Reported::Movements)
            }
            instruction => return Err(not_so(instruction, "an inquiry")),
        })
    }

    /// Returns the result of the role's check of the request, if the role has a check.
    pub(crate) fn check(self, provider: &Provider, requests: &Requests) -> Result<()> {
        match self {
            Self::CreatePayment => provider.payments()?.check(&requests.payment),
            Self::OpenVirtualAccount => provider.virtual_accounts()?.check(&requests.open),
            Self::CreatePayout => provider.payouts()?.check(&requests.payout),
            _ => Ok(()),
        }
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

fn found<T>(found: Lookup<T>, reported: fn(T) -> Reported) -> Answer {
    match found {
        Lookup::Found(one) => Answer::Found(reported(one)),
        Lookup::Several(all) => Answer::Several(all.into_iter().map(reported).collect()),
        Lookup::Absent(absence) => Answer::Absent(absence),
    }
}

fn one<T>(answered: T, reported: fn(T) -> Reported) -> Answer {
    Answer::Found(reported(answered))
}

fn not_so(operation: Operation, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("`{operation}` is not {what}"))
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

    /// The macro cannot read the table.
    #[test]
    fn every_instruction_is_tested_under_the_faults() {
        let source = include_str!("operation.rs");
        for operation in Operation::instructions() {
            let test = format!("$crate::__instruction!({operation} ");
            assert!(source.contains(&test), "no test of {operation} is written");
        }
    }
}
