//! Why the simulated world refuses a control request.

/// What a buyer, a bank or a merchant cannot do now. Nothing was booked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// No buyer ever arrived with this invoice number or order id.
    #[error("there is no order {0}: it exists once a buyer arrives with its form")]
    UnknownOrder(String),
    /// The order is not waiting for a payment.
    #[error("order {order} takes no payment: it is {status}")]
    NotPayable {
        /// Its invoice number or order id.
        order: String,
        /// Its `order_status`.
        status: &'static str,
    },
    /// The form fixed another method.
    #[error("order {0} is to be paid by another method")]
    OtherMethod(String),
    /// The order is a `VERIFY`. What SePay does after one is documented nowhere.
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
    /// The virtual account takes no more money.
    #[error("virtual account {0} takes no money: it is paid or cancelled")]
    VirtualAccountClosed(String),
    /// The virtual account takes its own amount only.
    #[error("virtual account {0} takes another amount")]
    OtherAmount(String),
    /// There is no bank transaction with this webhook id.
    #[error("there is no bank transaction {0}")]
    UnknownTransaction(u64),
    /// A transfer of nothing, or one that the balance cannot hold.
    #[error("{0} is not an amount to transfer")]
    Amount(u64),
    /// SePay hears nothing of a transfer whose memo does not begin with this word. The money is at
    /// the bank all the same.
    #[error("SePay hears nothing of a transfer to account {account} whose memo lacks {lead}")]
    NotReported {
        /// The number of the account.
        account: String,
        /// What the memo has to begin with.
        lead: String,
    },
    /// The account holds less than is to leave.
    #[error("account {0} holds too little")]
    InsufficientBalance(String),
}
