/// The query of a payment notification, decoded once. What is missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct PaymentNotice<'a> {
    pub(crate) order_code: &'a str,
    pub(crate) price: &'a str,
    pub(crate) payment_id: &'a str,
    pub(crate) payment_type: &'a str,
    pub(crate) error_text: &'a str,
}

/// The query of a virtual account callback, decoded once, under the names of the reference. What is
/// missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct CreditNotice<'a> {
    pub(crate) cashin: &'a str,
    pub(crate) order_id: &'a str,
    pub(crate) va_account: &'a str,
    /// `fullAccountNumber`.
    pub(crate) full_account_number: &'a str,
    pub(crate) amount: &'a str,
    pub(crate) remark: &'a str,
    pub(crate) time_paid: &'a str,
    /// Only of money that came through the checkout page.
    pub(crate) order_code: &'a str,
    pub(crate) error_code: &'a str,
}

/// The query of a virtual account callback of the newer OpenAPI, decoded once: the fields that its
/// code covers and an event is made of. What is missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct OpenapiCreditNotice<'a> {
    pub(crate) cashin_id: &'a str,
    /// The full number.
    pub(crate) va_account: &'a str,
    pub(crate) amount: &'a str,
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
