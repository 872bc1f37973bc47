//! The fields of a message, as flags.

use payments::{
    Error,
    signature::{Field, Formula},
};

use crate::{exit::Failure, output};

/// The fields of the message that is signed or checked.
#[derive(clap::Args)]
pub(crate) struct Fields {
    /// A field of the message; give each field once, in the order in which it is sent
    ///
    /// The value is everything after the first `=`, as the receiver reads it: not percent-encoded
    /// and not escaped.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse, verbatim_doc_comment)]
    fields: Vec<(String, String)>,
}

impl Fields {
    /// The fields in the order of the flags. Prints a remark on fields that the formula does not
    /// sign, because one may be misspelt.
    pub(crate) fn of(&self, formula: &Formula) -> Result<Vec<Field<'_>>, Failure> {
        let signed = formula.layout.fields();
        let mut fields: Vec<Field<'_>> = Vec::with_capacity(self.fields.len());
        let mut unsigned = Vec::new();
        for (name, value) in &self.fields {
            if fields.iter().any(|(known, _)| known == name) {
                return Err(Failure::usage("--field", format!("{name} is there twice")));
            }
            if !signed.contains(&name.as_str()) {
                unsigned.push(name.as_str());
            }
            fields.push((name, value.as_bytes()));
        }
        if !unsigned.is_empty() && !signed.is_empty() {
            output::remark(format_args!(
                "{} does not sign {}; it signs {}",
                formula.id,
                unsigned.join(", "),
                signed.join(", ")
            ));
        }
        Ok(fields)
    }
}

/// The failure of a missing field or an unknown formula.
pub(crate) fn refused(error: &Error) -> Failure {
    Failure::usage(if error.field().is_some() { "--field" } else { "FORMULA" }, error)
}

fn parse(flag: &str) -> Result<(String, String), &'static str> {
    match flag.split_once('=') {
        Some(("", _)) => Err("there is no name before the ="),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("there is no =; write NAME=VALUE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_everything_after_the_first_equals_sign() {
        assert_eq!(parse("a=b=c").unwrap(), ("a".to_owned(), "b=c".to_owned()));
        assert_eq!(parse("a=").unwrap(), ("a".to_owned(), String::new()));
        assert_eq!(parse("a=@file").unwrap().1, "@file");
        assert!(parse("a").is_err() && parse("=b").is_err());
    }
}
