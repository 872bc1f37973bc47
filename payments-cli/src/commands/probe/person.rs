//! The dialogue with a person: questions on standard error, answers on standard input.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use payments::{
    payment::{NextAction, PostForm},
    reading::Finding,
};

use crate::exit::Failure;

/// Prints a line of the dialogue.
pub(super) fn tell(text: &str) {
    // If standard error is closed, nobody reads the dialogue.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Asks for permission to send an instruction.
///
/// # Errors
/// Standard input is not a terminal, or the answer is not yes.
pub(super) fn agree() -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        let message = "is needed if standard input is not a terminal; nothing was sent";
        return Err(Failure::usage("--yes", message));
    }
    tell("Type yes to send it:");
    match line().as_deref() {
        Some("yes") => Ok(()),
        _ => Err(Failure::Machine("nothing was sent".to_owned())),
    }
}

/// Shows the next action of a buyer, and asks what the page shows.
///
/// # Errors
/// The form cannot be written.
pub(super) fn look(
    next: &NextAction,
    file: &Path,
    fits: &str,
    differs: &str,
) -> Result<Finding, Failure> {
    match next {
        NextAction::Redirect { url } => tell(&format!("  Open this link: {url}")),
        NextAction::PostForm(form) => {
            let path = write(form, file)?;
            tell(&format!(
                "  Open this file in a browser and press its button: {}",
                path.display()
            ));
        }
        _ => return Ok(Finding::unclear("the provider gives neither a link nor a form")),
    }
    tell(&format!("  What does it show? 1: {fits}. 2: {differs}. 3: something else."));
    loop {
        match line().as_deref() {
            None => return Ok(Finding::unclear("nothing was typed")),
            Some("1") => return Ok(Finding::fits(format!("the page shows {fits}"))),
            Some("2") => return Ok(Finding::differs(format!("the page shows {differs}"))),
            Some("3") => return Ok(Finding::unclear("the page shows something else")),
            Some(_) => tell("  Type 1, 2 or 3."),
        }
    }
}

/// Writes a page with the form to a new file that only this user can read.
fn write(form: &PostForm, file: &Path) -> Result<PathBuf, Failure> {
    let html = format!(
        "<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"><title>probe</title></head>\n\
         <body>\n{}</body>\n</html>\n",
        form.to_html("Open")
    );
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut file| file.write_all(html.as_bytes()));
    written.map_err(|error| {
        Failure::usage("--folder", format!("{} cannot be written: {error}", file.display()))
    })?;
    Ok(file.to_owned())
}

/// Reads a line of standard input. Returns `None` at its end.
fn line() -> Option<String> {
    let mut text = String::new();
    match io::stdin().lock().read_line(&mut text) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(text.trim().to_owned()),
    }
}
