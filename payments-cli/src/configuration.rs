//! Reads the configuration file given with `--config`.

use std::fs;
use std::path::Path;

use payments::{Configuration, read_toml};

use crate::exit::Failure;

pub(crate) fn read(path: &Path) -> Result<Configuration, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage("--config", format!("{} cannot be read: {error}", path.display()))
    })?;
    Ok(read_toml(&text, &path.display().to_string()))
}
