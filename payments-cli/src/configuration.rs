//! Reads the configuration file given with `--config`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use payments::{Configuration, read_toml};

use crate::exit::Failure;

pub(crate) fn read(path: &Path) -> Result<Configuration, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        let why = match error.kind() {
            ErrorKind::InvalidData => "it is not UTF-8, as PowerShell writes it; save it as UTF-8",
            _ => &error.to_string(),
        };
        Failure::usage("--config", format!("{} cannot be read: {why}", path.display()))
    })?;
    Ok(read_toml(&text, &path.display().to_string()))
}
