//! Answers that are changed on their way to the provider.

use payments_core::{
    payment::PaymentState, payout::PayoutState, virtual_account::VirtualAccountState,
};

use crate::{
    Operation,
    proxy::{Fault, Rewrite},
};

/// An answer of the gateway that is changed on its way, and what a provider may make of it.
///
/// ```
/// use conformance_tests::{ChangedResponse, Meaning, Operation};
///
/// let echo = ChangedResponse::new(
///     Operation::CreatePayout,
///     "another amount is echoed",
///     |_, _, answer| answer.map(|body| body.to_ascii_uppercase().into()),
///     Meaning::Unbelievable,
/// );
/// assert_eq!(echo.name, "another amount is echoed");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ChangedResponse {
    /// The call whose answer is changed.
    pub operation: Operation,
    /// What is changed, in a few words.
    pub name: &'static str,
    /// Makes the answer that the provider gets out of the one that the gateway gave. Where the
    /// gateway signs, it signs again, unless the signature is what is changed.
    pub rewrite: Rewrite,
    /// What may be made of it.
    pub meaning: Meaning,
}

/// What a provider may make of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// Nothing: it contradicts what was sent, or its signature is spoilt. An instruction is then
    /// uncertain, and an inquiry an error.
    Unbelievable,
    /// A refusal that is documented and unsigned: declined, but never confirmed. Of an
    /// inquiry it is an error.
    UnsignedRefusal,
    /// A refusal that is documented and signed.
    SignedRefusal,
    /// A code or word that is documented, and says that the gateway has not decided, or one that
    /// is documented nowhere: an instruction is uncertain, an inquiry an error.
    Undecided,
    /// A list of which one row is malformed, as [`malform_row`](crate::malform_row) makes it: the
    /// other rows are reported, and that row as [`Unreadable`](payments_core::Listed::Unreadable).
    /// Of [`Entries`](Operation::Entries) and [`Credits`](Operation::Credits) alone.
    OneRowMalformed,
    /// A list with a row of another order, payout or bank account in it, as
    /// [`insert_row`](crate::insert_row) makes it: what is reported is the same as without that row,
    /// or the row is [`Unreadable`](payments_core::Listed::Unreadable), or nothing of it is believed.
    /// Of [`Entries`](Operation::Entries) of one account and [`Credits`](Operation::Credits), and of
    /// [`FindPayment`](Operation::FindPayment), [`FindPayout`](Operation::FindPayout) and
    /// [`FindVirtualAccount`](Operation::FindVirtualAccount) where the gateway answers with a list.
    AnothersRow,
    /// A payment in this state. A word that is documented nowhere is
    /// [`Uncertain`](PaymentState::Uncertain).
    Payment(PaymentState),
    /// A virtual account in this state.
    VirtualAccount(VirtualAccountState),
    /// A payout in this state.
    Payout(PayoutState),
}

impl ChangedResponse {
    /// The answer to `operation` changed by `rewrite`.
    pub const fn new(
        operation: Operation,
        name: &'static str,
        rewrite: Rewrite,
        meaning: Meaning,
    ) -> Self {
        Self { operation, name, rewrite, meaning }
    }

    pub(crate) fn fault(self) -> Fault {
        Fault::Rewritten { name: self.name, rewrite: self.rewrite }
    }
}
