//! The codes that authenticate messages: MD5 over their fields and the shared passcode.
//!
//! Each formula is implemented here independently of the client and tested with the same vectors,
//! so that one misreading cannot pass on both sides.

use md5::{Digest, Md5};

use crate::readings::Joint;

/// Makes the codes of one merchant.
///
/// The gateway checks and signs messages with it, and tests can sign their own.
#[derive(Clone)]
pub struct Codes {
    merchant_id: String,
    passcode: String,
}

impl Codes {
    /// The codes of the merchant that has this id and passcode.
    pub fn new(merchant_id: impl Into<String>, passcode: impl Into<String>) -> Self {
        Self { merchant_id: merchant_id.into(), passcode: passcode.into() }
    }

    /// The code in a checkout link of version 1. Everything else in the link is unsigned.
    pub fn checkout_link(
        &self,
        receiver: &str,
        price: &str,
        currency: &str,
        order_code: &str,
    ) -> String {
        self.piped(&[&self.merchant_id, receiver, price, currency, order_code])
    }

    /// The code in a link to `/checkout.php`, in full: 16 of the values that it is over, without
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

    /// The code in a link to `/checkout.php`, in short. The address is hashed percent-encoded and
    /// in lower case.
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

    /// The code in a link that revokes a token. HPay's own formula is not published.
    pub fn token_revocation(&self, email: &str, bank_code: &str, bank_token: &str) -> String {
        self.piped(&[&self.merchant_id, email, bank_code, bank_token])
    }

    /// The code on `return_url` and `notify_url`, over transaction_info, order_code, price,
    /// payment_id, payment_type and error_text, in this order.
    ///
    /// The text that is hashed begins with a space.
    pub fn payment_notification(&self, signed: [&str; 6]) -> String {
        md5_hex(&format!(" {} {} {}", signed.join(" "), self.merchant_id, self.passcode))
    }

    /// The code of an order inquiry, over the one of the two references that is asked for.
    ///
    /// HPay's own formula is not published.
    pub fn order_inquiry(&self, order_code: Option<&str>, transaction_id: Option<&str>) -> String {
        let mut fields = vec![self.merchant_id.as_str()];
        fields.extend(order_code);
        fields.extend(transaction_id);
        self.piped(&fields)
    }

    /// The code that opens a virtual account. It depends on the condition only.
    pub fn account_create(&self, condition: &str) -> String {
        self.piped(&[&self.merchant_id, condition])
    }

    /// The code that renames a virtual account. HPay's own formula is not published.
    pub fn account_rename(&self, va_account: &str, va_name: &str) -> String {
        self.piped(&[&self.merchant_id, va_account, va_name])
    }

    /// The code that closes or reopens a virtual account. HPay's own formula is not published.
    pub fn account_revoke(&self, account_va: &str, flag: &str) -> String {
        self.piped(&[&self.merchant_id, account_va, flag])
    }

    /// The code of a virtual account inquiry. HPay's own formula is not published.
    pub fn account_inquiry(&self, va_account: &str) -> String {
        self.piped(&[&self.merchant_id, va_account])
    }

    /// The code on a virtual account callback. It covers no amount and no account.
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

    /// The code on a virtual account callback of the newer OpenAPI, which covers amount and account.
    ///
    /// Two public code bases of merchants have it; one of them swaps the last two fields.
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

    /// The code of a beneficiary name check. HPay's own formula is not published.
    pub fn name_check(&self, bank_name: &str, bank_account_number: &str) -> String {
        self.piped(&[&self.merchant_id, bank_name, bank_account_number])
    }

    /// The code of a payout inquiry. HPay's own formula is not published.
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

/// A value in the documented format, for a code whose formula HPay does not publish.
///
/// It is made without the passcode, so that no code can rely on it as a signature.
pub(crate) fn filler(parts: &[&str]) -> String {
    md5_hex(&parts.join(" "))
}

/// A code that is well formed and wrong.
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
