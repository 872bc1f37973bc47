//! SePay as a provider of the payments framework: its payment gateway, and the bank side with
//! statements, webhooks, and transfers that are matched by a payment code.
//!
//! ```
//! use std::sync::Arc;
//!
//! use payments_core::{OrderRef, Submission, money::Money, payment::{CreatePayment, NextAction}};
//! use provider_kit::{
//!     config::PaymentsConfig,
//!     registry::{Context, Registry},
//!     transport::HttpClient,
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
//!     Submission::Declined(decline) if decline.is_confirmed() => println!("refused: {decline}"),
//!     // Nothing proves this refusal, so the payment may be open.
//!     Submission::Declined(_) | Submission::Uncertain(_) => println!("ask later with find_payment"),
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
//! | the buyer | posts a signed form to SePay's page | transfers to the merchant's own account, with a payment code in the memo |
//! | methods | `Card`, `NapasQr`, or the buyer's choice | `BankTransfer`, with `account_*` and `code_*` |
//! | notifications | endpoint [`IPN`] | endpoint [`BANK_WEBHOOK`]; credits are also in the statement |
//! | inquiry | for the order | search of the statement for the payment code |
//!
//! The bank side also opens virtual accounts (`va_account`): an account number for one order, at
//! BIDV, Sacombank or Vietcombank.
//!
//! If both are configured, [`find_payment`](payments_core::PaymentProvider::find_payment) queries
//! both. If credits arrived and the checkout is unpaid, it returns the credits. If the checkout is
//! paid as well, it returns [`Several`](payments_core::Lookup::Several), because the order may have
//! been paid twice.
//!
//! To offer a transfer on SePay's own page, open a checkout with [`SePayOptions`] and
//! [`HostedMethod::BankTransfer`].
//!
//! # Proof of deliveries
//!
//! With `webhook_secret`, a webhook has a signature over its whole body and is accepted within 300
//! seconds; its event is proven. An IPN contains the merchant's secret but no signature, and the
//! same is true of a webhook with `webhook_api_key` or with a token (`webhook_client_id`): anybody
//! who has seen one could forge another. With `webhook_unauthenticated` anybody can send one. The
//! events of such deliveries are unconfirmed until
//! [`confirm`](payments_core::NotificationReceiver::confirm) has queried the order, or has found
//! the line in the statement by reference, account, amount and day.
//!
//! # Interpretations
//!
//! Choices made because SePay's documents are silent or contradict each other:
//!
//! - The fields of a form are signed and posted in the order of the newest form page;
//!   `formulas.checkout = "checkout.allowlist"` selects the order of SePay's libraries (see
//!   [`formula`]).
//! - An order is queried by its invoice number, like in SePay's libraries, although the
//!   documentation calls the parameter `order_id`.
//! - An open order with an approved payment is uncertain: query it later, or let a person look at
//!   it.
//! - The amount received for a captured order is the sum of its approved payments or, if it lists
//!   none, the amount asked.
//! - SePay documents no status for a voided order. A payment is refunded if its void was accepted,
//!   or if its order is cancelled although a card had paid it. If a notification claims a void and
//!   the order has any other status, the claim is contradicted and a person must decide.
//! - A cancellation or void is accepted if the status is 200 and the body has a `message`, and
//!   refused if the status is 400, 401, 403, 404 or 422 and the body has one. Any other response is
//!   uncertain. Because refusals are not signed, the order is queried; if it shows that nothing was
//!   done, the refusal is confirmed.
//! - A verification (`VERIFY`) has no amount and is not a payment: see [`SePay::verification`].
//! - `RENEWAL_ORDER_PAID` is a claim about a separate order.
//! - The parameters of a list have the spelling of SePay's libraries; settings select the other
//!   spellings. The rows are filtered here again.
//! - A credit with a valid payment code on another account than the configured one keeps its code
//!   but belongs to no order.
//! - If both products are configured, an order reference may be any invoice number. One that cannot
//!   be part of a payment code is refused for `BankTransfer`, with an error that names `order`.
//! - A statement of v2 is first read by dates, and then continued from the line that was the newest
//!   when the first pass began. A statement of v1 is continued from the last number; a response
//!   with missing lines is refused.
//! - An order with a virtual account is created once and found by its code, which is the order
//!   reference. `expired_at` is a time and does not change the state.
//! - All times are in Vietnamese time. `notify_url` is ignored, because the address of
//!   notifications is set on SePay's dashboard.
//!
//! # Where to read on
//!
//! [`Config`] has every key of the configuration, [`guide`] leads from a SePay account to money in
//! the shop, and [`endpoints`] lists every endpoint with its function. [`build`] and
//! [`REGISTRATION`] are for configuration files, [`SePay`] has the methods that only SePay has,
//! [`formula`] the signatures, and [`testing`] makes signed deliveries for your tests.
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
