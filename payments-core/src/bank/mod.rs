//! Banks of Vietnam, their BINs, and the accounts that money comes from and goes to.
//!
//! A bank is named by its [`Bin`] and by nothing else: short codes differ between lists and mean
//! different banks in them. [`Bank`] is the directory; [`BankAccount`] is where to pay to.
//!
//! ```
//! use payments_core::bank::{AccountNumber, Bank, BankAccount, BankError};
//!
//! # fn main() -> Result<(), BankError> {
//! let bank = Bank::one_by_code("VCB")?;
//! let account = BankAccount::new(bank.bin(), AccountNumber::new("0071001234567")?);
//! assert_eq!(account.bin.as_str(), "970436");
//! # Ok(())
//! # }
//! ```

mod account;
mod bin;
mod directory;
mod error;
mod transfer_text;

#[cfg(test)]
mod tests;

pub use account::{AccountNumber, BankAccount};
pub use bin::Bin;
pub use directory::{Bank, VietQrSupport};
pub use error::BankError;
pub use transfer_text::transfer_text;
