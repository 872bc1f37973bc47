//! The data of the User API: bank accounts, their transactions, virtual accounts, and orders with
//! their own virtual accounts.
//!
//! Both versions return the same types. An `id` is a number in v1 and a UUID in v2. The id of one
//! version is not known to the other, and neither is the `id` of a webhook (source: SePay API:
//! upgrade from v1). The filters of each version are in [`v1`] and [`v2`].
//!
//! ```
//! use payments_core::{Listed, Provider, Result};
//! use provider_sepay::{SePay, user_api::v2::TransactionFilter};
//!
//! async fn arrived_today(provider: &Provider, from: payments_core::Timestamp) -> Result<()> {
//!     let api = provider.extension::<SePay>()?.user_api_v2()?;
//!     let mut lines = api.every_transaction(&TransactionFilter::new().transaction_date_from(from));
//!     while let Some(line) = lines.next().await? {
//!         match line {
//!             Listed::Read(line) => println!("{} {:?}", line.amount_in, line.reference_number),
//!             Listed::Unreadable(row) => println!("a person has to look at it: {row}"),
//!         }
//!     }
//!     Ok(())
//! }
//! # let _ = arrived_today;
//! ```

pub(crate) mod filter;
pub(crate) mod listing;
pub(crate) mod order;
pub(crate) mod page;
mod reading;
pub(crate) mod record;
pub mod v1;
pub mod v2;

pub(crate) use filter::Pairs;
pub use filter::Sort;
pub use listing::Listing;
pub use order::{CreatedOrder, NewOrder, NewVa, OrderStatus, OrderVa, VaOrder, VaStatus};
pub use page::Page;
pub(crate) use reading::count;
pub use record::{BankAccount, Prefix, Terminal, Transaction, VirtualAccount};
