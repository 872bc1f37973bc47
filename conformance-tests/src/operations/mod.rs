//! The calls of operations and their results. A [`PreparedCall`] is an operation with the requests
//! of its call.

use payments_core::{
    Provider, Role,
    money::Money,
    rules::{AmountLimits, TextRules},
};
use serde_json::{Value, json};

use crate::Operation;

mod outcome;
mod prepare;
mod prepared_call;
mod reported;

pub(crate) use crate::operation::Availability;
pub use outcome::{Answer, Outcome};
pub(crate) use outcome::{Found, answer_text};
pub use prepared_call::PreparedCall;
pub(crate) use reported::Reported;

/// Returns every instruction that a provider sends.
pub(crate) fn offered_instructions(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::instructions().filter(|operation| operation.is_offered(provider))
}

/// Returns every inquiry that a provider sends.
pub(crate) fn offered_inquiries(provider: &Provider) -> impl Iterator<Item = Operation> {
    Operation::inquiries().filter(|operation| operation.is_offered(provider))
}

/// Returns every call that a provider sends, instructions first.
pub(crate) fn offered_calls(provider: &Provider) -> impl Iterator<Item = Operation> {
    offered_instructions(provider).chain(offered_inquiries(provider))
}

/// Returns the capabilities of each role of a provider, and the endpoints of its notifications.
pub(crate) fn capabilities(provider: &Provider) -> Value {
    json!({
        "payments": provider.payments().ok().map(|role| role.capabilities()),
        "virtual_accounts": provider.virtual_accounts().ok().map(|role| role.capabilities()),
        "payouts": provider.payouts().ok().map(|role| role.capabilities()),
        "statements": provider.statements().ok().map(|role| role.capabilities()),
        "notifications": provider.notifications().ok().map(|role| role.endpoints()),
    })
}

/// Returns the rules for references and the limits of amounts of a role. `None` for a role that has
/// neither, or that the provider does not have.
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

/// Returns an amount within each of the limits, each of which is for one currency.
pub(crate) fn amounts(limits: &[AmountLimits]) -> Vec<Money> {
    let within = |limit: &AmountLimits| {
        let most = limit.max.map_or(i64::MAX, |max| max.minor());
        Money::from_minor(limit.min.minor().max(50_000).min(most), limit.min.currency())
    };
    limits.iter().map(within).collect()
}
