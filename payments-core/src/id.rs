//! Identifiers of orders, payouts, accounts, providers and endpoints.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Error, Result};

/// The longest identifier that the core accepts. Providers may allow less, as their capabilities
/// declare.
const LONGEST: usize = 200;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $field:literal;)+) => {$(
        $(#[$doc])*
        ///
        /// It has 1 to 200 characters, no white space at the ends and no control characters.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(String);

        impl $name {
            /// Creates the identifier from `text`, unchanged.
            ///
            /// # Errors
            /// Returns [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if `text` is empty, too
            /// long or contains a character that is not allowed.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                let text = text.into();
                check($field, &text)?;
                Ok(Self(text))
            }

            /// Returns the identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    )+};
}

names! {
    /// The merchant's own name for the order, unique per merchant.
    #[doc(alias("order id", "invoice number"))]
    OrderRef = "order";
    /// The merchant's own name for a payout. It names the same payout for ever.
    PayoutRef = "payout";
    /// The merchant's own name for a refund.
    RefundRef = "refund";
    /// The gateway's own name for a payment, a payout, a transaction or another of its objects.
    GatewayRef = "gateway_ref";
    /// A gateway's name for one of the merchant's bank accounts.
    AccountId = "account";
    /// The name of a configured provider, such as `acme-main`.
    ProviderId = "provider";
    /// The kind of a provider, such as `acme`. Each kind is registered by one crate.
    #[doc(alias("PSP", "gateway"))]
    ProviderKind = "kind";
    /// The name of an endpoint at which deliveries arrive, such as `notify`.
    EndpointName = "endpoint";
}

fn check(field: &'static str, text: &str) -> Result<()> {
    let problem = if text.is_empty() {
        "is empty; give it a name"
    } else if text.len() > LONGEST && text.chars().count() > LONGEST {
        "is longer than 200 characters"
    } else if text.trim() != text {
        "starts or ends with white space"
    } else if text.chars().any(char::is_control) {
        "contains a control character"
    } else {
        return Ok(());
    };
    Err(Error::invalid(field, problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_name_is_refused_naming_the_field() {
        for bad in ["", " A", "A ", "A\nB", &"x".repeat(201)] {
            let error = OrderRef::new(bad).unwrap_err();
            assert_eq!(error.field(), Some("order"), "{bad:?}");
        }
        assert_eq!(OrderRef::new("ĐH-2026/1").unwrap().as_str(), "ĐH-2026/1");
    }
}
