//! The contents of a VietQR code.

use std::collections::BTreeMap;
use std::fmt;

use payments::{
    money::{Language, Money},
    vietqr::{Bank, Detail, Initiation, Service, VietQr},
};
use serde::Serialize;

use crate::output::{DOUBTFUL, STRONG, row, styled};

/// The contents of a code, for JSON and for people.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    payload: &'a str,
    /// The BIN of the bank.
    bank: String,
    bank_name: Option<&'static str>,
    account: &'a str,
    service: &'static str,
    amount: Option<i64>,
    currency: &'static str,
    memo: Option<&'a str>,
    initiation: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown: BTreeMap<String, &'a str>,
    warnings: Vec<String>,
}

const DETAILS: [(&str, Detail); 7] = [
    ("bill", Detail::Bill),
    ("mobile", Detail::Mobile),
    ("store", Detail::Store),
    ("loyalty", Detail::Loyalty),
    ("reference", Detail::Reference),
    ("customer", Detail::Customer),
    ("terminal", Detail::Terminal),
];

impl<'a> Facts<'a> {
    pub(super) fn of(qr: &'a VietQr, payload: &'a str) -> Self {
        let details = DETAILS.into_iter().map(|(name, detail)| (name, qr.detail(detail)));
        let merchant = [
            ("category", qr.category()),
            ("merchant_name", qr.merchant_name()),
            ("merchant_city", qr.merchant_city()),
            ("postal_code", qr.postal_code()),
        ];
        Self {
            payload,
            bank: qr.bin().to_string(),
            bank_name: Bank::by_bin(qr.bin()).map(Bank::name),
            account: qr.number(),
            service: match qr.service() {
                Service::Account => "account",
                Service::Card => "card",
                _ => "unknown",
            },
            amount: qr.amount(),
            currency: "VND",
            memo: qr.purpose(),
            initiation: match qr.initiation() {
                Initiation::Static => "static",
                Initiation::Dynamic => "dynamic",
            },
            details: details
                .chain(merchant)
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            unknown: qr.unknown_objects().map(|(id, text)| (id.to_string(), text)).collect(),
            warnings: qr.warnings().iter().map(ToString::to_string).collect(),
        }
    }
}

impl fmt::Display for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        let bank = match self.bank_name {
            Some(name) => format!("{name} ({})", self.bank),
            None => self.bank.clone(),
        };
        row(&mut out, "bank", bank);
        row(&mut out, self.service, styled(STRONG, self.account));
        match self.amount {
            Some(amount) => {
                row(&mut out, "amount", Money::vnd(amount).localized(Language::English));
            }
            None => row(&mut out, "amount", "typed by the payer"),
        }
        row(&mut out, "memo", self.memo.unwrap_or("typed by the payer"));
        let how_often = if self.initiation == "static" { "any number of times" } else { "once" };
        row(&mut out, "to be paid", how_often);
        for (name, value) in &self.details {
            row(&mut out, &name.replace('_', " "), value);
        }
        for (id, value) in &self.unknown {
            row(&mut out, &format!("object {id}"), value);
        }
        row(&mut out, "payload", self.payload);
        for warning in &self.warnings {
            row(&mut out, "warning", styled(DOUBTFUL, warning));
        }
        f.write_str(&out)
    }
}
