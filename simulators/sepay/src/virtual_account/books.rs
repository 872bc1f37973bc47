//! All orders, and the changes that each allows.

use serde::{Deserialize, Serialize};

use super::{
    OrderStatus, TERMINAL, VA_PREFIX, VaOrder, VaStatus, VirtualAccount,
    bank::{BankRules, is_terminal_number, va_number},
};
use crate::{BankAccount, Refused, ids};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct VaBooks {
    orders: Vec<VaOrder>,
    /// How many virtual accounts were ever opened.
    serial: u64,
    /// The prefix at Sacombank.
    #[serde(default = "usual_prefix")]
    prefix: String,
    /// The terminal at Vietcombank.
    #[serde(default = "usual_terminal")]
    terminal: String,
}

fn usual_prefix() -> String {
    VA_PREFIX.to_owned()
}

fn usual_terminal() -> String {
    TERMINAL.to_owned()
}

/// A request for an order.
#[derive(Debug, Default)]
pub(crate) struct NewOrder {
    pub(crate) order_code: Option<String>,
    pub(crate) amount: Option<u64>,
    pub(crate) va_holder_name: Option<String>,
    pub(crate) duration: Option<u64>,
    pub(crate) va_prefix: Option<String>,
    pub(crate) tid: Option<String>,
}

/// A request for another virtual account of an order.
#[derive(Debug, Default)]
pub(crate) struct NewVa {
    pub(crate) amount: Option<u64>,
    pub(crate) va_holder_name: Option<String>,
    pub(crate) duration: Option<u64>,
}

/// Why SePay refuses an instruction about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VaRefused {
    /// There is no such bank account, order or virtual account.
    Unknown,
    /// The bank has no orders.
    Bank,
    /// A field is missing, wrong or not for this bank.
    Field(&'static str),
    /// The terminal number is malformed.
    TerminalFormat,
    /// The terminal is not the account's.
    Terminal,
    /// The state does not allow it.
    State,
    /// Vietcombank's order is paid or cancelled.
    VietcombankState,
}

/// The order and virtual account of a credit.
#[derive(Clone, Debug)]
pub(crate) struct Credited {
    pub(crate) bank_account_id: String,
    pub(crate) va_id: String,
    pub(crate) va_number: String,
    pub(crate) order_code: String,
}

/// The largest amount, of 12 digits.
const LARGEST_AMOUNT: u64 = 999_999_999_999;

impl VaBooks {
    pub(crate) fn new(prefix: &str, terminal: &str) -> Self {
        let (prefix, terminal) = (prefix.to_owned(), terminal.to_owned());
        Self { orders: Vec::new(), serial: 0, prefix, terminal }
    }

    /// Returns all of them, oldest first.
    pub(crate) fn orders(&self) -> &[VaOrder] {
        &self.orders
    }

    /// How many virtual accounts were ever opened.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// The order `id` of a bank account.
    pub(crate) fn order(&self, account: &str, id: &str) -> Option<&VaOrder> {
        self.orders.iter().find(|order| order.bank_account_id == account && order.id == id)
    }

    /// Opens an order. SePay does not document what it does with an order code that is in use; here
    /// it is refused.
    pub(crate) fn create(
        &mut self,
        account: &BankAccount,
        order: &NewOrder,
        now: i64,
    ) -> Result<VaOrder, VaRefused> {
        let rules = BankRules::of(account.bank).ok_or(VaRefused::Bank)?;
        check_terminal(rules, order.tid.as_deref(), &self.terminal)?;
        match order.va_prefix.as_deref() {
            Some(prefix) if rules.prefix && prefix == self.prefix => {}
            None if !rules.prefix => {}
            _ => return Err(VaRefused::Field("va_prefix")),
        }
        check_amount(order.amount)?;
        if rules.exact && order.amount.is_none() {
            return Err(VaRefused::Field("amount"));
        }
        let number = self.orders.len() as u64 + 1;
        let order_code = match order.order_code.as_deref() {
            None | Some("") => format!("SPO{number:09}"),
            Some(code) => code.to_owned(),
        };
        let taken = self
            .orders
            .iter()
            .any(|known| known.bank_account_id == account.id && known.order_code == order_code);
        if taken || !is_code(&order_code, rules.longest_code) {
            return Err(VaRefused::Field("order_code"));
        }
        let id = ids::uuid("va-order", number);
        let details = NewVa {
            amount: order.amount,
            va_holder_name: order.va_holder_name.clone(),
            duration: order.duration,
        };
        let va = self.virtual_account(rules, account, &details, now)?;
        let order = VaOrder {
            id,
            bank_account_id: account.id.clone(),
            order_code,
            amount: order.amount,
            paid_amount: 0,
            status: OrderStatus::Pending,
            va: vec![va],
            created_at: now,
            updated_at: now,
        };
        self.orders.push(order.clone());
        Ok(order)
    }

    /// Adds a virtual account. Only BIDV's orders can be paid in parts and have more than one.
    pub(crate) fn add_va(
        &mut self,
        account: &BankAccount,
        id: &str,
        va: &NewVa,
        now: i64,
    ) -> Result<VirtualAccount, VaRefused> {
        let rules = BankRules::of(account.bank).ok_or(VaRefused::Bank)?;
        let order = self.order(&account.id, id).ok_or(VaRefused::Unknown)?;
        if rules.exact || !matches!(order.status, OrderStatus::Pending | OrderStatus::Partially) {
            return Err(VaRefused::State);
        }
        check_amount(va.amount)?;
        if va.amount.zip(order.amount).is_some_and(|(part, whole)| part > whole) {
            return Err(VaRefused::Field("amount"));
        }
        let va = self.virtual_account(rules, account, va, now)?;
        let order = self.order_mut(&account.id, id)?;
        order.va.push(va.clone());
        order.updated_at = now;
        Ok(va)
    }

    /// Cancels an order without payments, with its virtual accounts.
    pub(crate) fn cancel(
        &mut self,
        account: &BankAccount,
        id: &str,
        now: i64,
    ) -> Result<(), VaRefused> {
        let at_vietcombank = account.bank.code == "VCB";
        let order = self.order_mut(&account.id, id)?;
        if order.status != OrderStatus::Pending {
            let state = VaRefused::State;
            return Err(if at_vietcombank { VaRefused::VietcombankState } else { state });
        }
        order.status = OrderStatus::Cancelled;
        order.updated_at = now;
        for va in order.va.iter_mut().filter(|va| va.status == VaStatus::Unpaid) {
            va.status = VaStatus::Cancelled;
        }
        Ok(())
    }

    /// Cancels a virtual account without payments; its order does not change.
    pub(crate) fn cancel_va(
        &mut self,
        account: &BankAccount,
        id: &str,
        number: &str,
        now: i64,
    ) -> Result<(), VaRefused> {
        let order = self.order_mut(&account.id, id)?;
        let va = order.va.iter_mut().find(|va| va.va_number == number);
        let va = va.ok_or(VaRefused::Unknown)?;
        if va.status != VaStatus::Unpaid {
            return Err(VaRefused::State);
        }
        va.status = VaStatus::Cancelled;
        order.updated_at = now;
        Ok(())
    }

    /// Whether the bank accepts a transfer of `amount` to `number`; `None` if that is no virtual
    /// account. An expired account still accepts money, because SePay documents nothing but
    /// `expired_at`.
    pub(crate) fn accepts(&self, number: &str, amount: u64) -> Option<Result<Credited, Refused>> {
        let (order, va) = self.orders.iter().find_map(|order| {
            let va = order.va.iter().find(|va| va.va_number == number)?;
            Some((order, va))
        })?;
        Some(if va.status != VaStatus::Unpaid {
            Err(Refused::VirtualAccountClosed(number.to_owned()))
        } else if va.amount.is_some_and(|exact| exact != amount) {
            Err(Refused::OtherAmount(number.to_owned()))
        } else {
            Ok(Credited {
                bank_account_id: order.bank_account_id.clone(),
                va_id: va.id.clone(),
                va_number: va.va_number.clone(),
                order_code: order.order_code.clone(),
            })
        })
    }

    /// Books a transfer that passed [`accepts`](Self::accepts).
    pub(crate) fn credit(&mut self, number: &str, amount: u64, now: i64) {
        let with_va = |order: &&mut VaOrder| order.va.iter().any(|va| va.va_number == number);
        let Some(order) = self.orders.iter_mut().find(with_va) else { return };
        order.paid_amount = order.paid_amount.saturating_add(amount);
        order.updated_at = now;
        let complete = order.amount.is_some_and(|whole| order.paid_amount >= whole);
        order.status = if complete { OrderStatus::Paid } else { OrderStatus::Partially };
        for va in order.va.iter_mut().filter(|va| va.va_number == number) {
            va.paid_at = va.paid_at.or(Some(now));
            if va.amount.is_some() || complete {
                va.status = VaStatus::Paid;
            }
        }
    }

    fn virtual_account(
        &mut self,
        rules: BankRules,
        account: &BankAccount,
        va: &NewVa,
        now: i64,
    ) -> Result<VirtualAccount, VaRefused> {
        let va_holder_name = match va.va_holder_name.as_deref() {
            None | Some("") => account.holder.clone(),
            Some(name) if rules.holder && is_holder(name) => name.to_owned(),
            Some(_) => return Err(VaRefused::Field("va_holder_name")),
        };
        let expired_at = match va.duration {
            None => None,
            Some(0) => return Err(VaRefused::Field("duration")),
            Some(seconds) => {
                let seconds = i64::try_from(seconds).map_err(|_| VaRefused::Field("duration"))?;
                Some(now.saturating_add(seconds))
            }
        };
        self.serial += 1;
        Ok(VirtualAccount {
            id: ids::uuid("virtual-account", self.serial),
            va_number: va_number(account.bank, &self.prefix, self.serial),
            va_holder_name,
            amount: va.amount,
            status: VaStatus::Unpaid,
            expired_at,
            paid_at: None,
            created_at: now,
        })
    }

    fn order_mut(&mut self, account: &str, id: &str) -> Result<&mut VaOrder, VaRefused> {
        self.orders
            .iter_mut()
            .find(|order| order.bank_account_id == account && order.id == id)
            .ok_or(VaRefused::Unknown)
    }
}

fn check_terminal(rules: BankRules, tid: Option<&str>, known: &str) -> Result<(), VaRefused> {
    match tid {
        None if !rules.terminal => Ok(()),
        Some(tid) if rules.terminal && !is_terminal_number(tid) => Err(VaRefused::TerminalFormat),
        Some(tid) if rules.terminal && tid != known => Err(VaRefused::Terminal),
        Some(_) if rules.terminal => Ok(()),
        _ => Err(VaRefused::Field("tid")),
    }
}

fn check_amount(amount: Option<u64>) -> Result<(), VaRefused> {
    match amount {
        Some(amount) if !(1..=LARGEST_AMOUNT).contains(&amount) => Err(VaRefused::Field("amount")),
        _ => Ok(()),
    }
}

fn is_code(code: &str, longest: usize) -> bool {
    (6..=longest).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_holder(name: &str) -> bool {
    let taken = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ';
    name.bytes().all(taken)
}
