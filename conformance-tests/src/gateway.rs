//! The gateway of a suite: its addresses, its ledger, and the actions of its buyers and banks.
//! There is one trait for every gateway, and one for each role.
//!
//! Implement them for a simulated gateway on loopback, which is written from the gateway's
//! documents and not from your client. It keeps a ledger, and responds to inquiries from that
//! ledger, never from the request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use payments_core::{
    Clock, EndpointName, OrderRef, PayoutRef, Provider, Role, Timestamp,
    money::Money,
    payment::{CreatePayment, NextAction},
    payout::{Beneficiary, CreatePayout, PayoutState},
    virtual_account::{OpenVirtualAccount, VirtualAccount},
};

use crate::{Booking, ChangedResponse, Operation, SignedResponse, Tuning, WebhookSample};

/// The base address of each host of a gateway, by a name of your choice.
pub type Hosts = BTreeMap<String, String>;

/// The fields that arrived with an instruction, by the names of the request's fields.
pub type ReceivedFields = BTreeMap<&'static str, String>;

/// A gateway on loopback with an empty ledger, which every suite needs.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gateway that the suite can drive",
    label = "`{Self}` does not implement `conformance_tests::Gateway`",
    note = "implement `conformance_tests::Gateway` for the other side of your wire: where it \
            listens, what it booked, and how a provider is configured for it"
)]
pub trait Gateway: Send + Sync + 'static {
    /// Returns the base addresses that the gateway listens on. The suite puts a proxy in front of
    /// each.
    fn hosts(&self) -> Hosts;

    /// Returns the provider as an app would configure it, without layers, for a gateway at `hosts`.
    /// These are the addresses of the suite's proxies, by the names of [`hosts`](Self::hosts).
    /// Build the provider with [`Tuning::context`], which contains the transport and the clock of
    /// the suite.
    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider;

    /// Returns the gateway's clock, which the provider also uses.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Moves the gateway's clock forward.
    async fn advance(&self, by: Duration);

    /// Returns every movement of money that the gateway booked, oldest first. A payout that
    /// succeeded is booked under its reference with the beneficiary in the gateway's books, and a
    /// refund with the amount that was returned.
    async fn bookings(&self) -> Vec<Booking>;

    /// Returns how often the gateway carried out `operation` for this reference, according to its
    /// own books: 1 after a payout was booked or an account was closed, 2 if it was done twice. The
    /// reference is that of the order, the payout or the refund.
    async fn carried_out(&self, operation: Operation, reference: &str) -> usize;

    /// Returns the fields that the gateway received with the instruction that it carried out for
    /// this reference: `description`, `return_url`, `cancel_url`, `notify_url`, `note`, `holder`,
    /// `remark` and `reason` as they arrived on the wire, and `expires_at` in Unix seconds. A field
    /// that the protocol has and that did not arrive is empty; a field that the protocol does not
    /// have is omitted.
    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields;

    /// Returns every text that the provider was given and must never show: keys, tokens, passcodes.
    fn secrets(&self) -> Vec<String>;

    /// Returns responses that are changed on their way, with the allowed results of each: damaged
    /// signatures, another amount, account or reference, unsigned refusals, and every documented
    /// state and code as well as an invented one.
    fn changed_responses(&self) -> Vec<ChangedResponse>;

    /// Returns the place of the signature in the gateway's response to this call, and the part of
    /// the response that it covers.
    fn signed_response(&self, _call: Operation) -> SignedResponse {
        SignedResponse::nowhere()
    }

    /// Returns `true` if the response to this inquiry names a state by a word or a code, so that
    /// new ones may be added. A state that is computed from the credits that arrived is not named.
    fn names_a_state(&self, _inquiry: Operation) -> bool {
        true
    }

    /// Returns how many times in a second one credential may make this inquiry, according to the
    /// gateway's documents. `None` if they name no limit. See [`Tuning::calls_per_second`].
    fn calls_per_second(&self, _inquiry: Operation) -> Option<u32> {
        None
    }

    /// Returns the header by which the gateway's response to this inquiry reports how many seconds
    /// to wait.
    fn retry_after(&self, _inquiry: Operation) -> &'static str {
        "retry-after"
    }

    /// Returns a reference that the gateway accepts for an order, a payout or a refund. Each number
    /// must give a different one.
    fn reference(&self, number: u32) -> String {
        format!("T{number:07}")
    }
}

/// A gateway whose provider has the role of payments.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how buyers pay",
    label = "the role `payments` needs `conformance_tests::TakesPayments` for `{Self}`",
    note = "implement `TakesPayments`, or leave `payments` out of the suite's roles if your \
            provider has not that role"
)]
pub trait TakesPayments: Gateway {
    /// Returns a request for a payment that the provider accepts, with an expiry if it can have
    /// one.
    fn payment(&self, order: OrderRef) -> CreatePayment;

    /// Returns the possible behaviour of buyers.
    fn buyers(&self) -> Payers;

    /// Follows the next action as a buyer does, up to the point of paying, and leaves.
    async fn visit(&self, _shown: &NextAction) {}

    /// Pays `amount` as a buyer does, whatever was asked. It may use only the [next
    /// action](payments_core::payment::Payment::next) that the provider returned: it follows the
    /// link, posts the form, or transfers to the account with the memo.
    ///
    /// # Errors
    /// Returns [`Impossible`] if this cannot happen at the gateway, for example because the link
    /// leads nowhere or the gateway knows no such account. Nothing was booked.
    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible>;
}

/// A gateway whose provider has the role of virtual accounts.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how money reaches a virtual account",
    label = "the role `virtual_accounts` needs `conformance_tests::OpensVirtualAccounts` for `{Self}`",
    note = "implement `OpensVirtualAccounts`, or leave `virtual_accounts` out of the suite's \
            roles if your provider has not that role"
)]
pub trait OpensVirtualAccounts: Gateway {
    /// Returns a request for a virtual account that the provider accepts, for a fixed amount if it
    /// can have one.
    fn virtual_account(&self, order: OrderRef) -> OpenVirtualAccount;

    /// Returns the possible behaviour of payers.
    fn payers(&self) -> Payers;

    /// Transfers `amount` to the account as a payer does, whatever was asked.
    ///
    /// # Errors
    /// Returns [`Impossible`] if this cannot happen at the gateway. Nothing was booked.
    async fn credit(&self, account: &VirtualAccount, amount: Money) -> Result<(), Impossible>;
}

/// A gateway whose provider has the role of payouts. It starts with a sufficient balance.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how payouts end",
    label = "the role `payouts` needs `conformance_tests::PaysOut` for `{Self}`",
    note = "implement `PaysOut`, or leave `payouts` out of the suite's roles if your provider has \
            not that role"
)]
pub trait PaysOut: Gateway {
    /// Returns a request for a payout that the gateway accepts. If the gateway can check names, it
    /// knows the holder of the beneficiary's account.
    fn payout(&self, payout: PayoutRef) -> CreatePayout;

    /// Returns another beneficiary that the gateway pays. The bank, the account number and the
    /// holder all differ from those of [`payout`](Self::payout).
    fn another_beneficiary(&self) -> Beneficiary;

    /// Ends the payout as [`Succeeded`](PayoutState::Succeeded) or [`Failed`](PayoutState::Failed),
    /// or as [`Reversed`](PayoutState::Reversed) after it succeeded.
    ///
    /// # Errors
    /// Returns [`Impossible`] if this cannot happen at the gateway.
    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible>;
}

/// A gateway whose provider has the role of statements.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how money arrives on an account",
    label = "the role `statements` needs `conformance_tests::ListsStatements` for `{Self}`",
    note = "implement `ListsStatements`, or leave `statements` out of the suite's roles if your \
            provider has not that role"
)]
pub trait ListsStatements: Gateway {
    /// Transfers `amount` to one of the merchant's bank accounts, as a payer does.
    async fn receive(&self, amount: Money, memo: &str);

    /// Makes the gateway list the movements of one second in a different order on every later
    /// request. Do not implement it if the gateway's documents promise an order for them.
    async fn lists_seconds_in_any_order(&self) {}

    /// Makes the gateway return an empty page before each later page with entries, and report that
    /// there are more. Do not implement it if the gateway's documents exclude that.
    async fn gives_empty_pages(&self) {}

    /// Sends `amount` from one of the merchant's bank accounts.
    ///
    /// # Errors
    /// Returns [`Impossible`] if this cannot happen at the gateway.
    async fn send(&self, amount: Money, memo: &str) -> Result<(), Impossible>;
}

/// A gateway whose provider has the role of notifications.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite what it sends to the merchant",
    label = "the role `notifications` needs `conformance_tests::Notifies` for `{Self}`",
    note = "implement `Notifies`, or leave `notifications` out of the suite's roles if your \
            provider has not that role"
)]
pub trait Notifies: Gateway {
    /// Removes and returns the deliveries since the last call, oldest first, including the returns
    /// of browsers.
    async fn take(&self) -> Vec<WebhookSample>;

    /// Returns a repetition of the delivery by the route that the gateway uses for it. If
    /// signatures contain a time, it has a new signature.
    async fn again(&self, sent: &WebhookSample) -> WebhookSample;

    /// Returns the delivery `sent` with the signature that the gateway would make with `secret` at
    /// the time `at`. If the gateway sends a token instead of a signature, `secret` is that token.
    /// Returns `None` if the gateway signs with a private key.
    ///
    /// The suite calls this method with each of its [secrets](Gateway::secrets) and with wrong
    /// ones, and may have added, changed or removed fields of `sent`: sign the fields as they are.
    fn signed(&self, sent: &WebhookSample, secret: &str, at: Timestamp) -> Option<Request<Bytes>>;

    /// Returns a delivery of an unknown kind with a valid signature. `None` if the gateway's
    /// deliveries do not name a kind.
    async fn unknown(&self) -> Option<WebhookSample>;

    /// Returns a delivery that only tests the address, with a valid signature. `None` if the
    /// gateway sends none. It may look like money that arrived.
    async fn test(&self) -> Option<WebhookSample> {
        None
    }

    /// Returns `true` if the gateway notifies the merchant about this role: payments that are paid,
    /// credits on virtual accounts, payouts that end, or money that arrives on the accounts of a
    /// statement.
    fn tells_of(&self, _role: Role) -> bool {
        true
    }

    /// Returns `true` if the gateway accepts this reply as an acknowledgement, according to its
    /// documents. Otherwise it sends the delivery again.
    fn acknowledges(&self, endpoint: &EndpointName, reply: &Response<Bytes>) -> bool;
}

/// The possible behaviour of payers at a gateway. For example, a page with a fixed amount accepts
/// no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payers {
    /// Whether they can pay less or more than was asked.
    pub any_amount: bool,
    /// Whether they can pay twice.
    pub twice: bool,
    /// Whether they can pay after the payment or account has expired or ended.
    pub late: bool,
}

impl Payers {
    /// Creates payers who pay the amount asked, once and in time.
    pub fn exact() -> Self {
        Self::default()
    }

    /// Allows them to pay less or more.
    #[must_use]
    pub fn any_amount(mut self) -> Self {
        self.any_amount = true;
        self
    }

    /// Allows them to pay twice.
    #[must_use]
    pub fn twice(mut self) -> Self {
        self.twice = true;
        self
    }

    /// Allows them to pay after the payment or account has expired or ended.
    #[must_use]
    pub fn late(mut self) -> Self {
        self.late = true;
        self
    }
}

/// The error for an action that cannot happen at a gateway. The suite compares it with the
/// gateway's [`Payers`]: an action that they can do must not return it, and one that they cannot do
/// must return it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that cannot happen at this gateway")]
pub struct Impossible;
