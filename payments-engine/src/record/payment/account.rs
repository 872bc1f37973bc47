//! The virtual accounts of an order.

use payments_core::{
    ProviderId, Timestamp,
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef, VirtualAccountState},
};
use serde::{Deserialize, Serialize};

use super::{Sending, SendingState};

/// The virtual account of an order at one provider: its instructions and the provider's reports.
/// Money that arrives on it counts for the payment of the order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountRecord {
    /// The provider.
    pub provider: ProviderId,
    /// The request to open the account, or `None` if it was not opened through the engine.
    #[serde(default)]
    pub request: Option<OpenVirtualAccount>,
    /// The reference by which inquiries find the account at the provider.
    pub reference: VirtualAccountRef,
    /// The instruction to open the account, or `None` if it was not opened through the engine.
    #[serde(default)]
    pub opening: Option<Sending>,
    /// How often the opening was instructed. The instruction is repeated after an opening that was
    /// not carried out, or whose outcome was lost at a provider without inquiries.
    #[serde(default)]
    pub attempts: u32,
    /// The account as its provider last reported it, or `None` if it never did. An amount, a number
    /// or a reference that the last report leaves out is kept from earlier reports.
    #[serde(default)]
    pub account: Option<VirtualAccount>,
    /// Other accounts that the provider opened for the order, for example by earlier attempts.
    /// Money that arrives on them counts as well.
    #[serde(default)]
    pub others: Vec<VirtualAccount>,
    /// When the account was reported as closed, or `None` if its last report has another state.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    /// The last instructed change, if there was one.
    #[serde(default)]
    pub change: Option<AccountChange>,
    /// Whether an inquiry can find an account whose opening was lost.
    #[serde(default)]
    pub is_found_by_reference: bool,
}

/// An instructed change of a virtual account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountChange {
    /// The change.
    pub what: AccountChangeKind,
    /// The state of the instruction.
    pub sending: Sending,
}

/// A change of a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountChangeKind {
    /// Changes the name that payers see, and the remark.
    Update {
        /// The name that a payer's bank shows.
        holder: String,
        /// The remark for the payer.
        #[serde(default)]
        remark: Option<String>,
    },
    /// Closes the account.
    Close,
    /// Reopens the account after it was closed.
    Reopen {
        /// The end of the account, or `None` if the request does not set one.
        #[serde(default)]
        until: Option<Timestamp>,
    },
}

impl AccountRecord {
    pub(super) fn new(provider: ProviderId, reference: VirtualAccountRef) -> Self {
        Self {
            provider,
            request: None,
            reference,
            opening: None,
            attempts: 0,
            account: None,
            others: Vec::new(),
            closed_at: None,
            change: None,
            is_found_by_reference: false,
        }
    }

    /// Returns the state that the provider last reported, or `None` if it reported none.
    pub fn state(&self) -> Option<VirtualAccountState> {
        self.account.as_ref().map(|account| account.state)
    }

    /// Returns the state as one word: the state that the provider reported, or else the state of
    /// the instruction to open the account, or else `uncertain`.
    pub fn state_word(&self) -> &'static str {
        match (self.state(), &self.opening) {
            (Some(VirtualAccountState::Open), _) => "open",
            (Some(VirtualAccountState::PartlyPaid), _) => "partly_paid",
            (Some(VirtualAccountState::Paid), _) => "paid",
            (Some(VirtualAccountState::Closed), _) => "closed",
            (Some(VirtualAccountState::Expired), _) => "expired",
            (Some(VirtualAccountState::Locked), _) => "locked",
            (Some(_), _) | (None, None) => "uncertain",
            (None, Some(opening)) => opening.state.as_str(),
        }
    }

    /// Returns until when money is expected: the time of closing, or else the reported end, or else
    /// the requested end. `None` if there is none of them.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let numbers = self.account.iter().flat_map(|account| &account.numbers);
        let stated = numbers.filter_map(|number| number.expires_at).max();
        let asked = self.request.as_ref().and_then(|request| request.expires_at);
        self.closed_at.or(stated).or(asked)
    }

    /// Returns whether the engine has to find out the outcome of the instruction to open it. It
    /// does not if the opening was lost and the provider supports no inquiry: nobody was shown the
    /// account, and another one may be opened.
    pub(crate) fn is_opening_in_doubt(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| {
            opening.state == SendingState::Submitting
                || opening.state == SendingState::Uncertain && self.is_found_by_reference
        })
    }

    pub(crate) fn is_change_in_doubt(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.sending.is_in_doubt())
    }

    /// Returns every account that the provider opened for the order.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &VirtualAccount> {
        self.account.iter().chain(&self.others)
    }

    /// Applies a provider's report of the account. A field that the report leaves out stays
    /// unchanged.
    pub(super) fn see(&mut self, seen: &VirtualAccount, at: Timestamp) {
        let mut account = seen.clone();
        if let Some(known) = self.account.take() {
            if account.numbers.is_empty() {
                account.numbers = known.numbers;
            }
            account.amount = account.amount.or(known.amount);
            account.received = account.received.or(known.received);
            account.account = account.account.or(known.account);
            account.gateway_ref = account.gateway_ref.or(known.gateway_ref);
        }
        self.closed_at = match account.state {
            VirtualAccountState::Closed => self.closed_at.or(Some(at)),
            _ => None,
        };
        if !account.numbers.is_empty() {
            self.reference = account.reference();
        }
        self.account = Some(account);
    }

    /// Applies a report of an account besides the one on record.
    pub(super) fn see_other(&mut self, seen: &VirtualAccount) {
        if self.accounts().all(|known| known.numbers != seen.numbers) {
            self.others.push(seen.clone());
        }
    }

    /// Applies an inquiry that found the account: a doubtful opening was carried out, and so was a
    /// doubtful change if the account shows it.
    pub(super) fn find(&mut self, seen: &VirtualAccount, at: Timestamp) {
        if let Some(opening) = self.opening.as_mut().filter(|opening| opening.is_in_doubt()) {
            opening.is_done();
        }
        self.see(seen, at);
        let shows = self.change.as_ref().is_some_and(|change| change.what.shows_in(seen));
        if let Some(change) = self.change.as_mut().filter(|_| shows)
            && change.sending.is_in_doubt()
        {
            change.sending.is_done();
        }
    }
}

impl AccountChangeKind {
    /// Returns whether the account shows the change.
    fn shows_in(&self, account: &VirtualAccount) -> bool {
        match self {
            Self::Update { holder, .. } => {
                let mut holders =
                    account.numbers.iter().filter_map(|number| number.holder.as_ref());
                holders.any(|shown| shown == holder)
            }
            Self::Close => account.state == VirtualAccountState::Closed,
            Self::Reopen { .. } => !matches!(
                account.state,
                VirtualAccountState::Closed | VirtualAccountState::Uncertain
            ),
        }
    }

    /// Returns the change as one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Update { .. } => "update",
            Self::Close => "close",
            Self::Reopen { .. } => "reopen",
        }
    }
}
