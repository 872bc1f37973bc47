//! The operations of the User API for transactions and accounts (source: developer.sepay.vn, SePay
//! API v2; SePay API v1). Those for orders with virtual accounts are in
//! [`virtual_account::api`](super::virtual_account::api).

use crate::client::{
    Api::{UserApiV1, UserApiV2},
    Operation,
};

/// Lists one page of transactions (transactions).
pub(crate) static TRANSACTIONS: Operation =
    Operation::inquiry(UserApiV2, "transactions", "/v2/transactions");

/// Returns one transaction (transactions).
pub(crate) static TRANSACTION: Operation =
    Operation::inquiry(UserApiV2, "transactions", "/v2/transactions/{id}");

/// Lists one page of bank accounts (bank accounts).
pub(crate) static BANK_ACCOUNTS: Operation =
    Operation::inquiry(UserApiV2, "bank_accounts", "/v2/bank-accounts");

/// Returns one bank account (bank accounts).
pub(crate) static BANK_ACCOUNT: Operation =
    Operation::inquiry(UserApiV2, "bank_accounts", "/v2/bank-accounts/{id}");

/// Lists the virtual accounts of a bank account (virtual accounts).
pub(crate) static VIRTUAL_ACCOUNTS: Operation =
    Operation::inquiry(UserApiV2, "virtual_accounts", "/v2/bank-accounts/{account}/va");

/// Returns one virtual account (virtual accounts).
pub(crate) static VIRTUAL_ACCOUNT: Operation =
    Operation::inquiry(UserApiV2, "virtual_accounts", "/v2/bank-accounts/{account}/va/{id}");

/// Lists Sacombank's prefixes of virtual account numbers (VA prefixes).
pub(crate) static PREFIXES: Operation =
    Operation::inquiry(UserApiV2, "va_prefixes", "/v2/bank-accounts/{account}/prefixes");

/// Returns one prefix (VA prefixes).
pub(crate) static PREFIX: Operation =
    Operation::inquiry(UserApiV2, "va_prefixes", "/v2/bank-accounts/{account}/prefixes/{id}");

/// Lists Vietcombank's terminals (terminals).
pub(crate) static TERMINALS: Operation =
    Operation::inquiry(UserApiV2, "terminals", "/v2/bank-accounts/{account}/terminals");

/// Lists transactions, at most 5,000 (transactions).
pub(crate) static V1_TRANSACTIONS: Operation =
    Operation::inquiry(UserApiV1, "v1_transactions", "/transactions/list");

/// Returns one transaction (transactions).
pub(crate) static V1_TRANSACTION: Operation =
    Operation::inquiry(UserApiV1, "v1_transactions", "/transactions/details/{id}");

/// Counts transactions (transactions).
pub(crate) static V1_TRANSACTION_COUNT: Operation =
    Operation::inquiry(UserApiV1, "v1_transactions", "/transactions/count");

/// Lists bank accounts (bank accounts).
pub(crate) static V1_BANK_ACCOUNTS: Operation =
    Operation::inquiry(UserApiV1, "v1_bank_accounts", "/bankaccounts/list");

/// Returns one bank account (bank accounts).
pub(crate) static V1_BANK_ACCOUNT: Operation =
    Operation::inquiry(UserApiV1, "v1_bank_accounts", "/bankaccounts/details/{id}");

/// Counts bank accounts (bank accounts).
pub(crate) static V1_BANK_ACCOUNT_COUNT: Operation =
    Operation::inquiry(UserApiV1, "v1_bank_accounts", "/bankaccounts/count");

/// Every operation of this module.
#[cfg(test)]
pub(crate) static OPERATIONS: [&Operation; 15] = [
    &TRANSACTIONS,
    &TRANSACTION,
    &BANK_ACCOUNTS,
    &BANK_ACCOUNT,
    &VIRTUAL_ACCOUNTS,
    &VIRTUAL_ACCOUNT,
    &PREFIXES,
    &PREFIX,
    &TERMINALS,
    &V1_TRANSACTIONS,
    &V1_TRANSACTION,
    &V1_TRANSACTION_COUNT,
    &V1_BANK_ACCOUNTS,
    &V1_BANK_ACCOUNT,
    &V1_BANK_ACCOUNT_COUNT,
];
