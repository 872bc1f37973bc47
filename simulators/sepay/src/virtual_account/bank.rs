//! The rules of each bank (source: developer.sepay.vn, SePay API v2, VA orders: quick start; create
//! order).

use crate::{Bank, ids};

/// The requirements of a bank for an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct BankRules {
    /// It needs a VA prefix.
    pub(super) prefix: bool,
    /// It needs a terminal.
    pub(super) terminal: bool,
    /// It needs an amount, and accepts only a transfer of exactly that amount.
    pub(super) exact: bool,
    /// It shows a name that the merchant chooses.
    pub(super) holder: bool,
    /// The maximum length of an order code.
    pub(super) longest_code: usize,
}

impl BankRules {
    /// `None` for a bank without orders.
    pub(super) fn of(bank: Bank) -> Option<Self> {
        match bank.code {
            "BIDV" => Some(Self {
                prefix: false,
                terminal: false,
                exact: false,
                holder: true,
                longest_code: 50,
            }),
            "STB" => Some(Self {
                prefix: true,
                terminal: false,
                exact: true,
                holder: false,
                longest_code: 50,
            }),
            "VCB" => Some(Self {
                prefix: false,
                terminal: true,
                exact: true,
                holder: false,
                longest_code: 15,
            }),
            _ => None,
        }
    }
}

/// The `serial`th VA number of a bank. None is longer than the 19 characters of a VietQR code, with
/// the usual prefix at Sacombank.
pub(crate) fn va_number(bank: Bank, prefix: &str, serial: u64) -> String {
    match bank.code {
        "BIDV" => {
            let tail = ids::uuid("va-number", serial).replace('-', "").to_uppercase();
            format!("963NQDO{}", tail.get(..12).unwrap_or_default())
        }
        "STB" => format!("{prefix}{serial:07}"),
        _ => format!("970497{serial:010}"),
    }
}

/// Whether `tid` looks like a terminal of the bank's own: digits, not SePay's UUID.
pub(super) fn is_terminal_number(tid: &str) -> bool {
    !tid.is_empty() && tid.bytes().all(|byte| byte.is_ascii_digit())
}
