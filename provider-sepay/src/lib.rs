//! SePay for the payments framework: its payment gateway, and the bank side with statements,
//! webhooks and transfers by code.
//!
//! ```
//! use std::sync::Arc;
//!
//! use payments_core::{
//!     OrderRef, Submission, config::PaymentsConfig, money::Money, payment::{CreatePayment, NextAction},
//!     registry::{Context, Registry}, transport::HttpClient,
//! };
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let config: PaymentsConfig = toml::from_str(
//!     r#"
//!     [providers.sepay-main]
//!     kind = "sepay"
//!     environment = "sandbox"
//!     merchant_id = "SP-TEST-XXXXXXX"
//!     secret_key = "spsk_test_xxxxxxxxxxxxx"      # a literal only in the sandbox
//!     "#,
//! )?;
//! let context = Context::new(Arc::new(HttpClient::new(Default::default())?));
//! let registry = Registry::empty().add(provider_sepay::REGISTRATION);
//! let provider = registry.build(&config, &context)?.remove(0);
//!
//! let request = CreatePayment::new(OrderRef::new("DH-20260042")?, Money::vnd(50_000))?
//!     .with_description("Hai ly cà phê")
//!     .with_return_url("https://shop.example/paid")?;
//! match provider.payments()?.create_payment(&request).await? {
//!     // The buyer's browser posts the form; nobody has paid yet.
//!     Submission::Accepted(payment) => match payment.next.first() {
//!         Some(NextAction::PostForm(form)) => assert!(form.to_html("Pay").contains("signature")),
//!         other => unreachable!("{other:?}"),
//!     },
//!     Submission::Declined(decline) => println!("refused: {decline}"),
//!     Submission::Uncertain(_) => println!("ask later with find_payment"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Two products
//!
//! | | payment gateway | bank side |
//! |---|---|---|
//! | configured by | `merchant_id`, `secret_key` | `api_token`, or a webhook's secret alone |
//! | the buyer | posts a signed form to SePay's page | transfers to our own account, with a code in the memo |
//! | methods | `Card`, `NapasQr`, or the buyer chooses | `BankTransfer`, with `account_*` and `code_*` |
//! | news | endpoint [`IPN`] | endpoint [`BANK_WEBHOOK`], and the statement |
//! | inquiry | the order | the statement, searched by the code |
//!
//! Beside its transfers, the bank side opens virtual accounts (`va_account`): a number for one
//! order, at BIDV, Sacombank or Vietcombank.
//!
//! Where both are configured, [`find_payment`](payments_core::PaymentProvider::find_payment) asks
//! both. A checkout that nobody paid yields to credits that arrived; a paid one beside credits is
//! [`Several`](payments_core::Lookup::Several): the order may be paid twice.
//!
//! A transfer on SePay's own page is a checkout with [`SePayOptions`] and
//! [`HostedMethod::BankTransfer`].
//!
//! # What is proven
//!
//! A webhook with `webhook_secret` is signed over its whole body and within 300 seconds: proven. An
//! IPN carries the merchant's secret and signs nothing, and neither does a webhook with
//! `webhook_api_key` or with a token (`webhook_client_id`): whoever saw one could send another.
//! With `webhook_unauthenticated` anybody can. Their events are unconfirmed until
//! [`confirm`](payments_core::NotificationReceiver::confirm) has asked for the order, or has found
//! the line in the statement by reference, account, amount and day.
//!
//! # Readings
//!
//! Where SePay's documents are silent or disagree:
//!
//! - A form's fields are signed and posted in one order, that of the newest form page;
//!   `formulas.checkout = "checkout.allowlist"` takes that of SePay's libraries (see [`formula`]).
//! - An order is asked for by its invoice number, as SePay's libraries do, although the page calls
//!   the parameter `order_id`.
//! - An open order with an approved payment is uncertain: to be asked about again, or for a person.
//! - A captured order has received what its approved payments add up to; where it lists none, what
//!   it asked for.
//! - No status is documented for a voided order. An accepted void is a refunded payment; so is an
//!   order that is cancelled although a card had paid it. A claimed void of an order that says
//!   anything else is contradicted, for a person.
//! - A cancellation or void is accepted on `200` with a `message` and refused on 400, 401, 403, 404
//!   and 422 with one. Anything else is uncertain. Nobody signs a refusal, so the order is asked
//!   for: where it shows that nothing was done, the refusal is confirmed.
//! - A verification (`VERIFY`) asks for nothing and is no payment: [`SePay::verification`].
//! - `RENEWAL_ORDER_PAID` is a claim about an order of its own.
//! - A list's parameters are spelt as SePay's libraries spell them; settings take the other
//!   spellings, and what the list tells is filtered again.
//! - A credit with a code of ours on another account than the configured one keeps its code and
//!   belongs to no order.
//! - With both products an order reference may be any invoice number; one that cannot stand in a
//!   payment code is refused for `BankTransfer`, naming `order`.
//! - A statement of v2 is read by dates first, and then on from the line that was the newest when
//!   that began. One of v1 is read on from the last number; an answer that left lines out is refused.
//! - An order with a virtual account is created once and looked for by its code, which is the order
//!   reference. `expired_at` is a date and no state.
//! - All times are Vietnam's. `notify_url` is ignored: SePay's dashboard says where notifications
//!   go.
//!
//! # Where to read on
//!
//! [`Config`] for every key of the configuration, [`guide`] from a SePay account to money in the shop, [`endpoints`] for what is spoken to by
//! which function; [`build`] and [`REGISTRATION`] for configurations in text, [`SePay`] for what only
//! SePay has, [`formula`] for the signatures, [`testing`] for signed deliveries in your own tests.
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `inventory` | registration at link time |
//! | `oauth` | the partner API behind OAuth2, `oauth_*` of the configuration, module `oauth` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bank;
mod client;
mod config;
mod dedupe_scope;
#[cfg(test)]
mod endpoint_table;
#[doc = include_str!("../docs/endpoints.md")]
pub mod endpoints {}
mod field;
pub mod formula;
#[doc = include_str!("../docs/guide.md")]
pub mod guide {}
mod hosts;
mod limits;
mod notifications;
#[cfg(feature = "oauth")]
pub mod oauth;
mod payment_gateway;
mod payments;
mod questions;
mod readings;
mod sepay;
pub mod testing;

pub use bank::{QrImage, QrTemplate, SePayVaOptions, UserApiV1, UserApiV2, user_api};
pub use config::{
    CodeAlphabet, Compat, Config, OrderListEnd, OrderListSort, REGISTRATION, UserApiVersion,
    V1VaPath, build,
};
pub use notifications::{BANK_TOKEN, BANK_WEBHOOK, DOCUMENTED_SOURCES, IPN};
pub use payment_gateway::{
    Agreement, Card, HostedMethod, IpnContent, IpnCustomer, Obstacle, Order, OrderPage, OrderQuery,
    OrderSort, OrderTransaction, SePayOptions, TransactionKind, TransactionStatus, Verification,
};
pub use sepay::SePay;
