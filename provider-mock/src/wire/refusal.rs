//! Refusals of the gateway, and its response that it has not decided yet.

use http::StatusCode;
use serde::{Deserialize, Serialize};

/// A refusal: the call had no effect.
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
    /// The API key is valid but does not allow this.
    Forbidden,
    /// A member of the request cannot be read, or has a value that is not accepted.
    InvalidRequest,
    /// There is no such order, payout, refund, account or transaction.
    NotFound,
    /// There is no such call in this protocol.
    NoSuchCall,
    /// The reference was used before, for something else.
    ReferenceUsed,
    /// The state does not allow this.
    WrongState,
    /// The amount is below or above the limits, or more than can be refunded.
    Limit,
    /// The balance is too low.
    InsufficientFunds,
    /// The beneficiary's account cannot receive this, or has another holder.
    Beneficiary,
    /// Too many calls; `retry-after` says how many seconds to wait.
    RateLimited,
    /// The gateway cannot serve now.
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

    /// The code on the wire.
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

    /// The HTTP status that it comes with.
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

    /// The documented code with this spelling.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl From<RefusalCode> for String {
    fn from(code: RefusalCode) -> Self {
        code.as_str().to_owned()
    }
}
