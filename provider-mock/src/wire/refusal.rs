//! Refusals of the gateway, and its response that the outcome is not decided yet.

use http::StatusCode;
use serde::{Deserialize, Serialize};

/// A refusal. The call had no effect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
    /// The order, payout or refund that the call was about.
    pub(crate) reference: Option<String>,
    /// The member of the request that is wrong.
    pub(crate) field: Option<String>,
}

/// The gateway has the instruction and has not decided its outcome yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Undecided {
    pub(crate) reference: Option<String>,
    pub(crate) message: String,
}

/// A documented code of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalCode {
    /// The API key is wrong. The only refusal that is not signed, because there is no shared key.
    Unauthorized,
    /// The API key is valid but does not allow this call.
    Forbidden,
    /// A member of the request cannot be read, or has an unacceptable value.
    InvalidRequest,
    /// There is no such order, payout, refund, account or transaction.
    NotFound,
    /// The protocol has no such call.
    NoSuchCall,
    /// The reference was used before, for another request.
    ReferenceUsed,
    /// The present state does not allow the call.
    WrongState,
    /// The amount is below or above the limits, or more than can be refunded.
    Limit,
    /// The balance is too low.
    InsufficientFunds,
    /// The beneficiary's account cannot receive this payout, or has another holder.
    Beneficiary,
    /// There are too many calls; `retry-after` has the seconds to wait.
    RateLimited,
    /// The gateway is temporarily unavailable.
    Unavailable,
}

impl RefusalCode {
    /// Every documented code.
    pub const ALL: [Self; 12] = [
        Self::Unauthorized,
        Self::Forbidden,
        Self::InvalidRequest,
        Self::NotFound,
        Self::NoSuchCall,
        Self::ReferenceUsed,
        Self::WrongState,
        Self::Limit,
        Self::InsufficientFunds,
        Self::Beneficiary,
        Self::RateLimited,
        Self::Unavailable,
    ];

    /// Returns the code as written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::NoSuchCall => "no_such_call",
            Self::ReferenceUsed => "reference_used",
            Self::WrongState => "wrong_state",
            Self::Limit => "limit",
            Self::InsufficientFunds => "insufficient_funds",
            Self::Beneficiary => "beneficiary",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }

    /// Returns the HTTP status of the refusal.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NoSuchCall => StatusCode::NOT_FOUND,
            Self::ReferenceUsed | Self::WrongState => StatusCode::CONFLICT,
            Self::InvalidRequest | Self::Limit | Self::InsufficientFunds | Self::Beneficiary => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the documented code with this spelling, or `None` if there is none.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl From<RefusalCode> for String {
    fn from(code: RefusalCode) -> Self {
        code.as_str().to_owned()
    }
}
