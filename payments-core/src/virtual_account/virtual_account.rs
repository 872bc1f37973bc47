//! A virtual account and its numbers.

use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Error, GatewayRef, OrderRef, Result, Timestamp,
    bank::{AccountNumber, Bin},
    money::Money,
    raw::Raw,
};

/// What the provider opened for an order: one or more numbers to transfer to.
#[doc(alias("VA"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccount {
    /// The merchant's own name for what is being paid.
    pub order: OrderRef,
    /// Where it is.
    pub state: VirtualAccountState,
    /// How much is asked; without one, any amount.
    pub amount: Option<Money>,
    /// How much arrived in all, as far as the provider says.
    pub received: Option<Money>,
    /// The numbers to transfer to.
    pub numbers: Vec<VirtualAccountNumber>,
    /// Which of our bank accounts stands behind it.
    pub account: Option<AccountId>,
    /// The provider's own name for it.
    pub gateway_ref: Option<GatewayRef>,
    /// The provider's own words.
    #[serde(skip)]
    pub raw: Raw,
}

/// One number of a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccountNumber {
    /// The number to transfer to, in full.
    pub number: AccountNumber,
    /// The provider's short form of it, where it has one.
    pub short: Option<AccountNumber>,
    /// The bank.
    pub bank: Option<Bin>,
    /// The name that a payer's bank shows.
    pub holder: Option<String>,
    /// How much this number takes; without one, any amount.
    pub amount: Option<Money>,
    /// Where it is.
    pub state: VirtualAccountState,
    /// Until when money is expected. A fact; money may still arrive.
    pub expires_at: Option<Timestamp>,
    /// The VietQR payload.
    pub vietqr: Option<String>,
    /// Pictures of the QR code at the provider.
    pub qr_images: Vec<String>,
}

/// Where a virtual account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VirtualAccountState {
    /// It takes money.
    Open,
    /// Some of what was asked arrived.
    PartlyPaid,
    /// What was asked arrived.
    Paid,
    /// We closed it.
    Closed,
    /// The provider says that it is too late.
    Expired,
    /// The provider locked it.
    Locked,
    /// The provider said something that it documents nowhere. A stored word that this version does
    /// not know is read as this state.
    #[serde(other)]
    Uncertain,
}

/// What finds a virtual account again: keep it with the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualAccountRef {
    /// The merchant's own name for what is being paid.
    pub order: OrderRef,
    /// The numbers that the provider gave; some providers know nothing else.
    pub numbers: Vec<AccountNumber>,
    /// Which of our bank accounts stands behind it.
    pub account: Option<AccountId>,
    /// The provider's own name for it.
    pub gateway_ref: Option<GatewayRef>,
}

impl VirtualAccount {
    /// A virtual account for `order` with these numbers.
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

    /// Says how much is asked.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Says how much arrived in all.
    #[must_use]
    pub fn with_received(mut self, amount: Money) -> Self {
        self.received = Some(amount);
        self
    }

    /// Says which of our bank accounts stands behind it.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Keeps the provider's own name for it.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// Keeps the provider's own words.
    #[must_use]
    pub fn with_raw(mut self, raw: Raw) -> Self {
        self.raw = raw;
        self
    }

    /// What finds it again.
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
    /// A number that takes money.
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

    /// Keeps the provider's short form of the number.
    #[must_use]
    pub fn with_short(mut self, short: AccountNumber) -> Self {
        self.short = Some(short);
        self
    }

    /// Says at which bank.
    #[must_use]
    pub fn with_bank(mut self, bank: Bin) -> Self {
        self.bank = Some(bank);
        self
    }

    /// Says which name a payer's bank shows.
    #[must_use]
    pub fn with_holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Says how much it takes.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Says where it is.
    #[must_use]
    pub fn with_state(mut self, state: VirtualAccountState) -> Self {
        self.state = state;
        self
    }

    /// Says until when money is expected.
    #[must_use]
    pub fn with_expiry(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Gives the VietQR payload.
    #[must_use]
    pub fn with_vietqr(mut self, payload: impl Into<String>) -> Self {
        self.vietqr = Some(payload.into());
        self
    }

    /// Adds a picture of the QR code at the provider.
    #[must_use]
    pub fn with_qr_image(mut self, url: impl Into<String>) -> Self {
        self.qr_images.push(url.into());
        self
    }
}

impl VirtualAccountRef {
    /// The virtual account of an order, without its numbers.
    pub fn new(order: OrderRef) -> Self {
        Self { order, numbers: Vec::new(), account: None, gateway_ref: None }
    }

    /// Adds a number.
    #[must_use]
    pub fn with_number(mut self, number: AccountNumber) -> Self {
        self.numbers.push(number);
        self
    }

    /// Says which of our bank accounts stands behind it.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Gives the provider's own name for it.
    #[must_use]
    pub fn with_gateway_ref(mut self, reference: GatewayRef) -> Self {
        self.gateway_ref = Some(reference);
        self
    }

    /// The first number, for providers that know nothing else.
    ///
    /// # Errors
    /// `InvalidRequest` if there is none.
    pub fn number(&self) -> Result<&AccountNumber> {
        self.numbers.first().ok_or_else(|| {
            Error::invalid("numbers", "is empty; this provider finds accounts by number only")
        })
    }
}
