//! `sign`: signs the fields of a message and shows the signed text.

use std::path::PathBuf;

use payments::{
    SecretBytes,
    registry::Registry,
    signature::{
        SigningKeys,
        rsa::{RsaSigner, Signer},
    },
};
use serde::Serialize;

use crate::{
    exit::{Ended, Exit, Failure},
    formula::{self, Fields, SecretFlag},
    output,
};

/// Sign the fields of a message by a formula, and show the signed string
///
/// Prints JSON with the formula, the signed string with the secret masked, and the signature as it
/// is sent. If a gateway refuses a signature, compare the signed string with the gateway's.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The formula, as `formulas` names it
    formula: String,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    secret: SecretFlag,
    /// For RSA formulas: the private key as PEM or DER, PKCS#8 or PKCS#1
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Signed<'a> {
    formula: &'a str,
    signed_string: String,
    signature: String,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let formula = formula::named(registry, &args.formula)?;
    let given = args.fields.of(formula)?;
    let fields = given.fields();
    let signed_string = formula.signed_string(&fields).map_err(|e| formula::refused(&e))?;
    let secret = args.secret.read(formula)?;
    let signer = match formula::key_file(args.key.as_deref(), formula)? {
        Some(file) => {
            let file = SecretBytes::new(file);
            let signer = RsaSigner::from_bytes(file.expose());
            Some(signer.map_err(|error| Failure::usage("--key", error))?)
        }
        None => None,
    };
    let keys = SigningKeys {
        secret: secret.as_ref(),
        signer: signer.as_ref().map(|signer| signer as &dyn Signer),
    };
    let signature = formula.sign(&fields, keys).map_err(|error| formula::refused(&error))?;
    output::print_json(&Signed { formula: &formula.id, signed_string, signature })?;
    Ok(Exit::Done)
}
