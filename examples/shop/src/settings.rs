//! The shop's own settings, apart from its gateways.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments::{Secret, config::Environ};

/// The shop's addresses, database and password, from environment variables, so that `payments.toml`
/// configures only gateways and `payments doctor` can also read it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The address that it listens on: `SHOP_ADDRESS`, by default `127.0.0.1:3000`.
    pub address: SocketAddr,
    /// Its public address: `SHOP_URL`, by default the address that it listens on.
    pub url: String,
    /// Its database, which is also the engine's store: `SHOP_DATABASE`, by default `shop.db`.
    pub database: PathBuf,
    /// The credentials that the owner's browser sends, if there is a password: see
    /// [`with_password`].
    ///
    /// [`with_password`]: Self::with_password
    pub(crate) admin: Option<Secret>,
}

/// A variable that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    variable: &'static str,
    problem: &'static str,
}

impl Settings {
    /// Creates the settings for a shop at `address`.
    pub fn at(address: SocketAddr) -> Self {
        let (url, database) = (format!("http://{address}"), PathBuf::from("shop.db"));
        Self { address, url, database, admin: None }
    }

    /// Sets the path of its database.
    #[must_use]
    pub fn with_database(mut self, path: impl Into<PathBuf>) -> Self {
        self.database = path.into();
        self
    }

    /// Sets the password of the user `owner` for the page `/admin`: `SHOP_ADMIN_PASSWORD`. Without
    /// a password that page does not exist.
    ///
    /// # Errors
    /// The password is blank, or has characters that a secret cannot have.
    pub fn with_password(mut self, password: &str) -> Result<Self, SettingsError> {
        let refused = SettingsError {
            variable: "SHOP_ADMIN_PASSWORD",
            problem: "is blank, or has white space around it or control characters in it",
        };
        Secret::new(password).map_err(|_| refused.clone())?;
        let sent = format!("Basic {}", STANDARD.encode(format!("owner:{password}")));
        self.admin = Some(Secret::new(sent).map_err(|_| refused)?);
        Ok(self)
    }

    /// Sets its public address.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into().trim_end_matches('/').to_owned();
        self
    }

    /// Reads the variables.
    ///
    /// # Errors
    /// A variable cannot be read.
    pub fn from_environ(environ: &Environ) -> Result<Self, SettingsError> {
        let address = environ.get("SHOP_ADDRESS").unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let address = address.parse().map_err(|_| SettingsError {
            variable: "SHOP_ADDRESS",
            problem: "is not an address and a port, such as 127.0.0.1:3000",
        })?;
        let mut settings = Self::at(address);
        if let Some(url) = environ.get("SHOP_URL") {
            if !url.starts_with("https://") && !url.starts_with("http://") {
                return Err(SettingsError {
                    variable: "SHOP_URL",
                    problem: "is not an http(s) address",
                });
            }
            settings = settings.with_url(url);
        }
        if let Some(path) = environ.get("SHOP_DATABASE") {
            settings = settings.with_database(path);
        }
        match environ.get("SHOP_ADMIN_PASSWORD") {
            Some(password) => settings.with_password(&password),
            None => Ok(settings),
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.problem)
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_environ(&Environ::of(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        ))
    }

    #[test]
    fn a_shop_without_settings_is_on_this_machine() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.url, "http://127.0.0.1:3000");
        assert!(settings.admin.is_none(), "nobody is the owner without a password");
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let error = read(&[("SHOP_ADDRESS", "here")]).unwrap_err();
        assert!(error.to_string().starts_with("SHOP_ADDRESS "), "{error}");
        assert!(read(&[("SHOP_URL", "shop.example")]).is_err());
        assert!(read(&[("SHOP_ADMIN_PASSWORD", " ")]).is_err());
    }
}
