//! Banks by their BINs, and the accounts that money comes from and goes to.
//!
//! A bank is identified by its [`Bin`] only, because the same short code means different banks in
//! different lists. The directory of banks is in the crate `vietqr`.
//!
//! ```
//! use payments_core::bank::{AccountNumber, BankAccount, BankError, Bin};
//!
//! # fn main() -> Result<(), BankError> {
//! let account = BankAccount::new(Bin::new("970436")?, AccountNumber::new("0071001234567")?);
//! assert_eq!(account.bin.as_str(), "970436");
//! # Ok(())
//! # }
//! ```

mod account;
mod bin;
mod error;

#[cfg(test)]
mod tests;

pub use account::{AccountNumber, BankAccount};
pub use bin::Bin;
pub use error::BankError;
