//! The fields of a message, from flags and a file.

use std::path::PathBuf;

use payments::{
    Error,
    signature::{Field, Formula, Layout, Members},
};

use crate::{exit::Failure, output};

/// The fields of the message that is signed or checked.
#[derive(clap::Args)]
pub(crate) struct Fields {
    /// A field of the message; give each field once, in the order in which it is sent
    ///
    /// The value is everything after the first `=`, as the receiver decodes it: neither
    /// percent-encoded nor escaped.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse, verbatim_doc_comment)]
    fields: Vec<(String, String)>,
    /// A file with a JSON object whose members are fields of the message, before those of
    /// --field
    ///
    /// For formulas that sign every member of an object, give only that object, such as the
    /// `data` of a webhook, and not the message around it. Values are converted to texts by
    /// the rules of the formula.
    #[arg(long, value_name = "FILE", verbatim_doc_comment)]
    json_file: Option<PathBuf>,
}

/// The given fields, by name.
pub(crate) struct GivenFields(Vec<(String, String)>);

impl GivenFields {
    /// Returns the fields in the form that a formula accepts.
    pub(crate) fn fields(&self) -> Vec<Field<'_>> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
    }
}

impl Fields {
    /// Returns the members of the file, followed by the fields of the flags. Prints a remark on
    /// fields that the formula does not sign, because one may be misspelt.
    pub(crate) fn of(&self, formula: &Formula) -> Result<GivenFields, Failure> {
        let signed = formula.layout.fields();
        let mut given = self.members(formula)?;
        for (name, value) in &self.fields {
            if given.iter().any(|(known, _)| known == name) {
                return Err(Failure::usage("--field", format!("{name} is given twice")));
            }
            given.push((name.clone(), value.clone()));
        }
        let names = given.iter().map(|(name, _)| name.as_str());
        let unsigned: Vec<&str> = names.filter(|name| !signed.contains(name)).collect();
        if !unsigned.is_empty() && !signed.is_empty() {
            output::remark(format_args!(
                "{} does not sign {}; it signs {}",
                formula.id,
                unsigned.join(", "),
                signed.join(", ")
            ));
        }
        Ok(GivenFields(given))
    }

    /// Returns the members of the file's object, as texts.
    fn members(&self, formula: &Formula) -> Result<Vec<(String, String)>, Failure> {
        let Some(path) = &self.json_file else { return Ok(Vec::new()) };
        let refuse = |why: String| Failure::usage("--json-file", why);
        let text = std::fs::read(path)
            .map_err(|error| refuse(format!("{} cannot be read: {error}", path.display())))?;
        let members = match &formula.layout {
            Layout::Members(members) => members.clone(),
            _ => Members::joined_by("&"),
        };
        members.json_texts(&text).map_err(|error| {
            refuse(format!("{} is not an object whose names differ: {error}", path.display()))
        })
    }
}

/// Converts the error about a missing field or an unknown formula.
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
