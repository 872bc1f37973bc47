//! payOS's hosts (payos.vn/docs, API). payOS has no sandbox and tells merchants to test with small
//! real transfers.

/// Every call.
pub(crate) const API: &str = "https://api-merchant.payos.vn";

/// The page where buyers pay.
pub(crate) const PAY: &str = "https://pay.payos.vn";

/// The address of the page of a link, which a found link does not tell. payOS's own plug-ins for
/// Sapo and Haravan make it alike.
pub(crate) fn page(pay: &str, link: &str) -> String {
    format!("{pay}/web/{link}")
}
