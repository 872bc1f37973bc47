//! The secrets and key files of a formula, from flags.

use std::env::{self, VarError};
use std::fs;
use std::path::Path;

use payments::{
    Secret,
    signature::{Algorithm, Formula, Item, Keys, Layout},
};

use crate::exit::Failure;

/// The flag that names the shared secret.
#[derive(clap::Args)]
pub(crate) struct SecretFlag {
    /// The environment variable with the secret that both sides share
    #[arg(long, value_name = "VAR", allow_hyphen_values = true)]
    secret_env: Option<String>,
}

impl SecretFlag {
    /// Reads the secret. Returns `None` only if the formula does not need one.
    pub(crate) fn read(&self, formula: &Formula) -> Result<Option<Keys>, Failure> {
        let refuse = |message| Failure::usage("--secret-env", message);
        let Some(variable) = &self.secret_env else {
            return if needs_secret(formula) {
                Err(refuse(format!("is missing; {} needs a secret", formula.id)))
            } else {
                Ok(None)
            };
        };
        let text = env::var(variable).map_err(|error| match error {
            VarError::NotPresent if is_plain_name(variable) => {
                refuse(format!("the variable {variable} is not set"))
            }
            // The text may be the secret itself.
            VarError::NotPresent => refuse("names a variable that is not set".to_owned()),
            VarError::NotUnicode(_) => refuse(format!("the variable {variable} is not text")),
        })?;
        let secret = Secret::new(text).map_err(|empty| refuse(format!("{variable}: {empty}")))?;
        Ok(Some(Keys::one(secret)))
    }
}

/// Returns whether a text can only be the name of a variable: words of capital letters, joined by
/// underscores.
fn is_plain_name(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Reads the file given with `--key`. Returns `None` only if the formula does not need a key pair.
pub(crate) fn key_file(path: Option<&Path>, formula: &Formula) -> Result<Option<Vec<u8>>, Failure> {
    match path {
        Some(path) => fs::read(path).map(Some).map_err(|error| {
            // The text may be the key itself instead of the name of its file.
            Failure::usage("--key", format!("its file cannot be read: {error}"))
        }),
        None if formula.algorithm == Algorithm::RsaSha256Base64 => {
            Err(Failure::usage("--key", format!("is missing; {} needs a key file", formula.id)))
        }
        None => Ok(None),
    }
}

/// Returns whether the secret is a part of the signed string or the key of the signature.
fn needs_secret(formula: &Formula) -> bool {
    let is_in_string = match &formula.layout {
        Layout::Values { items, .. } => items.contains(&Item::Secret),
        _ => false,
    };
    is_in_string || formula.algorithm != Algorithm::RsaSha256Base64
}
