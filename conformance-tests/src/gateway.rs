//! What the suite needs to know of a gateway: where it listens, what it booked, what buyers
//! and banks can do there. One trait for every gateway, and one for each role.
//!
//! Implement them for the other side of your wire: a simulated gateway on loopback, written from
//! the gateway's documents and not from your client. It keeps a ledger, and it answers inquiries
//! from that ledger, never from the request.

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

/// What arrived with an instruction, under the names of the request's fields.
pub type ReceivedFields = BTreeMap<&'static str, String>;

/// A gateway on loopback with an empty ledger, as every suite needs it.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a gateway that the suite can drive",
    label = "`{Self}` does not implement `conformance_tests::Gateway`",
    note = "implement `conformance_tests::Gateway` for the other side of your wire: where it \
            listens, what it booked, and how a provider is configured for it"
)]
pub trait Gateway: Send + Sync + 'static {
    /// Where it listens. The suite puts a proxy of its own before each host.
    fn hosts(&self) -> Hosts;

    /// The provider as an app would configure it, without layers, for a gateway that is found at
    /// `hosts`: the addresses of the suite's proxy under the names of [`hosts`](Self::hosts). Build
    /// it with [`Tuning::context`]; the transport and the clock in there are the suite's.
    fn provider(&self, hosts: &Hosts, tuning: &Tuning) -> Provider;

    /// The gateway's clock, which the provider is given too.
    fn clock(&self) -> Arc<dyn Clock>;

    /// Moves that clock forward.
    async fn advance(&self, by: Duration);

    /// Every movement of money that the gateway booked, oldest first: also of a payout that
    /// succeeded, under the payout's reference and with its beneficiary as the gateway's books have
    /// it, and of a refund, with what went back.
    async fn bookings(&self) -> Vec<Booking>;

    /// How often the gateway carried `operation` out for this reference, by its own books: 1 once a
    /// payout is booked or an account is closed, 2 where it was done twice. The reference is
    /// that of the order, the payout or the refund.
    async fn carried_out(&self, operation: Operation, reference: &str) -> usize;

    /// What the gateway received with the instruction that it carried out for this reference:
    /// `description`, `return_url`, `cancel_url`, `notify_url`, `note`, `holder`, `remark` and
    /// `reason` as they arrived on the wire, and `expires_at` in Unix seconds. A field that the wire
    /// has a place for and that did not arrive is empty; one without a place is left out.
    async fn received(&self, instruction: Operation, reference: &str) -> ReceivedFields;

    /// Every text that the provider was given and must never show: keys, tokens, passcodes.
    fn secrets(&self) -> Vec<String>;

    /// Answers changed on their way, and what may be made of each: signatures spoilt, another
    /// amount, account or reference echoed, unsigned refusals, and every state and
    /// code of the documents beside one that is invented.
    fn changed_responses(&self) -> Vec<ChangedResponse>;

    /// Where the gateway signs its response to this call, and what that covers of it.
    fn signed_response(&self, call: Operation) -> SignedResponse {
        let _ = call;
        SignedResponse::nowhere()
    }

    /// Whether the answer to this inquiry names a state by a word or a code, of which one may be
    /// invented some day. What is computed of the credits that arrived names none.
    fn names_a_state(&self, inquiry: Operation) -> bool {
        let _ = inquiry;
        true
    }

    /// How often one credential may make this inquiry in a second, by the gateway's documents;
    /// `None` if they name no limit. See [`Tuning::calls_per_second`].
    fn calls_per_second(&self, inquiry: Operation) -> Option<u32> {
        let _ = inquiry;
        None
    }

    /// The header in which the gateway says, in answer to this inquiry, how many seconds to wait.
    fn retry_after(&self, inquiry: Operation) -> &'static str {
        let _ = inquiry;
        "retry-after"
    }

    /// A reference that the gateway takes for an order, a payout or a refund, another one for
    /// each number.
    fn reference(&self, number: u32) -> String {
        format!("T{number:07}")
    }
}

/// What the role of taking payments needs.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how buyers pay",
    label = "the role `payments` needs `conformance_tests::TakesPayments` for `{Self}`",
    note = "implement `TakesPayments`, or leave `payments` out of the suite's roles if your \
            provider has not that role"
)]
pub trait TakesPayments: Gateway {
    /// A payment that the provider takes, with an end if it can be given one.
    fn payment(&self, order: OrderRef) -> CreatePayment;

    /// What buyers can do here.
    fn buyers(&self) -> Payers;

    /// The buyer does what is shown up to the point of paying, and leaves.
    async fn visit(&self, shown: &NextAction) {
        let _ = shown;
    }

    /// The buyer pays `amount`, whatever was asked, and knows nothing but what the provider
    /// [showed](payments_core::payment::Payment::next): follows the link, posts the form, or
    /// transfers to the account with the memo.
    ///
    /// # Errors
    /// That cannot happen here, such as where a link leads nowhere or the gateway knows no such
    /// account; nothing was booked.
    async fn pay(&self, shown: &NextAction, amount: Money) -> Result<(), Impossible>;
}

/// What the role of opening virtual accounts needs.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how money reaches a virtual account",
    label = "the role `virtual_accounts` needs `conformance_tests::OpensVirtualAccounts` for `{Self}`",
    note = "implement `OpensVirtualAccounts`, or leave `virtual_accounts` out of the suite's \
            roles if your provider has not that role"
)]
pub trait OpensVirtualAccounts: Gateway {
    /// A virtual account that the provider opens, for a fixed amount if it can be given one.
    fn virtual_account(&self, order: OrderRef) -> OpenVirtualAccount;

    /// What payers can do here.
    fn payers(&self) -> Payers;

    /// A payer transfers `amount` to it, whatever was asked.
    ///
    /// # Errors
    /// That cannot happen here, and nothing was booked.
    async fn credit(&self, account: &VirtualAccount, amount: Money) -> Result<(), Impossible>;
}

/// What the role of sending money needs. The gateway starts with enough to send.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how payouts end",
    label = "the role `payouts` needs `conformance_tests::PaysOut` for `{Self}`",
    note = "implement `PaysOut`, or leave `payouts` out of the suite's roles if your provider has \
            not that role"
)]
pub trait PaysOut: Gateway {
    /// A payout that the gateway takes. Its beneficiary's account is one whose holder the gateway
    /// knows, if it can be asked for names.
    fn payout(&self, payout: PayoutRef) -> CreatePayout;

    /// Another beneficiary whom the gateway pays, with an account at another bank: its number and its
    /// holder are other ones too.
    fn another_beneficiary(&self) -> Beneficiary;

    /// The payout ends: [`Succeeded`](PayoutState::Succeeded), [`Failed`](PayoutState::Failed), or
    /// [`Reversed`](PayoutState::Reversed) after it had succeeded.
    ///
    /// # Errors
    /// That cannot happen here.
    async fn end_payout(&self, payout: &PayoutRef, end: PayoutState) -> Result<(), Impossible>;
}

/// What the role of listing statements needs.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite how money arrives on an account",
    label = "the role `statements` needs `conformance_tests::ListsStatements` for `{Self}`",
    note = "implement `ListsStatements`, or leave `statements` out of the suite's roles if your \
            provider has not that role"
)]
pub trait ListsStatements: Gateway {
    /// A payer transfers `amount` to one of our bank accounts.
    async fn receive(&self, amount: Money, memo: &str);

    /// From now on the gateway lists the movements of one second in another order on every request.
    /// Leave it out if its documents promise an order for them.
    async fn lists_seconds_in_any_order(&self) {}

    /// From now on the gateway gives a page without entries before each page that has some, and says
    /// that there is more. Leave it out if its documents exclude that.
    async fn gives_empty_pages(&self) {}

    /// `amount` leaves that account.
    ///
    /// # Errors
    /// That cannot happen here.
    async fn send(&self, amount: Money, memo: &str) -> Result<(), Impossible>;
}

/// What the role of receiving notifications needs.
#[async_trait]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot show the suite what it sends to the merchant",
    label = "the role `notifications` needs `conformance_tests::Notifies` for `{Self}`",
    note = "implement `Notifies`, or leave `notifications` out of the suite's roles if your \
            provider has not that role"
)]
pub trait Notifies: Gateway {
    /// Takes what it sends since the last time, oldest first, browsers' returns included.
    async fn take(&self) -> Vec<WebhookSample>;

    /// The same happening once more, by whichever route it repeats itself: signed anew where
    /// signatures carry a time.
    async fn again(&self, sent: &WebhookSample) -> WebhookSample;

    /// The same delivery signed with `secret` at `at`, by the gateway's own rules; for a token,
    /// that token. `None` if it is signed by a key pair. What `sent` holds may be changed: a field
    /// may be new in it, or lacking.
    fn signed(&self, sent: &WebhookSample, secret: &str, at: Timestamp) -> Option<Request<Bytes>>;

    /// A delivery of a kind that no version knows, properly signed; `None` if the gateway's
    /// deliveries name no kind.
    async fn unknown(&self) -> Option<WebhookSample>;

    /// A delivery by which the gateway only tries the address, properly signed; `None` if it sends
    /// none. It may look like money that arrived.
    async fn test(&self) -> Option<WebhookSample> {
        None
    }

    /// Whether it tells of what happens in this role: payments that are paid, credits on virtual
    /// accounts, payouts that end, or money that arrives on the accounts of a statement.
    fn tells_of(&self, role: Role) -> bool {
        let _ = role;
        true
    }

    /// Whether the gateway takes this reply for an acknowledgement, by its documents. What it
    /// does not acknowledge, it sends again.
    fn acknowledges(&self, endpoint: &EndpointName, reply: &Response<Bytes>) -> bool;
}

/// What those who pay can do at a gateway. A page with a fixed amount, for one, takes no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Payers {
    /// They can pay less or more than was asked.
    pub any_amount: bool,
    /// They can pay twice.
    pub twice: bool,
    /// They can pay after the end.
    pub late: bool,
}

impl Payers {
    /// They pay once, in time, what was asked.
    pub fn exact() -> Self {
        Self::default()
    }

    /// They can pay less or more.
    #[must_use]
    pub fn any_amount(mut self) -> Self {
        self.any_amount = true;
        self
    }

    /// They can pay twice.
    #[must_use]
    pub fn twice(mut self) -> Self {
        self.twice = true;
        self
    }

    /// They can pay after the end.
    #[must_use]
    pub fn late(mut self) -> Self {
        self.late = true;
        self
    }
}

/// Something that cannot happen at a gateway. The suite holds it to what it said before: what
/// [`Payers`] can do, a page must not refuse, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that cannot happen at this gateway")]
pub struct Impossible;
