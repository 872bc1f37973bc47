//! The calls of the protocol: their names, methods and paths.

use http::Method;
use serde::{Deserialize, Serialize};

/// A call of the protocol. Its outcome can be scripted, see
/// [`MockGateway::script`](crate::MockGateway::script).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Opens a payment.
    CreatePayment,
    /// Finds the payment of an order.
    FindPayment,
    /// Cancels an open payment.
    CancelPayment,
    /// Refunds a payment.
    RefundPayment,
    /// Finds a refund.
    FindRefund,
    /// Opens a virtual account.
    OpenVirtualAccount,
    /// Finds a virtual account.
    FindVirtualAccount,
    /// Changes a virtual account.
    UpdateVirtualAccount,
    /// Closes a virtual account.
    CloseVirtualAccount,
    /// Reopens a closed virtual account.
    ReopenVirtualAccount,
    /// Lists the credits on a virtual account.
    Credits,
    /// Sends a payout.
    CreatePayout,
    /// Finds a payout.
    FindPayout,
    /// Looks up the holder of a bank account.
    VerifyBeneficiary,
    /// Returns the balance.
    Balance,
    /// Lists the merchant's bank accounts.
    Accounts,
    /// Lists the entries of the statement.
    Entries,
    /// Finds one entry of the statement.
    FindTransaction,
}

impl Operation {
    /// Every call.
    pub const ALL: [Self; 18] = [
        Self::CreatePayment,
        Self::FindPayment,
        Self::CancelPayment,
        Self::RefundPayment,
        Self::FindRefund,
        Self::OpenVirtualAccount,
        Self::FindVirtualAccount,
        Self::UpdateVirtualAccount,
        Self::CloseVirtualAccount,
        Self::ReopenVirtualAccount,
        Self::Credits,
        Self::CreatePayout,
        Self::FindPayout,
        Self::VerifyBeneficiary,
        Self::Balance,
        Self::Accounts,
        Self::Entries,
        Self::FindTransaction,
    ];

    /// Returns the name of the call, such as `create_payout`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Returns the HTTP method of the call.
    pub fn method(self) -> Method {
        if self.row().1 == "POST" { Method::POST } else { Method::GET }
    }

    /// Returns the path of the call, with parameters in braces.
    pub fn pattern(self) -> &'static str {
        self.row().2
    }

    /// Returns `true` if the call is an instruction, and `false` if it is an inquiry.
    pub fn is_instruction(self) -> bool {
        self.method() == Method::POST
    }

    /// Returns the path with `names` in place of the parameters. The names must not need escaping.
    pub(crate) fn path(self, names: &[&str]) -> String {
        let mut names = names.iter();
        let segments = self.pattern().split('/').map(|segment| {
            if is_name(segment) { names.next().copied().unwrap_or_default() } else { segment }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// Returns the call at this method and path, with the parameters of the path.
    pub(crate) fn at<'a>(method: &Method, path: &'a str) -> Option<(Self, Vec<&'a str>)> {
        Self::ALL
            .into_iter()
            .filter(|operation| operation.method() == *method)
            .find_map(|operation| Some((operation, operation.names_in(path)?)))
    }

    fn names_in(self, path: &str) -> Option<Vec<&str>> {
        let pattern: Vec<_> = self.pattern().split('/').collect();
        let segments: Vec<_> = path.split('/').collect();
        if pattern.len() != segments.len() {
            return None;
        }
        let mut names = Vec::new();
        for (expected, segment) in pattern.into_iter().zip(segments) {
            if is_name(expected) {
                names.push(segment);
            } else if expected != segment {
                return None;
            }
        }
        Some(names)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::CreatePayment => ("create_payment", "POST", "/v1/payments"),
            Self::FindPayment => ("find_payment", "GET", "/v1/payments/{order}"),
            Self::CancelPayment => ("cancel_payment", "POST", "/v1/payments/{order}/cancel"),
            Self::RefundPayment => ("refund_payment", "POST", "/v1/refunds"),
            Self::FindRefund => ("find_refund", "GET", "/v1/refunds/{refund}"),
            Self::OpenVirtualAccount => ("open_virtual_account", "POST", "/v1/virtual-accounts"),
            Self::FindVirtualAccount => {
                ("find_virtual_account", "GET", "/v1/virtual-accounts/{order}")
            }
            Self::UpdateVirtualAccount => {
                ("update_virtual_account", "POST", "/v1/virtual-accounts/{order}/update")
            }
            Self::CloseVirtualAccount => {
                ("close_virtual_account", "POST", "/v1/virtual-accounts/{order}/close")
            }
            Self::ReopenVirtualAccount => {
                ("reopen_virtual_account", "POST", "/v1/virtual-accounts/{order}/reopen")
            }
            Self::Credits => ("credits", "GET", "/v1/virtual-accounts/{order}/credits"),
            Self::CreatePayout => ("create_payout", "POST", "/v1/payouts"),
            Self::FindPayout => ("find_payout", "GET", "/v1/payouts/{payout}"),
            Self::VerifyBeneficiary => {
                ("verify_beneficiary", "GET", "/v1/beneficiaries/{bank}/{number}")
            }
            Self::Balance => ("balance", "GET", "/v1/balance"),
            Self::Accounts => ("accounts", "GET", "/v1/accounts"),
            Self::Entries => ("entries", "GET", "/v1/statement"),
            Self::FindTransaction => ("find_transaction", "GET", "/v1/statement/{transaction}"),
        }
    }
}

fn is_name(segment: &str) -> bool {
    segment.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_found_at_its_own_method_and_path() {
        for operation in Operation::ALL {
            let path = operation.path(&["a", "b"]);
            let (found, _) = Operation::at(&operation.method(), &path).unwrap();
            assert_eq!(found, operation, "{path}");
        }
    }

    #[test]
    fn a_call_is_named_in_json_as_in_rust() {
        for operation in Operation::ALL {
            let json = serde_json::to_value(operation).unwrap();
            assert_eq!(json, operation.name());
        }
    }

    #[test]
    fn names_come_out_of_the_path_as_they_went_in() {
        let path = Operation::VerifyBeneficiary.path(&["970436", "0071001234567"]);
        assert_eq!(path, "/v1/beneficiaries/970436/0071001234567");
        let (_, names) = Operation::at(&Method::GET, &path).unwrap();
        assert_eq!(names, ["970436", "0071001234567"]);
        assert_eq!(Operation::at(&Method::GET, "/v1/payments/a/b"), None);
    }
}
