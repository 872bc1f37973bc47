//! The merchant's bank accounts and the transactions on them.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::ids;

/// A bank, as SePay names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Bank {
    /// The name in statements and webhooks.
    pub short_name: &'static str,
    /// The registered name.
    pub full_name: &'static str,
    /// Six digits, also used by VietQR.
    pub bin: &'static str,
    /// SePay's short code.
    pub code: &'static str,
}

/// Reads a bank by its BIN.
impl<'de> Deserialize<'de> for Bank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            bin: String,
        }
        let Named { bin } = Named::deserialize(deserializer)?;
        Self::of_bin(&bin)
            .ok_or_else(|| D::Error::custom(format!("no simulated bank has the BIN {bin}")))
    }
}

impl Bank {
    /// Every bank of the simulator.
    pub const ALL: [Self; 5] =
        [Self::VIETCOMBANK, Self::MBBANK, Self::BIDV, Self::VIETINBANK, Self::SACOMBANK];

    /// The bank with this BIN.
    pub fn of_bin(bin: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bank| bank.bin == bin)
    }

    /// Vietcombank.
    pub const VIETCOMBANK: Self = Self {
        short_name: "Vietcombank",
        full_name: "Ngân hàng TMCP Ngoại Thương Việt Nam",
        bin: "970436",
        code: "VCB",
    };

    /// MB.
    pub const MBBANK: Self = Self {
        short_name: "MBBank",
        full_name: "Ngân hàng TMCP Quân đội",
        bin: "970422",
        code: "MB",
    };

    /// BIDV.
    pub const BIDV: Self = Self {
        short_name: "BIDV",
        full_name: "Ngân hàng TMCP Đầu tư và Phát triển Việt Nam",
        bin: "970418",
        code: "BIDV",
    };

    /// VietinBank.
    pub const VIETINBANK: Self = Self {
        short_name: "VietinBank",
        full_name: "Ngân hàng TMCP Công Thương Việt Nam",
        bin: "970415",
        code: "ICB",
    };

    /// Sacombank.
    pub const SACOMBANK: Self = Self {
        short_name: "Sacombank",
        full_name: "Ngân hàng TMCP Sài Gòn Thương Tín",
        bin: "970403",
        code: "STB",
    };
}

/// A bank account that the merchant linked to SePay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BankAccount {
    /// Its UUID in the User API v2.
    pub id: String,
    /// Its number at the bank.
    pub number: String,
    /// The holder as banks write it: upper case, no accents.
    pub holder: String,
    /// Its bank.
    pub bank: Bank,
    /// The current balance, in đồng.
    pub balance: u64,
    /// The time of the last transaction, in seconds since the Unix epoch.
    pub last_transaction: Option<i64>,
    /// The numbers of its sub-accounts: virtual accounts that belong to no order.
    pub sub_accounts: Vec<String>,
    /// The text that the memo of a transfer must begin with to be reported to SePay.
    pub memo_lead: Option<String>,
    /// Its number in the User API v1; without it, one by its place.
    #[serde(default)]
    pub v1_id: Option<u64>,
}

impl BankAccount {
    /// An account with `balance` đồng on it. The same number always gives the same UUID.
    ///
    /// An account at VietinBank reports to SePay only transfers whose memo begins with `SEVQR`
    /// (docs/unverified.md).
    pub fn new(number: &str, holder: &str, bank: Bank, balance: u64) -> Self {
        Self {
            id: ids::uuid("bank-account", number),
            number: number.to_owned(),
            holder: holder.to_owned(),
            bank,
            balance,
            last_transaction: None,
            sub_accounts: Vec::new(),
            memo_lead: (bank == Bank::VIETINBANK).then(|| "SEVQR".to_owned()),
            v1_id: None,
        }
    }

    /// Sets the text that the memo of a reported transfer must begin with; with `None` every
    /// transfer is reported.
    #[must_use]
    pub fn with_memo_lead(mut self, lead: Option<&str>) -> Self {
        self.memo_lead = lead.map(str::to_owned);
        self
    }

    /// Sets its UUID in the User API v2.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        self.id = id.to_owned();
        self
    }

    /// Sets its number in the User API v1.
    #[must_use]
    pub fn with_v1_id(mut self, id: u64) -> Self {
        self.v1_id = Some(id);
        self
    }

    /// Adds a sub-account. If the account has a `memo_lead`, the memo names the sub-account, as in
    /// `SEVQR TKP001 DH952915`; otherwise the sub-account is a number of its own.
    #[must_use]
    pub fn with_sub_account(mut self, number: &str) -> Self {
        self.sub_accounts.push(number.to_owned());
        self
    }
}

impl BankAccount {
    /// Whether a transfer with this memo to the account is reported to SePay.
    pub(super) fn reports(&self, memo: &str) -> bool {
        self.memo_lead.as_ref().is_none_or(|lead| {
            let begin = memo.trim_start().get(..lead.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(lead))
        })
    }

    /// The sub-account that a memo names.
    pub(super) fn sub_account_in(&self, memo: &str) -> Option<&str> {
        self.memo_lead.as_ref()?;
        let words = memo.split(|c: char| !c.is_ascii_alphanumeric());
        words
            .filter_map(|word| self.sub_accounts.iter().find(|sub| sub.eq_ignore_ascii_case(word)))
            .map(String::as_str)
            .next()
    }
}

/// The direction of money on the merchant's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// It arrives.
    In,
    /// It leaves.
    Out,
}

impl Direction {
    /// The direction's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// An entry of a bank statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BankTransaction {
    /// The `id` of webhooks. It does not fit into 32 bits and is not related to the UUID.
    pub(super) webhook_id: u64,
    /// The `id` of the User API v2.
    pub(super) uuid: String,
    pub(super) account_id: String,
    pub(super) account_number: String,
    pub(super) bank: Bank,
    /// The virtual account that it arrived on.
    pub(super) virtual_account: Option<Arrival>,
    pub(super) direction: Direction,
    pub(super) amount: u64,
    /// The balance afterwards.
    pub(super) accumulated: u64,
    /// The memo as the bank reports it.
    pub(super) content: String,
    pub(super) code: Option<String>,
    pub(super) reference: String,
    pub(super) at: i64,
    /// How many webhooks were acknowledged for it; `None` until one was sent.
    pub(super) webhook_success: Option<u64>,
}

/// The virtual account that money arrived on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Arrival {
    pub(super) id: String,
    pub(super) number: String,
}

/// The first webhook id less one: larger than any 32-bit number, as SePay's ids will be.
const BEFORE_THE_FIRST_WEBHOOK_ID: u64 = 5_000_000_000;

/// The webhook id of the `number`th transaction.
pub(super) fn webhook_id(number: u64) -> u64 {
    BEFORE_THE_FIRST_WEBHOOK_ID.saturating_add(number)
}

impl BankTransaction {
    /// The amount of a credit; zero for a debit.
    pub(super) fn amount_in(&self) -> u64 {
        if self.direction == Direction::In { self.amount } else { 0 }
    }

    /// The number of the virtual account that it arrived on.
    pub(super) fn va_number(&self) -> Option<&str> {
        self.virtual_account.as_ref().map(|arrival| arrival.number.as_str())
    }

    /// The amount of a debit; zero for a credit.
    pub(super) fn amount_out(&self) -> u64 {
        if self.direction == Direction::Out { self.amount } else { 0 }
    }
}
