//! The filters of the User API v1 (source: developer.sepay.vn, SePay API v1: transactions, bank
//! accounts). SePay no longer extends this version.

use payments_core::{Timestamp, money::Money};

use super::filter::filter;

filter! {
    /// A filter of the transactions to list or count.
    TransactionFilter {
        /// Selects the transactions of the account with this number.
        account_number: String,
        /// Selects transactions booked at this time or later.
        transaction_date_min: Timestamp,
        /// Selects transactions booked at this time or earlier.
        transaction_date_max: Timestamp,
        /// Selects this transaction and those after it.
        since_id: u64,
        /// Sets the maximum number of transactions to list. Default and maximum: 5,000.
        limit: u64,
        /// Selects transactions with this reference of the bank.
        reference_number: String,
        /// Selects credits of exactly this amount.
        amount_in: Money,
        /// Selects debits of exactly this amount.
        amount_out: Money,
    }
}

filter! {
    /// A filter of the bank accounts to list or count.
    BankAccountFilter {
        /// Selects accounts at this bank, by SePay's short name.
        short_name: String,
        /// Selects accounts whose last transaction was at this time or later.
        last_transaction_date_min: Timestamp,
        /// Selects accounts whose last transaction was at this time or earlier.
        last_transaction_date_max: Timestamp,
        /// Selects this account and those after it.
        since_id: u64,
        /// Sets the maximum number of accounts to list. Default: 100.
        limit: u64,
        /// Selects accounts with at least this balance.
        accumulated_min: Money,
        /// Selects accounts with at most this balance.
        accumulated_max: Money,
    }
}
