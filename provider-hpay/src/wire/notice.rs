/// The query of a payment notification, decoded once. What is missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct PaymentNotice<'a> {
    pub(crate) order_code: &'a str,
    pub(crate) price: &'a str,
    pub(crate) payment_id: &'a str,
    pub(crate) payment_type: &'a str,
    pub(crate) error_text: &'a str,
}

/// The query of a virtual account callback, decoded once, under either set of names. What is
/// missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct CreditNotice<'a> {
    /// `cashin`, or `cashin_id`.
    pub(crate) cashin: &'a str,
    pub(crate) order_id: &'a str,
    pub(crate) va_account: &'a str,
    /// `fullAccountNumber`; the newer set has none.
    pub(crate) full_account_number: &'a str,
    pub(crate) amount: &'a str,
    /// `remark`, or `transfer_content`.
    pub(crate) remark: &'a str,
    pub(crate) time_paid: &'a str,
    /// Only of money that came through the checkout page.
    pub(crate) order_code: &'a str,
    pub(crate) error_code: &'a str,
}

/// What a payment notification says of the buyer's card, decoded once. What is missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct SavedCard<'a> {
    pub(crate) bank_code: &'a str,
    pub(crate) card_number: &'a str,
    /// Of a domestic card.
    pub(crate) tokenization: &'a str,
    /// Of an international card.
    pub(crate) token_cyber: &'a str,
}
