//! `check`: checks a signature against the fields of a message.

use std::path::PathBuf;
use std::time::Duration;

use payments::{
    Timestamp,
    notification::{Untrusted, UntrustedReason},
    registry::Registry,
    signature::{CheckingKeys, EmptyValues, Field, Formula, Layout, Window, rsa::PublicKey},
};
use serde::Serialize;

use crate::{
    exit::{Ended, Exit, Failure},
    explain::{Difference, Explanation},
    formula::{self, Fields, SecretFlag},
    output,
};

/// Check a signature against the fields of a message
///
/// Prints JSON with the formula, the signed string with the secret masked, and whether the
/// signature is valid. Exits with 3 if it is not. The age of a signed timestamp is not checked, so
/// that old messages can be explained; `verify` checks it.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The formula, as `formulas` names it
    formula: String,
    #[command(flatten)]
    fields: Fields,
    /// The signature, as it was received
    #[arg(long, value_name = "TEXT")]
    signature: String,
    #[command(flatten)]
    secret: SecretFlag,
    /// Also show the changes with which the signature would match
    ///
    /// Tries other orders, separators, places of the secret, ways to write a value, algorithms
    /// and encodings, within limits. It finds an unknown layout from one message of your own
    /// sandbox.
    #[arg(long, verbatim_doc_comment)]
    explain: bool,
    /// For RSA formulas: the certificate or public key, as PEM or DER
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked<'a> {
    formula: &'a str,
    /// `None` if the layout is unknown or a field is missing.
    signed_string: Option<String>,
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<UntrustedReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The difference between a valid signature and the formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

pub(crate) fn run(args: &Args, registry: &Registry) -> Ended {
    let formula = formula::named(registry, &args.formula)?;
    let given = args.fields.of(formula)?;
    let fields = given.fields();
    let signed_string = match formula.signed_string(&fields) {
        Ok(string) => Some(string),
        Err(_) if args.explain => None,
        Err(error) => return Err(formula::refused(&error)),
    };
    let secrets = args.secret.read(formula)?;
    let public = match formula::key_file(args.key.as_deref(), formula)? {
        Some(bytes) => {
            vec![PublicKey::from_bytes(&bytes).map_err(|error| Failure::usage("--key", error))?]
        }
        None => Vec::new(),
    };
    let keys = CheckingKeys { secrets: secrets.as_ref(), public: &public };
    let explanation =
        args.explain.then(|| Explanation::of(formula, &fields, &args.signature, keys));
    let untrusted = formula.check(&fields, &args.signature, keys, Some(any_time())).err();
    if let Some(Untrusted { reason: UntrustedReason::Misconfigured, detail, .. }) = untrusted {
        return Err(Failure::usage("FORMULA", detail));
    }
    let mut note = None;
    if untrusted.is_some() && matches!(formula.layout, Layout::Pairs { .. } | Layout::Members(_)) {
        let why = explanation
            .clone()
            .unwrap_or_else(|| Explanation::of(formula, &fields, &args.signature, keys));
        note = signs_empty_fields(&why);
    }
    let untrusted = untrusted.filter(|_| note.is_none());
    if untrusted.is_none() && note.is_none() {
        note = leaves_empty_fields_out(formula, &fields);
    }
    let exit = if untrusted.is_none() { Exit::Done } else { Exit::Untrusted };
    let (reason, detail) = untrusted.map(|why| (why.reason, why.detail)).unzip();
    output::print_json(&Checked {
        formula: &formula.id,
        signed_string,
        valid: exit == Exit::Done,
        reason,
        detail,
        note,
        explanation,
    })?;
    Ok(exit)
}

/// Returns a note if the signature is valid with empty fields signed as well, as some libraries
/// sign. A gateway that builds the string from the fields as they are sent accepts it.
fn signs_empty_fields(why: &Explanation) -> Option<String> {
    let found = why.matches.first()?;
    match found.differences.as_slice() {
        [difference @ Difference::EmptyFields] => {
            Some(format!("{difference}; a gateway that leaves empty fields out refuses it"))
        }
        _ => None,
    }
}

/// Returns a note if the message has empty fields that the signature leaves out.
fn leaves_empty_fields_out(formula: &Formula, fields: &[Field<'_>]) -> Option<String> {
    let is_signed = |name: &str| match &formula.layout {
        Layout::Pairs { names, empty: EmptyValues::Dropped, .. } => names.contains(&name),
        Layout::Members(members) => members.empty == EmptyValues::Dropped,
        _ => false,
    };
    let is_left_out = |field: &&Field<'_>| field.1.is_empty() && is_signed(field.0);
    let empty: Vec<&str> = fields.iter().filter(is_left_out).map(|field| field.0).collect();
    (!empty.is_empty()).then(|| {
        format!(
            "{} not signed, because empty; a gateway that signs fields as they are sent refuses \
             it: send no empty fields",
            match empty.as_slice() {
                [one] => format!("{one} is"),
                several => format!("{} are", several.join(", ")),
            }
        )
    })
}

/// A window that contains every timestamp.
fn any_time() -> Window {
    Window { now: Timestamp::from_unix(0), tolerance: Duration::MAX }
}
