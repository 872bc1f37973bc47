//! Responses that are changed on their way to the provider.

use payments_core::{
    payment::PaymentState, payout::PayoutState, virtual_account::VirtualAccountState,
};

use crate::{
    Operation,
    proxy::{Fault, Rewrite},
};

/// A response of the gateway that is changed on its way, and the results that a provider may return
/// for it.
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
    /// The call whose response is changed.
    pub operation: Operation,
    /// A short description of the change.
    pub name: &'static str,
    /// Makes the response that the provider receives from the one that the gateway sent. If the
    /// gateway signs, this function signs the response again, unless it is the signature that is
    /// changed.
    pub rewrite: Rewrite,
    /// The allowed results.
    pub meaning: Meaning,
}

/// The results that a provider may return for a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// The response must not be accepted, because it contradicts the request or has a damaged
    /// signature. The result of an instruction is uncertain, and that of an inquiry an error.
    Unbelievable,
    /// The response is a documented, unsigned refusal. An instruction is declined but not
    /// confirmed, and an inquiry returns an error.
    UnsignedRefusal,
    /// The response is a documented, signed refusal.
    SignedRefusal,
    /// The response has an undocumented code or word, or one that means that the gateway has not
    /// decided. The result of an instruction is uncertain, and that of an inquiry an error.
    Undecided,
    /// The response is a list with one malformed row, as [`malform_row`](crate::malform_row) makes
    /// it. The provider reports the other rows, and that row as
    /// [`Unreadable`](payments_core::Listed::Unreadable). Only for [`Entries`](Operation::Entries)
    /// and [`Credits`](Operation::Credits).
    OneRowMalformed,
    /// The response is a list with a row of another order, payout or bank account, as
    /// [`insert_row`](crate::insert_row) makes it. The provider reports the list without that row,
    /// or reports that row as [`Unreadable`](payments_core::Listed::Unreadable), or refuses the
    /// response. For [`Entries`](Operation::Entries) of one account and
    /// [`Credits`](Operation::Credits), and for [`FindPayment`](Operation::FindPayment),
    /// [`FindPayout`](Operation::FindPayout) and
    /// [`FindVirtualAccount`](Operation::FindVirtualAccount) if the gateway responds with a list.
    AnothersRow,
    /// The response reports a payment in this state. For an undocumented word, the state is
    /// [`Uncertain`](PaymentState::Uncertain).
    Payment(PaymentState),
    /// The response reports a virtual account in this state.
    VirtualAccount(VirtualAccountState),
    /// The response reports a payout in this state.
    Payout(PayoutState),
}

impl ChangedResponse {
    /// Creates a changed response to `operation`, made by `rewrite`.
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
