//! Why a control request is refused.

/// An action that is impossible in the present state. Nothing was booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// No buyer ever arrived with this invoice number or order id.
    #[error("there is no order {0}: it exists once a buyer arrives with its form")]
    UnknownOrder(String),
    /// The order is not waiting for a payment.
    #[error("order {order} cannot be paid: it is {status}")]
    NotPayable {
        /// Its invoice number or order id.
        order: String,
        /// Its `order_status`.
        status: &'static str,
    },
    /// The form fixed another method.
    #[error("order {0} is to be paid by another method")]
    OtherMethod(String),
    /// The order is a `VERIFY`. SePay does not document what follows one.
    #[error("order {0} is a verification: nothing is to be paid")]
    NothingToPay(String),
    /// SePay cancels only unpaid orders by bank transfer.
    #[error("order {0} cannot be cancelled")]
    NotCancellable(String),
    /// SePay voids only captured card payments, before they settle.
    #[error("the payment of order {0} cannot be voided")]
    NotVoidable(String),
    /// The order opened no agreement, or its first payment was never made.
    #[error("order {0} has no agreement that could be renewed")]
    NoAgreement(String),
    /// The merchant has no such bank account.
    #[error("there is no bank account {0}")]
    UnknownAccount(String),
    /// The virtual account accepts no more money.
    #[error("virtual account {0} accepts no money: it is paid or cancelled")]
    VirtualAccountClosed(String),
    /// The virtual account accepts only its own amount.
    #[error("virtual account {0} accepts another amount only")]
    OtherAmount(String),
    /// There is no bank transaction with this webhook id.
    #[error("there is no bank transaction {0}")]
    UnknownTransaction(u64),
    /// The amount is zero, or too large for the balance.
    #[error("{0} is not an amount to transfer")]
    Amount(u64),
    /// The transfer is not reported to SePay, because its memo does not begin with this text. The
    /// money arrives at the bank all the same.
    #[error(
        "a transfer to account {account} is not reported to SePay: its memo does not begin with {lead}"
    )]
    NotReported {
        /// The number of the account.
        account: String,
        /// The text that the memo must begin with.
        lead: String,
    },
    /// The balance is lower than the amount.
    #[error("the balance of account {0} is too low")]
    InsufficientBalance(String),
}
