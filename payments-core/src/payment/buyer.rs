//! The buyer of a payment.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The buyer of a payment. Every field is optional. The fields are personal data, so `Debug` does
/// not show them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Buyer {
    /// The merchant's own identifier of the customer.
    pub id: Option<String>,
    /// The buyer's name.
    pub name: Option<String>,
    /// The buyer's e-mail address.
    pub email: Option<String>,
    /// The buyer's telephone number.
    pub phone: Option<String>,
}

impl Buyer {
    /// Creates a buyer with every field empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the merchant's own identifier of the customer.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the buyer's name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the buyer's e-mail address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Sets the buyer's telephone number.
    #[must_use]
    pub fn with_phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = Some(phone.into());
        self
    }
}

impl fmt::Debug for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buyer(…)")
    }
}
