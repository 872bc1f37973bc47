//! The operations of the partner API (source: developer.sepay.vn, SePay OAuth2: bank accounts,
//! transactions, webhooks, user, company). The library `oauth2` requests tokens, at `/oauth/token`.

use http::Method;

use crate::client::{Api::OAuth, Operation};

/// Lists one page of bank accounts.
pub(crate) static BANK_ACCOUNTS: Operation =
    Operation::inquiry(OAuth, "oauth_bank_accounts", "/api/v1/bank-accounts");

/// Returns one bank account.
pub(crate) static BANK_ACCOUNT: Operation =
    Operation::inquiry(OAuth, "oauth_bank_account", "/api/v1/bank-accounts/{id}");

/// Lists one page of the sub-accounts of a bank account.
pub(crate) static SUB_ACCOUNTS: Operation =
    Operation::inquiry(OAuth, "oauth_sub_accounts", "/api/v1/bank-accounts/{account}/sub-accounts");

/// Lists one page of transactions.
pub(crate) static TRANSACTIONS: Operation =
    Operation::inquiry(OAuth, "oauth_transactions", "/api/v1/transactions");

/// Returns the user who authorised the app.
pub(crate) static ME: Operation = Operation::inquiry(OAuth, "oauth_me", "/api/v1/me");

/// Returns the merchant's company.
pub(crate) static COMPANY: Operation =
    Operation::inquiry(OAuth, "oauth_company", "/api/v1/company");

/// Changes how SePay processes the company's transactions.
pub(crate) static CONFIGURE_COMPANY: Operation = Operation::instruction(
    OAuth,
    "oauth_configure_company",
    Method::PATCH,
    "/api/v1/company/configurations",
);

/// Lists one page of webhooks.
pub(crate) static WEBHOOKS: Operation =
    Operation::inquiry(OAuth, "oauth_webhooks", "/api/v1/webhooks");

/// Returns one webhook.
pub(crate) static WEBHOOK: Operation =
    Operation::inquiry(OAuth, "oauth_webhook", "/api/v1/webhooks/{id}");

/// Registers a webhook.
pub(crate) static CREATE_WEBHOOK: Operation =
    Operation::instruction(OAuth, "oauth_create_webhook", Method::POST, "/api/v1/webhooks");

/// Changes a webhook.
pub(crate) static UPDATE_WEBHOOK: Operation =
    Operation::instruction(OAuth, "oauth_update_webhook", Method::PATCH, "/api/v1/webhooks/{id}");

/// Deletes a webhook.
pub(crate) static DELETE_WEBHOOK: Operation =
    Operation::instruction(OAuth, "oauth_delete_webhook", Method::DELETE, "/api/v1/webhooks/{id}");

/// Every operation of the partner API.
#[cfg(test)]
pub(crate) static OPERATIONS: [&Operation; 12] = [
    &BANK_ACCOUNTS,
    &BANK_ACCOUNT,
    &SUB_ACCOUNTS,
    &TRANSACTIONS,
    &ME,
    &COMPANY,
    &CONFIGURE_COMPANY,
    &WEBHOOKS,
    &WEBHOOK,
    &CREATE_WEBHOOK,
    &UPDATE_WEBHOOK,
    &DELETE_WEBHOOK,
];
