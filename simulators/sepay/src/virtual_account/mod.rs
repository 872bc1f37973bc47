//! Orders with virtual accounts of their own, as SePay keeps them for three banks.

mod bank;
mod books;
mod order;

pub use order::{OrderStatus, VaOrder, VaStatus, VirtualAccount};

pub(super) use bank::va_number;
pub(super) use books::{NewOrder, NewVa, VaBooks, VaRefused};

/// The VA prefix of the simulated Sacombank accounts.
pub const VA_PREFIX: &str = "SEP200001WEB";

/// The terminal of the simulated Vietcombank accounts, as that bank names it.
pub const TERMINAL: &str = "20933557";
