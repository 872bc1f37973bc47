//! HPay's MD5 signatures of messages, over their fields and the shared passcode.
//!
//! Each formula is implemented here independently of the client and tested with the same vectors,
//! so that one misreading cannot pass on both sides.

use md5::{Digest, Md5};

use crate::readings::Joint;

/// Computes the signatures of one merchant's messages.
///
/// The gateway signs and verifies messages with it, and tests sign messages of their own.
#[derive(Clone)]
pub struct Codes {
    merchant_id: String,
    passcode: String,
}

impl Codes {
    /// Returns a value that signs for the merchant with this id and passcode.
    pub fn new(merchant_id: impl Into<String>, passcode: impl Into<String>) -> Self {
        Self { merchant_id: merchant_id.into(), passcode: passcode.into() }
    }

    /// Returns the signature of a checkout link of version 1. Everything else in the link is
    /// unsigned.
    pub fn checkout_link(
        &self,
        receiver: &str,
        price: &str,
        currency: &str,
        order_code: &str,
    ) -> String {
        self.piped(&[&self.merchant_id, receiver, price, currency, order_code])
    }

    /// Returns the full signature of a link to `/checkout.php`: 16 of the signed values, without
    /// the merchant's number and the address to return to, in the order of HPay's libraries.
    ///
    /// The address is hashed in lower case.
    pub fn legacy_link(&self, return_url: &str, others: [&str; 16]) -> String {
        let return_url = return_url.to_ascii_lowercase();
        md5_hex(&format!(
            "{} {return_url} {} {}",
            self.merchant_id,
            others.join(" "),
            self.passcode
        ))
    }

    /// Returns the short signature of a link to `/checkout.php`. The address is hashed
    /// percent-encoded and in lower case.
    pub fn legacy_short_link(
        &self,
        return_url: &str,
        receiver: &str,
        transaction_info: &str,
        order_code: &str,
        price: &str,
    ) -> String {
        let return_url = percent_encoded(return_url).to_ascii_lowercase();
        md5_hex(&format!(
            "{} {return_url} {receiver} {transaction_info} {order_code} {price} {}",
            self.merchant_id, self.passcode
        ))
    }

    /// Returns the signature of a link that revokes a token. HPay's own formula is not published.
    pub fn token_revocation(&self, email: &str, bank_code: &str, bank_token: &str) -> String {
        self.piped(&[&self.merchant_id, email, bank_code, bank_token])
    }

    /// Returns the signature of a call to `return_url` or `notify_url`, over transaction_info,
    /// order_code, price, payment_id, payment_type and error_text, in this order.
    ///
    /// The text that is hashed begins with a space.
    pub fn payment_notification(&self, signed: [&str; 6]) -> String {
        md5_hex(&format!(" {} {} {}", signed.join(" "), self.merchant_id, self.passcode))
    }

    /// Returns the signature of an order inquiry. An inquiry names one of two references, and the
    /// signature covers this reference.
    ///
    /// HPay's own formula is not published.
    pub fn order_inquiry(&self, order_code: Option<&str>, transaction_id: Option<&str>) -> String {
        let mut fields = vec![self.merchant_id.as_str()];
        fields.extend(order_code);
        fields.extend(transaction_id);
        self.piped(&fields)
    }

    /// Returns the signature of a request that opens a virtual account. Of the request's fields it
    /// covers the merchant's number and the condition.
    pub fn account_create(&self, condition: &str) -> String {
        self.piped(&[&self.merchant_id, condition])
    }

    /// Returns the signature of a request that renames a virtual account. HPay's own formula is not
    /// published.
    pub fn account_rename(&self, va_account: &str, va_name: &str) -> String {
        self.piped(&[&self.merchant_id, va_account, va_name])
    }

    /// Returns the signature of a request that closes or reopens a virtual account. HPay's own
    /// formula is not published.
    pub fn account_revoke(&self, account_va: &str, flag: &str) -> String {
        self.piped(&[&self.merchant_id, account_va, flag])
    }

    /// Returns the signature of a virtual account inquiry. HPay's own formula is not published.
    pub fn account_inquiry(&self, va_account: &str) -> String {
        self.piped(&[&self.merchant_id, va_account])
    }

    /// Returns the signature of a virtual account callback. The signature covers neither the amount
    /// nor the account.
    ///
    /// The reference names the fields; that they are joined by a pipe is an assumption.
    pub fn account_callback(&self, cashin: &str, order_id: &str) -> String {
        self.account_callback_joined(cashin, order_id, Joint::Pipe)
    }

    /// The same with another joint.
    pub(crate) fn account_callback_joined(
        &self,
        cashin: &str,
        order_id: &str,
        joint: Joint,
    ) -> String {
        md5_hex(&[cashin, order_id, &self.passcode].join(joint.text()))
    }

    /// Returns the signature of a virtual account callback of the newer OpenAPI. The signature
    /// covers the amount and the account.
    ///
    /// The formula comes from one of two public merchant code bases; the other one swaps the last
    /// two fields. HPay confirmed neither.
    pub fn openapi_account_callback(
        &self,
        va_account: &str,
        amount: &str,
        cashin_id: &str,
        transaction_id: &str,
        client_request_id: &str,
    ) -> String {
        let last = [client_request_id, &self.merchant_id];
        self.openapi_account_callback_ending(va_account, amount, cashin_id, transaction_id, last)
    }

    /// The same with the two fields after the passcode in any order.
    pub(crate) fn openapi_account_callback_ending(
        &self,
        va_account: &str,
        amount: &str,
        cashin_id: &str,
        transaction_id: &str,
        [first, second]: [&str; 2],
    ) -> String {
        md5_hex(&format!(
            "{va_account}|{amount}|{cashin_id}|{transaction_id}|{}|{first}|{second}",
            self.passcode
        ))
    }

    /// Returns the signature of a beneficiary name check. HPay's own formula is not published.
    pub fn name_check(&self, bank_name: &str, bank_account_number: &str) -> String {
        self.piped(&[&self.merchant_id, bank_name, bank_account_number])
    }

    /// Returns the signature of a payout inquiry. HPay's own formula is not published.
    pub fn payout_inquiry(&self, request_id: &str, transaction_id: Option<&str>) -> String {
        let mut fields = vec![request_id, self.merchant_id.as_str()];
        fields.extend(transaction_id);
        self.piped(&fields)
    }

    /// The text that the merchant signs with its private key to pay out. It does not contain the
    /// account.
    pub fn payout_request_text(&self, request_id: &str, amount: &str, name: &str) -> String {
        self.with_passcode(&[request_id, &self.merchant_id, amount, name])
    }

    /// The text that HPay signs with its private key in the response to a payout. It does not
    /// contain the code.
    pub fn payout_answer_text(&self, request_id: &str, number: &str, cashout_id: &str) -> String {
        self.with_passcode(&[request_id, number, cashout_id])
    }

    /// The text that the merchant signs to ask for its balance. HPay's own layout is not published.
    pub fn balance_request_text(&self, request_id: &str, request_time: &str) -> String {
        self.with_passcode(&[request_id, &self.merchant_id, request_time])
    }

    /// The text that the merchant signs with its private key in a request of the newer OpenAPI: the
    /// base64 of its data.
    pub fn openapi_request_text(&self, data: &str) -> String {
        self.with_passcode(&[data])
    }

    /// The text that HPay signs with its private key in a response of the newer OpenAPI: its code and
    /// the base64 of its data.
    pub fn openapi_response_text(&self, error_code: &str, data: &str) -> String {
        self.with_passcode(&[error_code, data])
    }

    fn piped(&self, fields: &[&str]) -> String {
        md5_hex(&self.with_passcode(fields))
    }

    fn with_passcode(&self, fields: &[&str]) -> String {
        format!("{}|{}", fields.join("|"), self.passcode)
    }
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codes").field("merchant_id", &self.merchant_id).finish_non_exhaustive()
    }
}

/// Returns a value in the documented format, for a signature whose formula HPay does not publish.
///
/// The value is made without the passcode, so that no program can rely on it as a signature.
pub(crate) fn filler(parts: &[&str]) -> String {
    md5_hex(&parts.join(" "))
}

/// Returns a signature that is well formed and wrong.
pub(crate) fn forged(code: &str) -> String {
    md5_hex(code)
}

/// Percent-encodes a value as PHP does: all but letters, digits, `-`, `_` and `.`, and a space as a
/// plus.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

fn md5_hex(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}
