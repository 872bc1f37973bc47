//! The actions of buyers, banks and payOS's staff, and what a test reads afterwards.

mod methods;
pub(crate) mod routes;

/// Why something cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such link.
    #[error("there is no such link; create it first")]
    UnknownLink,
    /// There is no such payout.
    #[error("there is no such payout; create it first")]
    UnknownPayout,
    /// The amount is not above zero.
    #[error("the amount is not above zero")]
    NoAmount,
    /// It is not possible in the present state.
    #[error("that is not possible in its state")]
    Impossible,
}
