//! The names of accounts' holders, as banks write them.

use payments_core::{Error, Result};

/// A person's name as banks write it: unaccented capitals, words one space apart.
///
/// A name is signed and sent exactly as it is given, and HPay refuses one that is not the
/// account's (code 117): the app calls this function where it wants it, and the provider never does.
///
/// ```
/// assert_eq!(provider_hpay::holder_name("Nguyễn  Văn Á")?, "NGUYEN VAN A");
/// # Ok::<(), payments_core::Error>(())
/// ```
///
/// # Errors
/// `InvalidRequest` if a letter has no such form.
pub fn holder_name(name: &str) -> Result<String> {
    let text = vietqr::transfer_text(name)
        .map_err(|error| Error::invalid("name", error.to_string()).with_source(error))?;
    Ok(text.to_ascii_uppercase())
}

/// Checks the spaces of a name whose letters were checked already.
pub(crate) fn check_spaces(field: &'static str, name: &str) -> Result<()> {
    if name.split(' ').any(str::is_empty) {
        return Err(Error::invalid(
            field,
            "has a space too many; provider_hpay::holder_name writes a name as banks do",
        ));
    }
    Ok(())
}
