//! The table of operations: a row for each call of a role, which laws, fault cases, fuzzing and
//! reports read.
//!
//! The rows are in a file for each role. [`Instruction`] and [`Inquiry`] are rows together with the
//! requests that they are carried out with.

use std::fmt;

use futures_util::future::BoxFuture;
use payments_core::{
    Provider, Result, Role, Submission,
    money::Money,
    rules::{AmountLimits, TextRules},
    transport::Subject,
};

use crate::{Operation, requests::Requests};

mod inquiry;
mod instruction;
mod outcome;
mod payments;
mod payouts;
mod prepare;
mod statements;
mod virtual_accounts;

pub(crate) use inquiry::Inquiry;
pub(crate) use instruction::Instruction;
pub(crate) use outcome::{Answer, Found, Outcome, Shown, answer_text};

use outcome::Accepted;
use prepare::Needs;

/// One operation: its name, what it needs, and how it is carried out.
pub(crate) struct Row {
    operation: Operation,
    name: &'static str,
    role: Role,
    /// What the capabilities of a provider that has the role say of it.
    availability: fn(&Provider) -> Result<Availability>,
    /// What has to be done first, so that it can succeed.
    needs: Needs,
    call: Call,
}

/// Whether and how a provider carries out an operation, by its capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    /// It is sent to the gateway.
    Networked,
    /// The provider does it by itself, and sends nothing.
    Offline,
    /// The provider refuses it as unsupported.
    Refused,
}

impl Availability {
    fn networked_if(offered: bool) -> Self {
        if offered { Self::Networked } else { Self::Refused }
    }
}

enum Call {
    Instruction(Steps),
    Inquiry(for<'a> fn(&'a Provider, &'a Requests) -> BoxFuture<'a, Result<Answer>>),
    /// Made only in the course of another operation.
    InPassing,
}

/// How an instruction is carried out and asked about.
struct Steps {
    subject: fn(&Requests) -> Subject,
    /// The role's own check of the request, if it has one.
    check: fn(&Provider, &Requests) -> Result<()>,
    carry_out:
        for<'a> fn(&'a Provider, &'a Requests) -> BoxFuture<'a, Result<Submission<Accepted>>>,
    /// The inquiry about its effect; `None` if the provider has none.
    find: for<'a> fn(&'a Provider, &'a Requests) -> BoxFuture<'a, Option<Found>>,
    /// The amount of its request, if it has one.
    amount: Option<Amount>,
}

#[derive(Clone, Copy)]
struct Amount {
    of: fn(&Requests) -> Option<Money>,
    set: fn(&mut Requests, Money),
}

/// Every row, in the order of their roles.
fn table() -> impl Iterator<Item = &'static Row> {
    [payments::ROWS, virtual_accounts::ROWS, payouts::ROWS, statements::ROWS, &[CONFIRM]]
        .into_iter()
        .flatten()
}

/// A confirmation asks about an event that was received before.
const CONFIRM: Row = Row {
    operation: Operation::Confirm,
    name: "confirm",
    role: Role::Notifications,
    availability: |provider| provider.notifications().map(|_| Availability::Networked),
    needs: Needs::Nothing,
    call: Call::InPassing,
};

impl Operation {
    /// Every call that may have an effect.
    pub fn instructions() -> impl Iterator<Item = Self> {
        table().filter(|row| matches!(row.call, Call::Instruction(_))).map(|row| row.operation)
    }

    /// Every call that has none, except for [`RulesFor`](Self::RulesFor) and
    /// [`Confirm`](Self::Confirm), which are made only in the course of other calls.
    pub fn inquiries() -> impl Iterator<Item = Self> {
        table().filter(|row| matches!(row.call, Call::Inquiry(_))).map(|row| row.operation)
    }

    /// The name, such as `create_payout`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The role that it belongs to.
    pub fn role(self) -> Role {
        self.row().role
    }

    /// Whether a provider sends it, by its capabilities; a provider without its role refuses it.
    pub(crate) fn availability(self, provider: &Provider) -> Availability {
        (self.row().availability)(provider).unwrap_or(Availability::Refused)
    }

    /// Whether a provider sends it.
    pub(crate) fn is_offered(self, provider: &Provider) -> bool {
        self.availability(provider) == Availability::Networked
    }

    fn row(self) -> &'static Row {
        // The last row is never wrong: a test compares the table with the enum.
        table().find(|row| row.operation == self).unwrap_or(&CONFIRM)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Every instruction that a provider sends.
pub(crate) fn offered_instructions(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::instructions().filter(|operation| operation.is_offered(provider))
}

/// Every inquiry that a provider sends.
pub(crate) fn offered_inquiries(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::inquiries().filter(|operation| operation.is_offered(provider))
}

/// The references and amounts that a role accepts, by its capabilities. `None` for a role that
/// has neither, or that the provider does not have.
pub(crate) fn rules(provider: &Provider, role: Role) -> Option<(&TextRules, &[AmountLimits])> {
    match role {
        Role::Payments => {
            let can = provider.payments().ok()?.capabilities();
            Some((&can.reference, &can.limits))
        }
        Role::VirtualAccounts => {
            let can = provider.virtual_accounts().ok()?.capabilities();
            Some((&can.reference, &can.limits))
        }
        Role::Payouts => {
            let can = provider.payouts().ok()?.capabilities();
            Some((&can.reference, &can.limits))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_one_row_under_the_name_that_it_is_serialised_by() {
        let names: BTreeSet<_> = table().map(|row| row.name).collect();
        assert_eq!(names.len(), Operation::Confirm as usize + 1);
        for row in table() {
            assert_eq!(serde_json::json!(row.operation), row.name);
            assert_eq!(row.operation.name(), row.name);
        }
    }
}
