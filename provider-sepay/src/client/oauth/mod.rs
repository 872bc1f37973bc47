//! OAuth2 as a client of SePay, and the API behind it.

mod app;
mod connection;
mod session;
mod webhooks;

pub use app::{Authorization, OAuthApp};
pub use connection::Connection;

pub(crate) use app::AppSettings;
