use std::fmt;

/// The card of an attempt to pay, as SePay shows it to its merchant.
///
/// Its `Debug` shows the brand alone.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Card {
    /// Its number, such as `512345xxxxxx0008`. SePay masks it; should it not, the digits between
    /// the first six and the last four are masked here.
    pub number: Option<String>,
    /// Who holds it.
    pub holder: Option<String>,
    /// Month and year of its end, such as `12/30`. The API writes `1230`, notifications `12/30`.
    pub expiry: Option<String>,
    /// Such as `MASTERCARD`.
    pub brand: Option<String>,
    /// Such as `CREDIT` or `DEBIT`.
    pub funding: Option<String>,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("brand", &self.brand).finish_non_exhaustive()
    }
}
