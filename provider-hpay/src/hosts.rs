//! HPay's hosts, by environment (source: HPay API reference 1.0.0, Environments).

use payments_core::Environment;

/// One of HPay's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The host of links, order inquiries and revocations of tokens.
    Checkout,
    /// The host of payouts, virtual accounts and the balance.
    Account,
    /// The host of virtual accounts' credits, of payouts of "special" merchants, and of the newer
    /// OpenAPI.
    Openapi,
}

/// The address of each host, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hosts {
    pub(crate) checkout: String,
    pub(crate) account: String,
    pub(crate) openapi: String,
}

impl Host {
    /// Returns the address in the reference.
    pub(crate) fn address(self, environment: Environment) -> &'static str {
        match (environment, self) {
            (Environment::Sandbox, Self::Checkout) => "https://checkout-sandbox.hpay.com.vn",
            (Environment::Sandbox, Self::Account) => "https://account-sandbox.hpay.com.vn",
            (Environment::Sandbox, Self::Openapi) => "https://openapi-sandbox.htpgroup.com.vn",
            (Environment::Production, Self::Checkout) => "https://checkout.hpay.com.vn",
            (Environment::Production, Self::Account) => "https://account.hpay.com.vn",
            (Environment::Production, Self::Openapi) => "https://openapi.htpgroup.com.vn",
        }
    }
}

impl Hosts {
    /// Returns the address in use for a host.
    pub(crate) fn address(&self, host: Host) -> &str {
        match host {
            Host::Checkout => &self.checkout,
            Host::Account => &self.account,
            Host::Openapi => &self.openapi,
        }
    }
}
