//! The report on a linked provider.

use payments::{
    Provider, Role, config::ConfigProblem, notification::Endpoint, payment::PaymentCapabilities,
    payout::PayoutCapabilities, registry::Registration, statement::StatementCapabilities,
    virtual_account::VirtualAccountCapabilities,
};
use serde::Serialize;

/// A provider of a registration's example, or a registration whose example cannot be built.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub(super) kind: &'static str,
    pub(super) package: &'static str,
    pub(super) version: &'static str,
    /// Whether the gateway has a test system.
    pub(super) has_sandbox: bool,
    pub(super) roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payments: Option<&'a PaymentCapabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) virtual_accounts: Option<&'a VirtualAccountCapabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payouts: Option<&'a PayoutCapabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statements: Option<&'a StatementCapabilities>,
    pub(super) endpoints: &'a [Endpoint],
    pub(super) formulas: usize,
    /// The reasons why its example cannot be built.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) problems: Vec<String>,
}

impl<'a> Report<'a> {
    /// Returns one report for each provider of the example, or one report without roles if it has
    /// none.
    pub(super) fn all_of(
        registration: &Registration,
        built: &'a Result<Vec<Provider>, Vec<ConfigProblem>>,
    ) -> Vec<Self> {
        match built {
            Ok(providers) => {
                providers.iter().map(|provider| Self::of(registration, provider)).collect()
            }
            Err(problems) => vec![Self {
                problems: problems.iter().map(ToString::to_string).collect(),
                ..Self::bare(registration)
            }],
        }
    }

    fn of(registration: &Registration, provider: &'a Provider) -> Self {
        Self {
            roles: provider.roles(),
            payments: provider.payments().ok().map(|role| role.capabilities()),
            virtual_accounts: provider.virtual_accounts().ok().map(|role| role.capabilities()),
            payouts: provider.payouts().ok().map(|role| role.capabilities()),
            statements: provider.statements().ok().map(|role| role.capabilities()),
            endpoints: provider.notifications().map_or(&[], |role| role.endpoints()),
            ..Self::bare(registration)
        }
    }

    fn bare(registration: &Registration) -> Self {
        Self {
            kind: registration.kind,
            package: registration.package,
            version: registration.version,
            has_sandbox: registration.has_sandbox,
            roles: Vec::new(),
            payments: None,
            virtual_accounts: None,
            payouts: None,
            statements: None,
            endpoints: &[],
            formulas: registration.formulas.len(),
            problems: Vec::new(),
        }
    }
}
