//! A virtual account, its numbers and its reference.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Error, GatewayRef, OrderRef, Result, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
    raw::Raw,
};

/// A virtual account: one or more account numbers that the provider opened for an order, to which
/// the payer transfers money.
#[doc(alias("VA"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// The merchant's own name for the order.
    pub order: OrderRef,
    /// The state of the virtual account.
    pub state: VirtualAccountState,
    /// The requested amount. `None` if any amount is accepted.
    pub amount: Option<Money>,
    /// The total that arrived, if the provider reports it.
    pub received: Option<Money>,
    /// The account numbers to transfer to.
    pub numbers: Vec<VirtualAccountNumber>,
    /// The merchant's bank account behind the virtual account.
    pub account: Option<AccountId>,
    /// The gateway's own name for the virtual account.
    pub gateway_ref: Option<GatewayRef>,
    /// The gateway's response, unchanged.
    #[serde(skip)]
    pub raw: Raw,
}

/// One number of a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccountNumber {
    /// The number to transfer to, in full.
    pub number: AccountNumber,
    /// The gateway's short form of the number, if it has one.
    pub short: Option<AccountNumber>,
    /// The bank.
    pub bank: Option<Bin>,
    /// The holder's name, which the payer's bank shows.
    pub holder: Option<String>,
    /// The amount that this number accepts. `None` if it accepts any amount.
    pub amount: Option<Money>,
    /// The state of this number.
    pub state: VirtualAccountState,
    /// The time until which money is expected. Money may still arrive later.
    pub expires_at: Option<Timestamp>,
    /// The VietQR payload.
    pub vietqr: Option<String>,
    /// The addresses of QR images at the gateway.
    pub qr_images: Vec<String>,
}

/// The state of a virtual account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VirtualAccountState {
    /// The account accepts money.
    Open,
    /// Part of the requested amount arrived.
    PartlyPaid,
    /// The requested amount arrived.
    Paid,
    /// The virtual account was closed at the merchant's request.
    Closed,
    /// The provider reports that the time for paying is over.
    Expired,
    /// The gateway or the bank locked the account.
    Locked,
    /// The state is not known: the provider reported none, one that it does not document, or one
    /// that contradicts the request. A stored state that this version does not know is also read as
    /// `Uncertain`.
    #[serde(other)]
    Uncertain,
}

/// The data by which a virtual account can be found again. Store it with the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccountRef {
    /// The merchant's own name for the order.
    pub order: OrderRef,
    /// The account numbers that the gateway gave. Some gateways find an account only by them.
    pub numbers: Vec<AccountNumber>,
    /// The merchant's bank account behind the virtual account.
    pub account: Option<AccountId>,
    /// The gateway's own name for the virtual account.
    pub gateway_ref: Option<GatewayRef>,
}

impl VirtualAccount {
    /// Creates a virtual account for `order` in this state, with these numbers.
    pub fn new(
        order: OrderRef,
        state: VirtualAccountState,
        numbers: Vec<VirtualAccountNumber>,
    ) -> Self {
        Self {
            order,
            state,
            amount: None,
            received: None,
            numbers,
            account: None,
            gateway_ref: None,
            raw: Raw::default(),
        }
    }

    /// Sets the requested amount.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Sets the total that arrived.
    #[must_use]
    pub fn with_received(mut self, amount: Money) -> Self {
        self.received = Some(amount);
        self
    }

    /// Sets the merchant's bank account behind the virtual account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the gateway's own name for the virtual account.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Sets the gateway's response.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// Returns the data by which this virtual account can be found again.
    pub fn reference(&self) -> VirtualAccountRef {
        VirtualAccountRef {
            order: self.order.clone(),
            numbers: self.numbers.iter().map(|number| number.number.clone()).collect(),
            account: self.account.clone(),
            gateway_ref: self.gateway_ref.clone(),
        }
    }
}

impl VirtualAccountNumber {
    /// Creates an open account number.
    pub fn new(number: AccountNumber) -> Self {
        Self {
            number,
            short: None,
            bank: None,
            holder: None,
            amount: None,
            state: VirtualAccountState::Open,
            expires_at: None,
            vietqr: None,
            qr_images: Vec::new(),
        }
    }

    /// Sets the gateway's short form of the number.
    #[must_use]
    pub fn with_short(mut self, short: AccountNumber) -> Self {
        self.short = Some(short);
        self
    }

    /// Sets the bank.
    #[must_use]
    pub fn with_bank(mut self, bank: Bin) -> Self {
        self.bank = Some(bank);
        self
    }

    /// Sets the holder's name, which the payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Sets the amount that this number accepts.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Sets the state.
    #[must_use]
    pub fn with_state(mut self, state: VirtualAccountState) -> Self {
        self.state = state;
        self
    }

    /// Sets the time until which money is expected.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Sets the VietQR payload.
    #[must_use]
    pub fn with_vietqr(mut self, payload: impl Into<String>) -> Self {
        self.vietqr = Some(payload.into());
        self
    }

    /// Adds the address of a QR image at the gateway.
    #[must_use]
    pub fn with_qr_image(mut self, url: impl Into<String>) -> Self {
        self.qr_images.push(url.into());
        self
    }
}

impl VirtualAccountRef {
    /// Creates a reference to the virtual account of `order`, without account numbers.
    pub fn new(order: OrderRef) -> Self {
        Self { order, numbers: Vec::new(), account: None, gateway_ref: None }
    }

    /// Adds an account number.
    #[must_use]
    pub fn with_number(mut self, number: AccountNumber) -> Self {
        self.numbers.push(number);
        self
    }

    /// Sets the merchant's bank account behind the virtual account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Sets the gateway's own name for the virtual account.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Returns the first number, for providers that find an account only by its number.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if there is no number.
    pub fn number(&self) -> Result<&AccountNumber> {
        self.numbers.first().ok_or_else(|| {
            Error::invalid("numbers", "is empty; this provider finds accounts by number only")
        })
    }
}
