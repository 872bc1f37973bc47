//! What the User API v1 can be asked for (developer.sepay.vn, SePay API v1: transactions, bank
//! accounts). SePay adds nothing to it any more.

use payments_core::{Timestamp, money::Money};

use super::filter::filter;

filter! {
    /// Which transactions to list or to count.
    TransactionFilter {
        /// Of the account with this number.
        account_number: String,
        /// Booked at this time or later.
        transaction_date_min: Timestamp,
        /// Booked at this time or earlier.
        transaction_date_max: Timestamp,
        /// Rows with this number or a larger one.
        since_id: u64,
        /// The most rows to return. SePay returns 5,000 by default, and never more.
        limit: u64,
        /// With this reference of the bank.
        reference_number: String,
        /// Credits of exactly this amount.
        amount_in: Money,
        /// Debits of exactly this amount.
        amount_out: Money,
    }
}

filter! {
    /// Which bank accounts to list or to count.
    BankAccountFilter {
        /// At this bank, by SePay's short name.
        short_name: String,
        /// With a last transaction at this time or later.
        last_transaction_date_min: Timestamp,
        /// With a last transaction at this time or earlier.
        last_transaction_date_max: Timestamp,
        /// Rows with this number or a larger one.
        since_id: u64,
        /// The most rows to return. SePay returns 100 by default.
        limit: u64,
        /// With at least this balance.
        accumulated_min: Money,
        /// With at most this balance.
        accumulated_max: Money,
    }
}
