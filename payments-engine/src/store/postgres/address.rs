//! Where a PostgreSQL store is.

use std::fmt;
use std::time::Duration;

use payments_core::{Error, ErrorKind};
use sqlx::postgres::PgConnectOptions;
#[cfg(feature = "sqlx-0_9")]
use sqlx::postgres::PgConnection;

#[cfg(feature = "sqlx-0_9")]
use super::connection::connect;
use super::connection::place;

/// How long an engine may be silent before the others take over its work.
const SILENCE: Duration = Duration::from_secs(20);

/// The address of a PostgreSQL store.
#[derive(Clone)]
pub(crate) struct Address {
    /// Contains the password, so it is never printed.
    options: Result<Box<PgConnectOptions>, String>,
    pub(super) silence: Duration,
}

impl Address {
    pub(crate) fn new(url: &str) -> Self {
        let options = url.parse().map(Box::new).map_err(|error: sqlx::Error| match error {
            sqlx::Error::Configuration(why) => why.to_string(),
            _ => "it is not a URL such as postgres://user@host:5432/database".to_owned(),
        });
        Self { options, silence: SILENCE }
    }

    /// Connects to the server, and checks that it keeps the commits that it confirms.
    #[cfg(feature = "sqlx-0_9")]
    pub(crate) async fn connect(&self) -> Result<PgConnection, Error> {
        connect(&self.options()?).await
    }

    pub(super) fn options(&self) -> Result<PgConnectOptions, Error> {
        self.options.clone().map(|options| *options).map_err(|why| {
            let message = format!("the address of the PostgreSQL store cannot be read: {why}");
            Error::new(ErrorKind::Configuration, message)
        })
    }

    pub(super) fn unusable(&self, error: sqlx::Error) -> Error {
        let message = format!("the store {self} cannot be used");
        Error::new(ErrorKind::Unavailable, message).with_source(error)
    }

    #[cfg(feature = "seeded-bugs")]
    pub(in crate::store) fn with_silence(self, silence: Duration) -> Self {
        Self { silence, ..self }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.options {
            Ok(options) => f.write_str(&place(options)),
            Err(_) => f.write_str("PostgreSQL at an address that cannot be read"),
        }
    }
}
