//! The flags for the payout that a probe sends.

use payments::{
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    payout::Beneficiary,
};

use crate::exit::Failure;

/// The payout, for readings that only a payout can decide.
#[derive(clap::Args)]
pub(super) struct PayoutFlags {
    /// The amount of the payout, in đồng
    #[arg(long, value_name = "DONG", default_value_t = 10_000)]
    amount: u32,
    /// The beneficiary: the bank's BIN, the account's number and its holder, separated by slashes
    #[arg(long, value_name = "BIN/NUMBER/HOLDER")]
    beneficiary: Option<String>,
}

impl PayoutFlags {
    /// Returns the amount and the beneficiary.
    pub(super) fn payout(&self) -> Result<(Money, Beneficiary), Failure> {
        let refuse = |why: &dyn std::fmt::Display| Failure::usage("--beneficiary", why);
        let given = self.beneficiary.as_deref();
        let given = given.ok_or_else(|| refuse(&"is missing; this reading needs a payout"))?;
        let mut parts = given.splitn(3, '/');
        let (Some(bin), Some(number), Some(holder)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(refuse(&"is not BIN/NUMBER/HOLDER"));
        };
        let bin = Bin::new(bin).map_err(|error| refuse(&error))?;
        let number = AccountNumber::new(number).map_err(|error| refuse(&error))?;
        let account = BankAccount::new(bin, number);
        let beneficiary = Beneficiary::new(account, holder).map_err(|error| refuse(&error))?;
        Ok((Money::vnd(i64::from(self.amount)), beneficiary))
    }
}
