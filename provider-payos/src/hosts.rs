//! payOS's hosts (source: payos.vn/docs, API). payOS has no sandbox and tells merchants to test
//! with small real transfers.

/// The base address of the API.
pub(crate) const API: &str = "https://api-merchant.payos.vn";

/// The base address of the pages where buyers pay.
pub(crate) const PAY: &str = "https://pay.payos.vn";

/// Returns the address of a link's page, which payOS does not return for a found link. payOS's own
/// plug-ins for Sapo and Haravan make it in the same way.
pub(crate) fn page(pay: &str, link: &str) -> String {
    format!("{pay}/web/{link}")
}
