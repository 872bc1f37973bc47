//! The names of account holders in the spelling of banks.

use payments_core::{Error, Result};

/// Converts a person's name to the spelling of banks: capital letters without diacritics, with one
/// space between words.
///
/// The provider signs and sends a name exactly as it is given and never calls this function itself;
/// an app calls it if it needs to. HPay refuses a name that is not the account holder's (code 117).
///
/// ```
/// assert_eq!(provider_hpay::holder_name("Nguyễn  Văn Á")?, "NGUYEN VAN A");
/// # Ok::<(), payments_core::Error>(())
/// ```
///
/// # Errors
/// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if a letter has no such
/// form.
pub fn holder_name(name: &str) -> Result<String> {
    let text = vietqr::transfer_text(name)
        .map_err(|error| Error::invalid("name", error.to_string()).with_source(error))?;
    Ok(text.to_ascii_uppercase())
}

/// Checks the spaces of a name whose letters were already checked.
pub(crate) fn check_spaces(field: &'static str, name: &str) -> Result<()> {
    if name.split(' ').any(str::is_empty) {
        return Err(Error::invalid(
            field,
            "has a space too many; provider_hpay::holder_name writes a name as banks do",
        ));
    }
    Ok(())
}
