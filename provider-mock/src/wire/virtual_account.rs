//! Virtual accounts on the wire.

use payments_core::{
    AccountId, OrderRef, Timestamp, bank::Bin, money::Money, virtual_account::Uses,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Movement;

/// `POST /v1/virtual-accounts`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenAccount {
    pub(crate) order: OrderRef,
    pub(crate) holder: String,
    pub(crate) amount: Option<Money>,
    pub(crate) uses: Uses,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) remark: Option<String>,
    /// The account to credit. `None` selects the one in the currency of the amount, or in đồng.
    pub(crate) account: Option<AccountId>,
}

/// `POST /v1/virtual-accounts/{order}/update`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeAccount {
    pub(crate) holder: String,
    /// The new remark. `None` leaves the remark as it is.
    pub(crate) remark: Option<String>,
}

/// `POST /v1/virtual-accounts/{order}/reopen`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReopenAccount {
    /// The new expiry. `None` means that the account does not expire.
    pub(crate) until: Option<Timestamp>,
}

/// A virtual account in the gateway's form. It has one number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VirtualAccount {
    pub(crate) id: String,
    pub(crate) order: OrderRef,
    pub(crate) status: String,
    pub(crate) amount: Option<Money>,
    /// The total that arrived.
    pub(crate) received: Money,
    pub(crate) account: AccountId,
    pub(crate) bank: Bin,
    pub(crate) number: String,
    pub(crate) holder: String,
    pub(crate) remark: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) vietqr: Option<String>,
}

/// The credits as the provider reads them, each separately.
#[derive(Debug, Deserialize)]
pub(crate) struct ReadCredits {
    pub(crate) credits: Vec<Box<RawValue>>,
}

/// The credits of a virtual account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Credits {
    pub(crate) order: OrderRef,
    pub(crate) credits: Vec<Movement>,
}
