//! The scopes that a merchant can allow.

/// A permission that a merchant gives an app (source: developer.sepay.vn, SePay OAuth2: overview).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// `bank-account:read`: bank accounts and their balances.
    BankAccountRead,
    /// `transaction:read`: transactions.
    TransactionRead,
    /// `webhook:read`: webhooks.
    WebhookRead,
    /// `webhook:write`: creating and changing webhooks.
    WebhookWrite,
    /// `webhook:delete`: deleting webhooks.
    WebhookDelete,
    /// `profile`: the user's name and contact data.
    Profile,
    /// `company`: the company and its configuration.
    Company,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::BankAccountRead,
        Self::TransactionRead,
        Self::WebhookRead,
        Self::WebhookWrite,
        Self::WebhookDelete,
        Self::Profile,
        Self::Company,
    ];

    /// Returns the name of the scope on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::BankAccountRead => "bank-account:read",
            Self::TransactionRead => "transaction:read",
            Self::WebhookRead => "webhook:read",
            Self::WebhookWrite => "webhook:write",
            Self::WebhookDelete => "webhook:delete",
            Self::Profile => "profile",
            Self::Company => "company",
        }
    }
}
