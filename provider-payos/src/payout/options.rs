//! The options of a payout that only payOS has.

use payments_core::options::ProviderOptions;
use serde::{Deserialize, Serialize};

/// Options of a payout through payOS.
///
/// ```
/// let options = provider_payos::PayOSPayoutOptions::new().with_category("salary");
/// assert_eq!(options.category, ["salary"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PayOSPayoutOptions {
    /// Categories for reports on payOS's dashboard.
    pub category: Vec<String>,
}

impl PayOSPayoutOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a category.
    #[must_use]
    pub fn with_category(mut self, category: impl Into<String>) -> Self {
        self.category.push(category.into());
        self
    }
}

impl ProviderOptions for PayOSPayoutOptions {
    const KIND: &'static str = "payos";
}
