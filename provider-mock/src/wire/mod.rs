//! The protocol of the mock gateway, which exists nowhere else.
//!
//! **Calls.** JSON over HTTP, see [`Operation`] for methods and paths. Every POST is an instruction
//! and every GET an inquiry. `authorization: Bearer …` contains the API key. Amounts are text with
//! their currency, `{"amount":"50000","currency":"VND"}`; times are RFC 3339 in UTC; references are
//! 1 to 64 of `A–Z a–z 0–9 - _`.
//!
//! **Responses.** `200` has the requested data. `202` has `{"reference","message"}`: the gateway
//! has the instruction and has not decided its outcome yet. Any other status has
//! `{"code","message","reference","field"}`: nothing was done, see [`RefusalCode`].
//!
//! A response is signed: `x-mock-signature: sha256=…` is the HMAC-SHA256, keyed with the API key,
//! over the method and path, the status and the body, separated by line breaks
//! ([`formula::ANSWER`](crate::formula::ANSWER)). Only `unauthorized` is not signed, because there
//! is no shared key. The signature proves who responded to which call, but not when: an old
//! response to the same call has a valid signature, and only a secure connection prevents its
//! replay.
//!
//! **Repeats.** A repeated reference with the same amount, method and account always returns the
//! existing object; with any other it is refused as `reference_used`.
//!
//! **States.** A payment is `open`, `processing`, `short`, `settled`, `over`, `expired`,
//! `cancelled`, `failed` or `refunded`; a virtual account `open`, `partly_paid`, `paid`, `closed`
//! or `expired`; a payout `awaiting_approval`, `pending`, `undecided`, `succeeded`, `failed` or
//! `reversed`, the last two with a `failure`; a refund `done`.
//!
//! **Notifications.** A POST to the merchant's address with `{"id","type","at","data"}`, where
//! `type` is `payment.processing`, `.short`, `.settled`, `.over`, `.late`, `.failed` or
//! `.cancelled`, `credit.received` (on a virtual account, or for no order), `payout.changed` or
//! `refund.changed`; `test` only tests the address. `x-mock-timestamp` has Unix seconds, and
//! `x-mock-signature: sha256=…` the HMAC-SHA256, keyed with the webhook secret, over
//! `timestamp.body` ([`formula::WEBHOOK`](crate::formula::WEBHOOK)). A `200` from the merchant
//! means that the notification need not be sent again.
//!
//! A gateway can be set to sign in the body instead
//! ([`EventSignature::InBody`](crate::EventSignature)): the body is then
//! `{"event":{"id","type","at","data"},"signature":"…"}`, for the endpoint `signed-events`. The
//! signature is the HMAC-SHA256 in hexadecimal, keyed with the webhook secret, over every member of
//! `event`, whatever their names: sorted by name, written as `name=value`, joined by `&`, with
//! texts as they are and other values as JSON. Only `event` is signed.
//!
//! **Returns.** The buyer's browser goes back to the merchant's `return_url` with `order`,
//! `status`, `stamp` (Unix seconds) and `signature` in its query: the HMAC-SHA256 in
//! hexadecimal, keyed with the webhook secret, over `order.status.stamp`
//! ([`formula::RETURN`](crate::formula::RETURN)).

mod event;
mod operation;
mod payment;
mod payout;
mod refusal;
mod signed_event;
mod statement;
mod virtual_account;

pub use operation::Operation;
pub use refusal::RefusalCode;

pub(crate) use event::{
    CREDIT_RECEIVED, Event, PAYMENT_EVENTS, PAYOUT_CHANGED, REFUND_CHANGED, TEST,
};
pub(crate) use payment::{FoundPayment, GiveBack, Next, OpenPayment, Payment, Refund};
pub(crate) use payout::{Balance, Failure, FoundPayout, Holder, Payout, SendMoney};
pub(crate) use refusal::{Refusal, Undecided};
pub(crate) use signed_event::{Members, SignedEvent, signed_parts};
pub(crate) use statement::{Accounts, Movement, OwnAccount, Page, ReadPage, Way};
pub(crate) use virtual_account::{
    ChangeAccount, Credits, OpenAccount, ReadCredits, ReopenAccount, VirtualAccount,
};

/// The header that contains a signature.
pub const SIGNATURE: &str = "x-mock-signature";

/// The name of the order in the query of a return.
pub(crate) const ORDER: &str = "order";
/// The name of the payment's state in the query of a return.
pub(crate) const STATE: &str = "status";
/// The name of the time of signing in the query of a return.
pub(crate) const STAMP: &str = "stamp";
/// The name of the signature in the query of a return.
pub const RETURN_SIGNATURE: &str = "signature";

/// The header with the time at which a notification was signed, in Unix seconds.
pub const TIMESTAMP: &str = "x-mock-timestamp";

/// The page on which a link opens a payment that was created offline.
pub(crate) const LINK_PAGE: &str = "/pay/new";
/// The parameter of such a link with the payment as JSON.
pub(crate) const TERMS: &str = "terms";
/// The parameter of such a link with its signature.
pub(crate) const LINK_SIGNATURE: &str = "signature";
