//! What the User API v2 can be asked for (developer.sepay.vn, SePay API v2: transactions, bank
//! accounts, virtual accounts, VA orders). `fields` and `timestamp_format` are left out: they
//! change the form of an answer and not what it says.

use payments_core::{Direction, Timestamp, money::Money};

use super::filter::{Sort, filter};

filter! {
    /// Which transactions to list.
    TransactionFilter {
        /// With this in the bank's reference, the memo or the payment code.
        q: String,
        /// On this bank account.
        bank_account_id: String,
        /// On this virtual account.
        va_id: String,
        /// At this bank, by SePay's short name.
        bank_brand_name: String,
        /// Booked at this time or later.
        transaction_date_from: Timestamp,
        /// Booked at this time or earlier.
        transaction_date_to: Timestamp,
        /// Credits of at least this amount.
        amount_in_min: Money,
        /// Credits of at most this amount.
        amount_in_max: Money,
        /// Debits of at least this amount.
        amount_out_min: Money,
        /// Debits of at most this amount.
        amount_out_max: Money,
        /// With exactly this reference of the bank.
        reference_number: String,
        /// With this in the memo.
        transaction_content: String,
        /// Money that arrived, or money that left.
        transfer_type: Direction,
        /// Whether a webhook was taken.
        webhook_success: bool,
        /// Newer than this one, in the order of arrival.
        since_id: String,
        /// By time.
        transaction_date_sort: Sort,
        /// By what arrived.
        amount_in_sort: Sort,
        /// By what left.
        amount_out_sort: Sort,
    }
}

filter! {
    /// Which bank accounts to list.
    BankAccountFilter {
        /// At this bank, by SePay's short name.
        bank_short_name: String,
        /// With a last transaction at this time or later.
        last_transaction_from: Timestamp,
        /// With a last transaction at this time or earlier.
        last_transaction_to: Timestamp,
        /// With at least this balance.
        accumulated_min: Money,
        /// With at most this balance.
        accumulated_max: Money,
        /// With this in number or holder.
        q: String,
        /// Those in use, or those out of use.
        active: bool,
        /// By when they were linked.
        created_at_sort: Sort,
        /// By their last transaction.
        last_transaction_sort: Sort,
        /// By balance.
        accumulated_sort: Sort,
    }
}

filter! {
    /// Which virtual accounts to list.
    VirtualAccountFilter {
        /// With this in number or label.
        q: String,
        /// Those in use, or those out of use.
        active: bool,
        /// Those that the bank opened, or those that only SePay knows.
        official: bool,
        /// Those that stay, or those for one order.
        r#static: bool,
        /// By when they were opened.
        created_at_sort: Sort,
    }
}

filter! {
    /// Which orders to list. No page names a filter, only these orders of the list.
    VaOrderFilter {
        /// Sorted by the time of creation, the newest first by default.
        created_at_sort: Sort,
        /// By amount.
        amount_sort: Sort,
    }
}
