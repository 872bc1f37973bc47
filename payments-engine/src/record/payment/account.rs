//! The virtual accounts of an order.

use payments_core::{
    ProviderId, Timestamp,
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef, VirtualAccountState},
};
use serde::{Deserialize, Serialize};

use super::{Sending, SendingState};

/// What is known of the virtual account of an order at one provider: what was instructed, and what
/// the provider says of it. What arrived on it counts for the payment of the order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountRecord {
    /// The provider.
    pub provider: ProviderId,
    /// What was to be opened; `None` if it was not opened through the engine.
    #[serde(default)]
    pub request: Option<OpenVirtualAccount>,
    /// What finds it again at the provider.
    pub reference: VirtualAccountRef,
    /// The instruction to open it; `None` if it was not opened through the engine.
    #[serde(default)]
    pub opening: Option<Sending>,
    /// How often it was instructed to be opened: again after an opening that was not carried out, or
    /// that got lost where its provider cannot be asked.
    #[serde(default)]
    pub attempts: u32,
    /// The account as its provider reported it last.
    #[serde(default)]
    pub account: Option<VirtualAccount>,
    /// Accounts that earlier attempts opened after all. What arrives on them counts too.
    #[serde(default)]
    pub others: Vec<VirtualAccount>,
    /// When it was seen closed first; `None` if it is not closed.
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    /// The last change that was instructed.
    #[serde(default)]
    pub change: Option<AccountChange>,
    /// Whether an opening that got lost can be asked about.
    #[serde(default)]
    pub is_found_by_reference: bool,
}

/// One change of a virtual account that was instructed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountChange {
    /// What is to change.
    pub what: AccountChangeKind,
    /// What became of it.
    pub sending: Sending,
}

/// What is to change about a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountChangeKind {
    /// The name that payers see, and what they read.
    Update {
        /// The name that a payer's bank shows.
        holder: String,
        /// What the payer reads.
        #[serde(default)]
        remark: Option<String>,
    },
    /// It is to be closed.
    Close,
    /// It is to be opened again.
    Reopen {
        /// Until when, if that is said.
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

    /// Where it is: by its provider's last word, or else `None`.
    pub fn state(&self) -> Option<VirtualAccountState> {
        self.account.as_ref().map(|account| account.state)
    }

    /// Where it is in one word: that of its provider, or that of the instruction to open it.
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

    /// Until when money is expected: the end that was asked for or is stated, or when it was closed.
    pub fn expires_at(&self) -> Option<Timestamp> {
        let numbers = self.account.iter().flat_map(|account| &account.numbers);
        let stated = numbers.filter_map(|number| number.expires_at).max();
        let asked = self.request.as_ref().and_then(|request| request.expires_at);
        self.closed_at.or(stated).or(asked)
    }

    /// Whether the engine has to find out what became of the instruction to open it. An opening that
    /// got lost where the provider cannot be asked is not asked about: nobody was shown the account,
    /// and another one may be opened.
    pub(crate) fn is_opening_in_doubt(&self) -> bool {
        self.opening.as_ref().is_some_and(|opening| {
            opening.state == SendingState::Submitting
                || opening.state == SendingState::Uncertain && self.is_found_by_reference
        })
    }

    pub(crate) fn is_change_in_doubt(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.sending.is_in_doubt())
    }

    /// Every account that the provider opened for the order.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &VirtualAccount> {
        self.account.iter().chain(&self.others)
    }

    /// What the provider says of the account. What a shorter response leaves out stays.
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

    /// An account besides the one on record.
    pub(super) fn see_other(&mut self, seen: &VirtualAccount) {
        if self.accounts().all(|known| known.numbers != seen.numbers) {
            self.others.push(seen.clone());
        }
    }

    /// An inquiry found the account: an opening in doubt was carried out, and so was a change in doubt
    /// that shows.
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
    /// Whether the account is as it has to be after the change.
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

    /// The change in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Update { .. } => "update",
            Self::Close => "close",
            Self::Reopen { .. } => "reopen",
        }
    }
}
