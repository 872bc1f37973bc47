//! The shop's own settings, apart from its gateways.

use std::fmt;
use std::net::SocketAddr;

use payments::config::Environ;

/// The shop's addresses, from environment variables, so that `payments.toml` configures gateways
/// only and `payments doctor` reads it too.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The address that it listens on: `SHOP_ADDRESS`, by default `127.0.0.1:3000`.
    pub address: SocketAddr,
    /// Its public address: `SHOP_URL`, by default the address that it listens on.
    pub url: String,
}

/// A variable that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    variable: &'static str,
    problem: &'static str,
}

impl Settings {
    /// A shop at `address`.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, url: format!("http://{address}") }
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
        Ok(settings)
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
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let error = read(&[("SHOP_ADDRESS", "here")]).unwrap_err();
        assert!(error.to_string().starts_with("SHOP_ADDRESS "), "{error}");
        assert!(read(&[("SHOP_URL", "shop.example")]).is_err());
    }
}
