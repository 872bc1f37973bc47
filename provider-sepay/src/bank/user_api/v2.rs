//! The filters of the User API v2 (source: developer.sepay.vn, SePay API v2: transactions, bank
//! accounts, virtual accounts, VA orders). The parameters `fields` and `timestamp_format` are
//! omitted, because they change only the form of a response.

use payments_core::{Direction, Timestamp, money::Money};

use super::filter::{Sort, filter};

filter! {
    /// A filter of the transactions to list.
    TransactionFilter {
        /// Selects transactions with this text in the bank's reference, the memo or the payment
        /// code.
        q: String,
        /// Selects transactions of this bank account.
        bank_account_id: String,
        /// Selects transactions of this virtual account.
        va_id: String,
        /// Selects transactions at this bank, by SePay's short name.
        bank_brand_name: String,
        /// Selects transactions booked at this time or later.
        transaction_date_from: Timestamp,
        /// Selects transactions booked at this time or earlier.
        transaction_date_to: Timestamp,
        /// Selects credits of at least this amount.
        amount_in_min: Money,
        /// Selects credits of at most this amount.
        amount_in_max: Money,
        /// Selects debits of at least this amount.
        amount_out_min: Money,
        /// Selects debits of at most this amount.
        amount_out_max: Money,
        /// Selects transactions with exactly this reference of the bank.
        reference_number: String,
        /// Selects transactions with this text in the memo.
        transaction_content: String,
        /// Selects money that arrived, or money that left.
        transfer_type: Direction,
        /// Selects transactions by whether a webhook about them was acknowledged.
        webhook_success: bool,
        /// Selects transactions that SePay received after this one.
        since_id: String,
        /// Sorts by time.
        transaction_date_sort: Sort,
        /// Sorts by the amount that arrived.
        amount_in_sort: Sort,
        /// Sorts by the amount that left.
        amount_out_sort: Sort,
    }
}

filter! {
    /// A filter of the bank accounts to list.
    BankAccountFilter {
        /// Selects accounts at this bank, by SePay's short name.
        bank_short_name: String,
        /// Selects accounts whose last transaction was at this time or later.
        last_transaction_from: Timestamp,
        /// Selects accounts whose last transaction was at this time or earlier.
        last_transaction_to: Timestamp,
        /// Selects accounts with at least this balance.
        accumulated_min: Money,
        /// Selects accounts with at most this balance.
        accumulated_max: Money,
        /// Selects accounts with this text in the number or the holder's name.
        q: String,
        /// Selects accounts by whether they are in use.
        active: bool,
        /// Sorts by the time at which the accounts were linked.
        created_at_sort: Sort,
        /// Sorts by the time of the last transaction.
        last_transaction_sort: Sort,
        /// Sorts by balance.
        accumulated_sort: Sort,
    }
}

filter! {
    /// A filter of the virtual accounts to list.
    VirtualAccountFilter {
        /// Selects accounts with this text in the number or the label.
        q: String,
        /// Selects accounts by whether they are in use.
        active: bool,
        /// Selects accounts that the bank opened, or those that exist only at SePay.
        official: bool,
        /// Selects permanent accounts, or those for one order.
        r#static: bool,
        /// Sorts by the time at which the accounts were opened.
        created_at_sort: Sort,
    }
}

filter! {
    /// The sort order of the orders to list. SePay documents no parameter that selects orders.
    VaOrderFilter {
        /// Sorts by the time at which the orders were created. Default: the newest first.
        created_at_sort: Sort,
        /// Sorts by amount.
        amount_sort: Sort,
    }
}
