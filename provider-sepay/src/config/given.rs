//! Converts and checks values of a typed configuration.

use payments_core::check_page_address;
#[cfg(feature = "oauth")]
use payments_core::check_web_address;
use provider_kit::config::Reader;

/// The message for a missing secret.
pub(super) const NO_SECRET: &str = "is missing; give { env = \"…\" } or { file = \"…\" }";

/// Returns a required value.
pub(super) fn required<T: Clone>(
    read: &mut Reader<'_>,
    key: &'static str,
    given: &Option<T>,
) -> Option<T> {
    if given.is_none() {
        read.problem(key, "is missing");
    }
    given.clone()
}

/// Returns a text that was parsed by `parse`.
pub(super) fn parsed<T>(
    read: &mut Reader<'_>,
    key: &str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    parse(text).map_err(|problem| read.problem(key, problem)).ok()
}

/// Reads an address of the merchant that a browser opens. It may have a fragment.
pub(super) fn page_address(
    read: &mut Reader<'_>,
    key: &str,
    given: &Option<String>,
) -> Option<String> {
    let text = given.as_deref()?;
    parsed(read, key, text, |text| match check_page_address(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(problem) => Err(problem.to_owned()),
    })
}

/// Reads an address of the merchant without a fragment.
#[cfg(feature = "oauth")]
pub(super) fn web_address(
    read: &mut Reader<'_>,
    key: &str,
    given: &Option<String>,
) -> Option<String> {
    let text = given.as_deref()?;
    parsed(read, key, text, |text| match check_web_address(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(problem) => Err(problem.to_owned()),
    })
}
