//! The reasons why a test of the suite fails.

use std::fmt;

use payments_core::Role;

use crate::Finding;

/// The reason why a test fails.
pub(crate) enum Failure {
    /// The gateway, the provider and the suite do not match in these roles.
    SetUp(Vec<Role>),
    Broken(Vec<Finding>),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetUp(roles) => {
                let tests = roles.iter().map(|role| format!("`{}::is_set_up`", role_name(*role)));
                let tests = tests.collect::<Vec<_>>().join(", ");
                write!(f, "the set-up fails, so that no law was checked: see {tests}")
            }
            Self::Broken(findings) => {
                let all: Vec<String> = findings.iter().map(Finding::to_string).collect();
                f.write_str(&all.join("\n\n"))
            }
        }
    }
}

/// Every role, in the order of the suite.
pub(crate) const ROLES: [Role; 5] =
    [Role::Payments, Role::VirtualAccounts, Role::Payouts, Role::Statements, Role::Notifications];

/// Returns the name of a role in the suite.
pub(crate) fn role_name(role: Role) -> String {
    serde_json::json!(role).as_str().unwrap_or_default().to_owned()
}
