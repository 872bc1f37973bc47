//! The methods by which a buyer can pay.

use serde::{Deserialize, Serialize};

/// The method by which a buyer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PaymentMethod {
    /// A transfer to the merchant's bank account. The payment code in the memo of the transfer
    /// shows which order it pays (VietQR).
    BankTransfer,
    /// A NAPAS QR on the gateway's page.
    NapasQr,
    /// A virtual account that the gateway opens for the order.
    VirtualAccount,
    /// A domestic bank card.
    DomesticCard,
    /// The buyer's internet banking.
    InternetBanking,
    /// An international card.
    Card,
    /// An electronic wallet.
    Wallet,
}

impl PaymentMethod {
    /// Every method.
    pub const ALL: [Self; 7] = [
        Self::BankTransfer,
        Self::NapasQr,
        Self::VirtualAccount,
        Self::DomesticCard,
        Self::InternetBanking,
        Self::Card,
        Self::Wallet,
    ];
}
