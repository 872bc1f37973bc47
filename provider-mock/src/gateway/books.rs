//! The stored state of the gateway.

use http::Uri;
use payments_core::{
    AccountId, Error, ErrorKind, Result, Timestamp,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payout::Beneficiary,
    rules::{Repeat, RepeatWindow},
};
use provider_kit::payment_code::CodeRules;
use serde::Serialize;
use serde_json::Value;

use super::{
    Payers, PayoutStart, Settings,
    event::Events,
    ids::{CODE_DIGITS, CODE_PREFIX, Ids},
    ledger::{Ledger, OwnAccount},
    order::Orders,
    payout::Payout,
    refund::Refund,
    virtual_account::VirtualAccount,
};
use crate::wire::Operation;

/// A bank that is in no directory, so that no real money can be transferred there.
const BANK: &str = "970999";
/// The holder of the merchant's accounts.
pub(super) const MERCHANT: &str = "CONG TY THU NGHIEM";

/// The stored state of the gateway, which only one call at a time changes.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) ledger: Ledger,
    pub(super) orders: Orders,
    pub(super) refunds: Vec<Refund>,
    pub(super) virtual_accounts: Vec<VirtualAccount>,
    pub(super) payouts: Vec<Payout>,
    pub(super) events: Events,
    pub(super) ids: Ids,
    pub(super) codes: CodeRules,
    pub(super) payout_start: PayoutStart,
    pub(super) payment_repeat: Repeat,
    pub(super) payers: Payers,
    pub(super) payout_repeat: Repeat,
    pub(super) beneficiaries: Vec<Beneficiary>,
    /// Whether the statement has an empty page before each page with entries.
    pub(super) gives_empty_pages: bool,
    /// The address of the gateway's pages.
    pub(super) site: String,
    /// Every instruction that had an effect, by its order, payout or refund.
    done: Vec<(Operation, String)>,
    /// The bodies of accepted instructions, by their subject.
    received: Vec<(Operation, String, Value)>,
}

impl Books {
    /// # Errors
    /// Returns a `Configuration` error if the settings cannot be used.
    pub(super) fn new(settings: &Settings, site: &str) -> Result<Self> {
        let default_balances =
            [Money::vnd(100_000_000), Money::from_minor(1_000_000, Currency::USD)];
        let stranger = settings.opening_balances.iter().find(|amount| {
            default_balances.iter().all(|known| known.currency() != amount.currency())
        });
        if let Some(amount) = stranger {
            return Err(configuration("opening_balances", "are in VND and USD only")
                .with_code(amount.currency().to_string()));
        }
        let mut accounts = Vec::new();
        for (number, default) in (1_u32..).zip(default_balances) {
            let currency = default.currency();
            let opening =
                settings.opening_balances.iter().find(|amount| amount.currency() == currency);
            accounts.push(own_account(number, *opening.unwrap_or(&default))?);
        }
        let mut beneficiaries = settings.beneficiaries.clone();
        beneficiaries.push(test_beneficiary()?);
        Ok(Self {
            ledger: Ledger::new(accounts),
            orders: Orders::default(),
            refunds: Vec::new(),
            virtual_accounts: Vec::new(),
            payouts: Vec::new(),
            events: Events::new(address(settings.notify_url.as_deref())?),
            ids: Ids::new(settings.seed),
            codes: CodeRules::new(CODE_PREFIX, CODE_DIGITS, CODE_DIGITS)?,
            payout_start: settings.payout_start,
            payment_repeat: settings.payment_repeat,
            payers: settings.payers,
            payout_repeat: settings.payout_repeat,
            beneficiaries,
            gives_empty_pages: false,
            site: site.to_owned(),
            done: Vec::new(),
            received: Vec::new(),
        })
    }

    /// Records that an instruction had an effect. A repeated instruction has none.
    pub(super) fn carried_out(&mut self, operation: Operation, reference: &str) {
        self.done.push((operation, reference.to_owned()));
    }

    pub(super) fn times_carried_out(&self, operation: Operation, reference: &str) -> usize {
        let same = |(of, name): &&(Operation, String)| *of == operation && name == reference;
        self.done.iter().filter(same).count()
    }

    /// Stores the body of an accepted instruction.
    pub(super) fn keep(&mut self, operation: Operation, reference: String, body: &[u8]) {
        if let Ok(body) = serde_json::from_slice(body) {
            self.received.push((operation, reference, body));
        }
    }

    pub(super) fn received(&self, operation: Operation, reference: &str) -> Option<&Value> {
        let mut latest = self.received.iter().rev();
        let kept = latest.find(|(of, name, _)| *of == operation && name == reference);
        kept.map(|(_, _, body)| body)
    }

    /// Queues a notification to `to` or to the merchant's default address.
    pub(super) fn announce<T: Serialize>(
        &mut self,
        kind: &str,
        data: &T,
        to: Option<Uri>,
        at: Timestamp,
    ) {
        let id = self.ids.name("evt");
        self.events.add(id, kind, data, to, at);
    }
}

/// The effect of a second instruction with the same reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The call returns the first one.
    AsFirst,
    Refused,
    CarriedOut,
}

impl Again {
    /// Returns the effect, according to `repeat`, of an instruction whose reference was first used
    /// at `first`.
    pub(super) fn of(repeat: Repeat, first: Timestamp, now: Timestamp) -> Self {
        match repeat {
            Repeat::Deduplicated { within: RepeatWindow::For(within) }
                if now.since(first) >= within =>
            {
                Self::CarriedOut
            }
            Repeat::Deduplicated { .. } => Self::AsFirst,
            Repeat::Refused => Self::Refused,
            _ => Self::CarriedOut,
        }
    }
}

/// Parses an address for notifications.
///
/// # Errors
/// Returns a `Configuration` error if it is not a valid address.
pub(super) fn address(text: Option<&str>) -> Result<Option<Uri>> {
    let parse = |text: &str| {
        text.parse::<Uri>()
            .ok()
            .filter(|uri| uri.host().is_some())
            .ok_or_else(|| configuration("notify_url", "is not an absolute web address"))
    };
    text.map(parse).transpose()
}

/// Returns the bank account whose holder is known by default.
fn test_beneficiary() -> Result<Beneficiary> {
    let bank = Bin::new("970436").map_err(unusable)?;
    let number = AccountNumber::new("0071001234567").map_err(unusable)?;
    Beneficiary::new(BankAccount::new(bank, number), "NGUYEN VAN A")
}

fn own_account(number: u32, balance: Money) -> Result<OwnAccount> {
    let currency = balance.currency();
    Ok(OwnAccount {
        id: AccountId::new(format!("{}-main", currency.code().to_lowercase()))?,
        bank: Bin::new(BANK).map_err(unusable)?,
        number: AccountNumber::new(format!("9620000000{number:04}")).map_err(unusable)?,
        holder: MERCHANT.to_owned(),
        label: format!("{currency} account"),
        balance,
    })
}

fn configuration(field: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, message).with_field(field)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Configuration, "the gateway's own accounts cannot be made")
        .with_source(error)
}
