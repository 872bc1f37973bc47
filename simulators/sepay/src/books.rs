//! The books of the simulated gateway. Every response and notification is made from them.

use serde::{Deserialize, Serialize};

use super::{
    Booking, BookingKind, CodeRule, PaymentMethod, Refused,
    attempt::Attempt,
    bank::{Arrival, BankAccount, BankTransaction, Direction, webhook_id},
    ids,
    ledger::Ledger,
    order::{Order, Purchase},
    transfer::Transfer,
    virtual_account::VaBooks,
};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Books {
    /// The shape of payment codes; without it, no codes are looked for.
    rule: Option<CodeRule>,
    orders: Vec<Order>,
    attempts: u64,
    accounts: Vec<BankAccount>,
    transactions: Vec<BankTransaction>,
    /// Whether every transaction is dated at or after the one before.
    dated_in_order: bool,
    virtual_accounts: VaBooks,
    ledger: Ledger,
}

/// An order and the attempt that a notification reports.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempted {
    pub(super) order: Order,
    pub(super) attempt: Attempt,
}

/// The merchant used an invoice number twice.
#[derive(Debug)]
pub(super) struct DuplicateInvoice;

impl Books {
    pub(super) fn new(
        accounts: Vec<BankAccount>,
        rule: CodeRule,
        virtual_accounts: VaBooks,
    ) -> Self {
        Self {
            rule: Some(rule),
            orders: Vec::new(),
            attempts: 0,
            accounts,
            transactions: Vec::new(),
            dated_in_order: true,
            virtual_accounts,
            ledger: Ledger::default(),
        }
    }

    /// Sets the shape of payment codes for later transfers; `None` looks for none.
    pub(super) fn set_code_rule(&mut self, rule: Option<CodeRule>) {
        self.rule = rule;
    }

    /// Returns all of them, oldest first.
    pub(super) fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub(super) fn accounts(&self) -> &[BankAccount] {
        &self.accounts
    }

    /// Returns all of them, oldest first.
    pub(super) fn transactions(&self) -> &[BankTransaction] {
        &self.transactions
    }

    /// Whether the transactions arrived in the order of their dates.
    pub(super) fn dated_in_order(&self) -> bool {
        self.dated_in_order
    }

    pub(super) fn virtual_accounts(&self) -> &VaBooks {
        &self.virtual_accounts
    }

    pub(super) fn virtual_accounts_mut(&mut self) -> &mut VaBooks {
        &mut self.virtual_accounts
    }

    pub(super) fn bookings(&self) -> &[Booking] {
        self.ledger.bookings()
    }

    /// The order with this invoice number or order id.
    pub(super) fn order(&self, key: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.is(key))
    }

    /// Opens the order of a buyer who arrived with the form of `purchase`.
    pub(super) fn open(
        &mut self,
        purchase: Purchase,
        user_agent: String,
        now: i64,
    ) -> Result<Order, DuplicateInvoice> {
        let taken = |order: &Order| {
            purchase.invoice.is_some() && order.purchase.invoice == purchase.invoice
        };
        if self.orders.iter().any(taken) {
            return Err(DuplicateInvoice);
        }
        let order = Order::new(self.orders.len() as u64 + 1, purchase, user_agent, now);
        self.orders.push(order.clone());
        Ok(order)
    }

    /// Books a payment by the buyer.
    pub(super) fn pay(
        &mut self,
        key: &str,
        method: Option<PaymentMethod>,
        now: i64,
    ) -> Result<Attempted, Refused> {
        let paid = self.attempt(key, method, true, now)?;
        self.ledger.book(|id| Booking {
            id,
            kind: BookingKind::CheckoutPayment,
            reference: paid.order.reference().to_owned(),
            amount: paid.attempt.amount,
            account: None,
            code: None,
            at: now,
        });
        Ok(paid)
    }

    /// Makes the next payment of the agreement that the order opened, without the buyer.
    pub(super) fn renew(&mut self, key: &str, now: i64) -> Result<Attempted, Refused> {
        let first = self.order_mut(key)?.clone();
        let prefix = format!("{}-R", first.reference());
        let renewals = self.orders.iter().filter(|order| order.reference().starts_with(&prefix));
        let purchase = first.renewal(renewals.count().saturating_add(1))?;
        let invoice = purchase.invoice.clone().unwrap_or_default();
        self.open(purchase, String::new(), now)
            .map_err(|DuplicateInvoice| Refused::NoAgreement(invoice.clone()))?;
        self.pay(&invoice, None, now)
    }

    /// Records that the buyer's card was declined, or that the transfer was never made.
    pub(super) fn fail(
        &mut self,
        key: &str,
        method: Option<PaymentMethod>,
        now: i64,
    ) -> Result<(), Refused> {
        self.attempt(key, method, false, now).map(drop)
    }

    fn attempt(
        &mut self,
        key: &str,
        method: Option<PaymentMethod>,
        approved: bool,
        now: i64,
    ) -> Result<Attempted, Refused> {
        let number = self.attempts.saturating_add(1);
        let order = self.order_mut(key)?;
        let method = order.method_of_attempt(method)?;
        let attempt = Attempt::new(number, method, order.purchase.amount, approved, now);
        // A transfer that was not made leaves no trace.
        if approved || method == PaymentMethod::Card {
            order.add(attempt.clone());
        }
        let order = order.clone();
        self.attempts = number;
        Ok(Attempted { order, attempt })
    }

    /// Cancels an unpaid order for the merchant.
    pub(super) fn cancel(&mut self, invoice: &str, now: i64) -> Result<(), Refused> {
        self.invoiced_mut(invoice)?.cancel(now)
    }

    /// Voids a card payment for the merchant before it settles.
    pub(super) fn void(&mut self, invoice: &str, now: i64) -> Result<Attempted, Refused> {
        let order = self.invoiced_mut(invoice)?;
        let attempt = order.void(now)?;
        let order = order.clone();
        self.ledger.book(|id| Booking {
            id,
            kind: BookingKind::Void,
            reference: order.reference().to_owned(),
            amount: attempt.amount,
            account: None,
            code: None,
            at: now,
        });
        Ok(Attempted { order, attempt })
    }

    /// Books a transfer on a bank account, or to a virtual account of it.
    pub(super) fn transfer(
        &mut self,
        transfer: &Transfer,
        now: i64,
    ) -> Result<BankTransaction, Refused> {
        let unknown = || Refused::UnknownAccount(transfer.account.clone());
        let credited = match transfer.direction {
            Direction::In => self.virtual_accounts.accepts(&transfer.account, transfer.amount),
            Direction::Out => None,
        };
        let credited = credited.transpose()?;
        let account = self.accounts.iter_mut().find(|account| match &credited {
            Some(credited) => account.id == credited.bank_account_id,
            None => {
                account.number == transfer.account
                    || sub_account(account, transfer)
                        .is_some_and(|number| number == transfer.account)
            }
        });
        let account = account.ok_or_else(unknown)?;
        if transfer.direction == Direction::In && !account.reports(&transfer.memo) {
            return Err(Refused::NotReported {
                account: account.number.clone(),
                lead: account.memo_lead.clone().unwrap_or_default(),
            });
        }
        account.balance = balance_after(account, transfer)?;
        account.last_transaction = Some(now);
        let at = now.saturating_sub(transfer.late_by);

        let number = self.transactions.len() as u64 + 1;
        let reference = ids::bank_reference(now, number);
        let content = transfer.mangling.apply(&transfer.memo, &reference);
        let transaction = BankTransaction {
            webhook_id: webhook_id(number),
            uuid: ids::uuid("bank-transaction", number),
            account_id: account.id.clone(),
            account_number: account.number.clone(),
            bank: account.bank,
            direction: transfer.direction,
            amount: transfer.amount,
            accumulated: account.balance,
            code: match &credited {
                Some(credited) => Some(credited.order_code.clone()),
                None => self.rule.as_ref().and_then(|rule| rule.find(&content)),
            },
            virtual_account: match credited {
                Some(credited) => Some(Arrival { id: credited.va_id, number: credited.va_number }),
                None => sub_account(account, transfer).map(|number| Arrival {
                    id: ids::uuid("sub-account", number),
                    number: number.to_owned(),
                }),
            },
            content,
            reference,
            at,
            webhook_success: None,
        };
        if let Some(arrival) = &transaction.virtual_account {
            self.virtual_accounts.credit(&arrival.number, transaction.amount, now);
        }
        self.dated_in_order &=
            self.transactions.last().is_none_or(|last| last.at <= transaction.at);
        self.transactions.push(transaction.clone());
        self.ledger.book(|id| Booking {
            id,
            kind: match transaction.direction {
                Direction::In => BookingKind::BankCredit,
                Direction::Out => BookingKind::BankDebit,
            },
            reference: transaction.content.clone(),
            amount: transaction.amount,
            account: Some(transaction.account_number.clone()),
            code: transaction.code.clone(),
            at: now,
        });
        Ok(transaction)
    }

    pub(super) fn transaction(&self, webhook_id: u64) -> Result<&BankTransaction, Refused> {
        self.transactions
            .iter()
            .find(|transaction| transaction.webhook_id == webhook_id)
            .ok_or(Refused::UnknownTransaction(webhook_id))
    }

    /// Records that a webhook about the transaction was sent, and whether it was acknowledged.
    pub(super) fn webhook_sent(&mut self, webhook_id: u64, taken: bool) {
        let transaction =
            self.transactions.iter_mut().find(|transaction| transaction.webhook_id == webhook_id);
        if let Some(transaction) = transaction {
            let before = transaction.webhook_success.unwrap_or(0);
            transaction.webhook_success = Some(before.saturating_add(taken.into()));
        }
    }

    fn order_mut(&mut self, key: &str) -> Result<&mut Order, Refused> {
        self.orders
            .iter_mut()
            .find(|order| order.is(key))
            .ok_or_else(|| Refused::UnknownOrder(key.to_owned()))
    }

    /// The order with this invoice number, which is the only name that instructions accept.
    fn invoiced_mut(&mut self, invoice: &str) -> Result<&mut Order, Refused> {
        self.orders
            .iter_mut()
            .find(|order| order.purchase.invoice.as_deref() == Some(invoice))
            .ok_or_else(|| Refused::UnknownOrder(invoice.to_owned()))
    }
}

/// The sub-account of `account` that a transfer goes to: by its number or, where memos name
/// sub-accounts, by the memo.
fn sub_account<'a>(account: &'a BankAccount, transfer: &Transfer) -> Option<&'a str> {
    if transfer.direction == Direction::Out {
        return None;
    }
    match account.memo_lead {
        Some(_) => account.sub_account_in(&transfer.memo),
        None => {
            account.sub_accounts.iter().find(|sub| **sub == transfer.account).map(String::as_str)
        }
    }
}

fn balance_after(account: &BankAccount, transfer: &Transfer) -> Result<u64, Refused> {
    let amount = Refused::Amount(transfer.amount);
    match transfer.direction {
        _ if transfer.amount == 0 => Err(amount),
        Direction::In => account.balance.checked_add(transfer.amount).ok_or(amount),
        Direction::Out => account
            .balance
            .checked_sub(transfer.amount)
            .ok_or_else(|| Refused::InsufficientBalance(account.number.clone())),
    }
}
