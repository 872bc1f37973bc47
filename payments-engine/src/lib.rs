//! A durable journal of payouts and payments: each reference is sent at most once, despite crashes,
//! stalls and repeated calls. It needs only a SQLite file or your PostgreSQL database.
//!
//! The [`Engine`] wraps the payouts and payments of your providers. It records an instruction
//! before sending it, gives out one permit to send it, and records its outcome. While an outcome is
//! uncertain it sends inquiries, until the outcome is known or a person decides. It stores
//! deliveries before it acknowledges them ([`Engine::accept`]), counts each credit once, and calls
//! your handlers with every changed record ([`Handler`]).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use payments_core::bank::{AccountNumber, BankAccount, Bin};
//! use payments_core::{PayoutRef, Submission, money::Money, payout::*};
//! use payments_engine::{Engine, HandedOver, Store};
//! # let gateway = provider_mock::MockGateway::new(provider_mock::Settings::test())?;
//! # let provider = gateway.provider("main")?;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("shop.db");
//!
//! # #[cfg(not(feature = "sqlite"))]
//! # let engine = Engine::builder().with_store(Store::memory()).with_provider(provider).start().await?;
//! # #[cfg(feature = "sqlite")]
//! let engine =
//!     Engine::builder().with_store(Store::sqlite(path)).with_provider(provider).start().await?;
//!
//! let account = BankAccount::new(Bin::new("970436")?, AccountNumber::new("0071001234567")?);
//! let beneficiary = Beneficiary::new(account, "NGUYEN VAN A")?;
//! let request = |reference: &str| {
//!     CreatePayout::new(PayoutRef::new(reference)?, Money::vnd(50_000), beneficiary.clone())
//! };
//!
//! // Waited for: the same role as the provider's own, sent at most once for each reference.
//! let payouts = engine.payouts("main")?;
//! match payouts.create_payout(&request("salary-2026-11")?).await? {
//!     Submission::Accepted(payout) => println!("{:?}", payout.state),
//!     Submission::Declined(decline) if decline.is_confirmed() => println!("refused: {decline}"),
//!     // Nothing proves this refusal, so the money may have left.
//!     Submission::Declined(_) | Submission::Uncertain(_) => {
//!         println!("the engine asks until it is known")
//!     }
//! }
//!
//! // Handed over: on record once this returns, and sent by the engine.
//! let handed_over = engine.submit("main", &request("salary-2026-12")?).await?;
//! assert!(matches!(handed_over, HandedOver::Recorded(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Promises
//!
//! | promise | assumptions |
//! |---|---|
//! | at most one send per reference; a second permit only after the first was given back with 0 bytes written | A1, A2 |
//! | what was acknowledged is never lost | A1 |
//! | no automatic `failed` while money may still move | A1 to A5 |
//! | every record that is not final is due at a known time or is before a person | a running engine; [`Engine::health`] reports the exceptions |
//!
//! The assumptions are:
//!
//! - A1: the database keeps every commit that it confirmed, and is never replaced by an older copy
//!   of itself. With SQLite this needs WAL with `synchronous=FULL`, with PostgreSQL `fsync` and
//!   `synchronous_commit`; both are checked at the start.
//! - A2: a provider sends at most once per call.
//! - A3: the boot clock is accurate to 10 %.
//! - A4: the gateway books within [`Limits::quiet`], or its inquiry shows the instruction.
//! - A5: its [`AbsenceRule`](payments_core::rules::AbsenceRule) is true.
//!
//! # Overview
//!
//! [`Engine`] is the handle and [`EngineBuilder`] sets it up. [`Store`] selects where the journal
//! is kept, and [`Limits`] sets the time limits. [`PayoutRecord`] is the state of a payout, the
//! fold of its [`Observation`]s; a [`Case`] is a decision that a person has to make.
//!
//! # A repeated `create_payout`
//!
//! | record of the reference | returned |
//! |---|---|
//! | none, or not sent | it is sent; the content may differ |
//! | prepared, submitting | the outcome, waited for; then `Uncertain` (under way) |
//! | pending, succeeded, reversed | `Accepted` with that state |
//! | uncertain | the same `Uncertain`, or the same unconfirmed refusal |
//! | failed | the same `Declined` |
//! | other content, or another provider | `Err(Conflict)`, naming the field and the state of the first |
//!
//! # Features
//!
//! | feature | makes available |
//! |---|---|
//! | `localized` | `Case::text`: what happened, in English or Vietnamese, with localized amounts |
//! | `sqlite` | [`Store::sqlite`]; without it the crate depends on no database |
//! | `postgres` | [`Store::postgres`], on which several engines may run |
//! | `sqlx-0_9` | [`Engine::submit_in`] with a `sqlx::Transaction` on PostgreSQL, handlers by `PostgresDatabase` |
//! | `rusqlite` | [`Engine::submit_in`] with a `rusqlite::Transaction` |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "a store in memory needs less")
)]

mod app;
mod booking;
mod change;
mod change_log;
mod engine;
mod handlers;
mod inbox;
mod journal;
mod limits;
mod notice;
mod reconcile;
mod record;
mod reference;
mod resolver;
mod sealing;
mod seeded;
mod shared;
mod sink;
mod statements;
mod store;

pub use app::AppTransaction;
pub use change::{Change, Notice, Subject};
pub use engine::{Engine, EngineBuilder, HandedOver, Health, Migrated, PaymentFilter};
pub use handlers::{AppDatabase, DeadLetter, Handler, HandlerError, HandlerLimits, Interrupter};
#[cfg(feature = "sqlx-0_9")]
pub use handlers::{PostgresDatabase, PostgresTransaction};
#[cfg(feature = "rusqlite")]
pub use handlers::{SqliteDatabase, SqliteTransaction};
pub use inbox::{Accepted, DoubtfulDelivery, InboxHealth, InboxLimits};
pub use journal::RoutedOpening;
pub use limits::Limits;
pub use reconcile::{Period, ReconciliationRow, ReconciliationRun, RowKind, RunState};
pub use record::{
    AccountChange, AccountChangeKind, AccountRecord, Cancellation, Case, CaseId, CaseKind,
    Compared, Conclusion, Credit, CreditName, CreditRecord, Decision, Instruction, Observation,
    Observed, OpeningState, Outcome, PaymentObservation, PaymentOpening, PaymentRecord,
    PayoutRecord, Permit, RecordKind, RecordState, RefundOf, RefundRecord, RefundRecordState,
    Report, ReportData, Seen, Sending, SendingState, Settled, Source, Standing, Stated,
};
pub use resolver::Pass;
pub use sealing::SealingKey;
#[cfg(feature = "seeded-bugs")]
#[doc(hidden)]
pub use seeded::Seeded;
pub use sink::{Sink, WebhookClient, WebhookKey, WebhookSink};
#[cfg(feature = "seeded-bugs")]
#[doc(hidden)]
pub use store::Fault;
pub use store::Store;
