//! Handlers of changes, their databases, and the changes for which they fail.

mod database;
mod dead_letter;
mod dispatch;
mod handler;
mod limits;
#[cfg(feature = "sqlx-0_9")]
mod postgres;
mod run;
#[cfg(feature = "rusqlite")]
mod sqlite;

pub use database::{AppDatabase, Interrupter};
pub use dead_letter::DeadLetter;
pub use handler::{Handler, HandlerError};
pub use limits::HandlerLimits;
#[cfg(feature = "sqlx-0_9")]
pub use postgres::{PostgresDatabase, PostgresTransaction};
#[cfg(feature = "rusqlite")]
pub use sqlite::{SqliteDatabase, SqliteTransaction};

pub(crate) use dispatch::Handlers;
pub(crate) use handler::refuse_inside;
pub(crate) use run::{AtLeastOnce, ExactlyOnce, RunsHandler, ToSink};
