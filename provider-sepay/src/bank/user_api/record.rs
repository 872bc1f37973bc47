//! Bank accounts, transactions and virtual accounts.

use std::fmt;

use payments_core::{Direction, Timestamp, money::Money};

/// One line of a bank account's statement.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// SePay's id of the transaction: a number in v1, a UUID in v2.
    pub id: String,
    /// The time at which the bank booked the transaction.
    pub at: Option<Timestamp>,
    /// Whether money arrived or left. `None` if no money moved, or if SePay does not document the
    /// direction.
    pub direction: Option<Direction>,
    /// The amount that arrived, or zero if money left.
    pub amount_in: Money,
    /// The amount that left, or zero if money arrived.
    pub amount_out: Money,
    /// The balance after the transaction.
    pub accumulated: Option<Money>,
    /// The number of the merchant's bank account.
    pub account_number: Option<String>,
    /// SePay's id of the merchant's bank account.
    pub bank_account_id: Option<String>,
    /// SePay's short name of the bank.
    pub bank_brand_name: Option<String>,
    /// The virtual account or sub-account that the money arrived on.
    pub virtual_account: Option<String>,
    /// SePay's id of that virtual account. v2 only.
    pub virtual_account_id: Option<String>,
    /// The memo of the transfer.
    pub content: Option<String>,
    /// The bank's reference of the transfer.
    pub reference_number: Option<String>,
    /// The payment code that SePay found in the memo, or the code of the order that it paid.
    pub code: Option<String>,
    /// Whether webhooks were acknowledged. SePay documents 0 or 1, but was seen to send a count. v2
    /// only.
    pub webhook_success: Option<i64>,
}

/// A bank account that is linked to SePay.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BankAccount {
    /// SePay's id of the bank account: a number in v1, a UUID in v2.
    pub id: String,
    /// The holder of the account.
    pub holder: Option<String>,
    /// The account number at the bank.
    pub account_number: Option<String>,
    /// The balance after the last transaction.
    pub accumulated: Option<Money>,
    /// The time of the last transaction.
    pub last_transaction: Option<Timestamp>,
    /// The merchant's own name for the account.
    pub label: Option<String>,
    /// The type of the account, such as `personal`. v2 only.
    pub account_type: Option<String>,
    /// Whether the account is in use.
    pub active: Option<bool>,
    /// The time at which the account was linked.
    pub created_at: Option<Timestamp>,
    /// The bank's short name, such as `VietinBank`.
    pub bank_short_name: Option<String>,
    /// The bank's registered name.
    pub bank_full_name: Option<String>,
    /// The bank's BIN, as used in VietQR.
    pub bank_bin: Option<String>,
    /// The bank's short code, such as `ICB`.
    pub bank_code: Option<String>,
}

/// A virtual account of a bank account, either permanent or for one order. v2 only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// SePay's id of the virtual account.
    pub id: String,
    /// The account number to transfer to.
    pub number: Option<String>,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// The merchant's own name for the account.
    pub label: Option<String>,
    /// Whether the account is in use.
    pub active: Option<bool>,
    /// Whether the bank opened the account. If `false`, the account exists only at SePay, which
    /// recognises it by the memo.
    pub official: Option<bool>,
    /// Whether the account is permanent. If `false`, it is for one order.
    pub is_static: Option<bool>,
    /// SePay's id of the bank account that receives the money.
    pub bank_account_id: Option<String>,
    /// The time at which the account was opened.
    pub created_at: Option<Timestamp>,
    /// The time of the account's last change.
    pub updated_at: Option<Timestamp>,
}

/// A prefix of virtual account numbers at Sacombank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prefix {
    /// The prefix, such as `SEP200001WEB`.
    pub va_prefix: String,
    /// The shop's short name.
    pub store_id: Option<String>,
    /// The shop's name.
    pub store_name: Option<String>,
    /// SePay's word for the state of the prefix, such as `active`.
    pub status: Option<String>,
    /// The time at which the prefix was created.
    pub created_at: Option<Timestamp>,
}

/// A terminal at Vietcombank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terminal {
    /// SePay's id of the terminal, which cannot be used for orders.
    pub xid: Option<String>,
    /// The bank's id of the terminal, which orders use.
    pub tid: String,
    /// The merchant's own name for the terminal.
    pub name: Option<String>,
    /// The time at which the terminal was created.
    pub created_at: Option<Timestamp>,
}

impl fmt::Debug for Transaction {
    /// Omits the memo, which may contain names, and the balance.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("id", &self.id)
            .field("at", &self.at)
            .field("amount_in", &self.amount_in)
            .field("amount_out", &self.amount_out)
            .field("reference_number", &self.reference_number)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BankAccount {
    /// Omits the holder, the number and the balance.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankAccount")
            .field("id", &self.id)
            .field("bank_short_name", &self.bank_short_name)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VirtualAccount {
    /// Omits the holder and the number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualAccount")
            .field("id", &self.id)
            .field("label", &self.label)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}
