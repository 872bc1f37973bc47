//! Virtual accounts of orders.

use payments_core::{OrderRef, Submission, money::Money, virtual_account::OpenVirtualAccount};

use super::{ASKED, Shop};
use crate::world::MAIN;

/// How many orders have a virtual account.
const ACCOUNTS: u64 = 2;

impl Shop {
    pub(super) async fn open_account(&mut self) {
        let name = format!("V-{}", self.random.below(ACCOUNTS));
        let request = OpenVirtualAccount::new(OrderRef::new(&*name).unwrap(), "CONG TY A").unwrap();
        let request = request.with_amount(Money::vnd(ASKED)).unwrap();
        let accounts = self.engine().virtual_accounts(MAIN).unwrap();
        let outcome = accounts.open(&request).await;
        drop(accounts);
        if let Ok(Submission::Accepted(account)) = &outcome {
            self.shown.push(account.reference());
            self.rows.insert("a virtual account is open");
        }
        let has_ended = self.has_ended();
        self.accounts.entry(name).or_default().hear(&outcome, has_ended);
    }

    /// A buyer pays to an account whose number was shown.
    pub(super) fn pay_to_account(&mut self) {
        if self.shown.is_empty() {
            return;
        }
        let number = self.random.one_of(&self.shown).numbers[0].as_str().to_owned();
        let amount = *self.random.one_of(&[ASKED, ASKED, 40_000, 60_000]);
        // It may be closed.
        if self.gateway.credit(&number, Money::vnd(amount)).is_ok() {
            self.rows.insert("money arrives on a virtual account");
        }
    }

    pub(super) async fn close_account(&mut self) {
        if self.shown.is_empty() {
            return;
        }
        let account = self.random.one_of(&self.shown).clone();
        let accounts = self.engine().virtual_accounts(MAIN).unwrap();
        // It may be closed or paid.
        let _ = accounts.close(&account).await;
    }
}
