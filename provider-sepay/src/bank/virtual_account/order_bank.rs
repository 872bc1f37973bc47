//! The bank of an account, and the rules for orders at that bank (source: developer.sepay.vn, SePay
//! API v2, VA orders: quick start).

use payments_core::{Error, Result, bank::Bin};

use crate::bank::user_api::record::BankAccount;

/// The properties of a bank account that orders depend on.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) bank: OrderBank,
    pub(crate) bin: Option<Bin>,
    pub(crate) number: Option<String>,
}

/// The banks at which SePay opens orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderBank {
    Bidv,
    Sacombank,
    Vietcombank,
}

/// Returns an option that one bank requires and the others refuse.
pub(crate) fn option(
    name: &'static str,
    asked: Option<String>,
    configured: &Option<String>,
    bank: OrderBank,
    of: OrderBank,
) -> Result<Option<String>> {
    if bank != of {
        return match asked {
            Some(_) => Err(Error::invalid("options", format!("`{name}` is not for this bank"))),
            None => Ok(None),
        };
    }
    match asked.or_else(|| configured.clone()) {
        Some(given) => Ok(Some(given)),
        None => Err(Error::invalid(
            "options",
            format!("`{name}` is missing, which this bank needs; see SePayVaOptions"),
        )),
    }
}

impl Known {
    /// Returns the bank of an account. v1 has orders only for BIDV.
    pub(crate) fn of(account: &BankAccount, v1: bool) -> Result<Self> {
        let names = [&account.bank_bin, &account.bank_code, &account.bank_short_name];
        let named = |bank: [&str; 3]| {
            names.iter().zip(bank).any(|(name, known)| {
                name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(known))
            })
        };
        let bank = if named(["970418", "BIDV", "BIDV"]) {
            OrderBank::Bidv
        } else if named(["970403", "STB", "Sacombank"]) && !v1 {
            OrderBank::Sacombank
        } else if named(["970436", "VCB", "Vietcombank"]) && !v1 {
            OrderBank::Vietcombank
        } else {
            return Err(Error::unsupported("SePay opens no virtual accounts at its bank")
                .with_field("account"));
        };
        Ok(Self {
            bank,
            bin: account.bank_bin.as_deref().and_then(|bin| Bin::new(bin).ok()),
            number: account.account_number.clone(),
        })
    }
}
