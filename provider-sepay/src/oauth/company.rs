//! The merchant's company and the user who authorised the app.

use std::fmt;

use payments_core::Result;
use provider_kit::payment_code::CodeRules;
use serde::{Deserialize, Serialize};

use super::wire;
use crate::field::{Text, Unclear, on, owned, said};

/// A merchant's company (source: developer.sepay.vn, SePay OAuth2: company). Only a user who is
/// `Admin` or `SuperAdmin` may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Company {
    /// SePay's number of the company.
    pub id: u64,
    /// Its registered name.
    pub full_name: Option<String>,
    /// Its short name.
    pub short_name: Option<String>,
    /// The role of the user in the company.
    pub role: Option<String>,
    /// The state of the company, in SePay's words.
    pub status: Option<String>,
    /// The company's subscription to SePay.
    pub subscription: Option<String>,
    /// The first day of the subscription, as SePay writes it.
    pub begin_date: Option<String>,
    /// The last day of the subscription, as SePay writes it.
    pub end_date: Option<String>,
    /// How SePay processes the company's transactions.
    pub configurations: CompanyConfigurations,
}

/// How SePay processes a company's transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompanyConfigurations {
    /// Whether sub-accounts are recognised.
    pub bank_sub_account: Option<bool>,
    /// Whether payment codes are recognised.
    pub paycode: Option<bool>,
    /// The number of days for which transactions are stored, as SePay writes it.
    pub data_storage_time: Option<String>,
    /// The formats of payment codes.
    pub payment_code_formats: Vec<PaymentCodeFormat>,
}

/// A format of payment codes, which buyers write into the memo of a transfer: a prefix of 2 to 5
/// letters and a suffix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PaymentCodeFormat {
    /// The prefix of every payment code.
    pub prefix: String,
    /// The length of the shortest suffix, in characters.
    pub suffix_from: usize,
    /// The length of the longest suffix, in characters.
    pub suffix_to: usize,
    /// The characters that the suffix may contain.
    pub character_type: CodeCharacters,
    /// Whether SePay searches memos for payment codes of this format.
    pub is_active: bool,
}

/// The characters of a suffix, in SePay's spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CodeCharacters {
    /// Digits.
    NumberOnly,
    /// Digits and letters.
    NumberAndLetter,
}

/// Changes to a company's configuration. Settings that are not set here stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConfigurationChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bank_sub_account: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) paycode: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_code_formats: Option<Vec<PaymentCodeFormat>>,
}

/// The user who authorised the app.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// SePay's number of the user.
    pub id: u64,
    /// Their first name.
    pub first_name: Option<String>,
    /// Their last name.
    pub last_name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// The address of their picture.
    pub avatar: Option<String>,
}

impl PaymentCodeFormat {
    /// Creates an active format of payment codes: `prefix`, followed by at least `suffix_from` and
    /// at most `suffix_to` characters.
    pub fn new(
        prefix: impl Into<String>,
        suffix_from: usize,
        suffix_to: usize,
        character_type: CodeCharacters,
    ) -> Self {
        Self { prefix: prefix.into(), suffix_from, suffix_to, character_type, is_active: true }
    }

    /// Converts the format to rules that can be compared with `code_prefix`, `code_min`, `code_max`
    /// and `code_characters` of the configuration.
    ///
    /// # Errors
    /// Returns a [`Configuration`](payments_core::ErrorKind::Configuration) error if the
    /// configuration cannot express such codes.
    pub fn rules(&self) -> Result<CodeRules> {
        let rules = CodeRules::new(&self.prefix, self.suffix_from, self.suffix_to)?;
        Ok(match self.character_type {
            CodeCharacters::NumberOnly => rules.digits_only(),
            CodeCharacters::NumberAndLetter => rules,
        })
    }
}

impl CompanyConfigurations {
    /// Returns `true` if SePay recognises every code that follows `rules`. Such a code is then in
    /// the field `code` of its webhooks and statements. SePay may recognise other codes as well.
    pub fn recognises(&self, rules: &CodeRules) -> bool {
        self.paycode == Some(true)
            && self
                .payment_code_formats
                .iter()
                .filter(|format| format.is_active)
                .filter_map(|format| format.rules().ok())
                .any(|format| format.covers(rules))
    }
}

impl ConfigurationChanges {
    /// Creates an empty set of changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether SePay recognises sub-accounts.
    #[must_use]
    pub fn with_bank_sub_account(mut self, recognised: bool) -> Self {
        self.bank_sub_account = Some(recognised);
        self
    }

    /// Sets whether SePay recognises payment codes.
    #[must_use]
    pub fn with_paycode(mut self, recognised: bool) -> Self {
        self.paycode = Some(recognised);
        self
    }

    /// Replaces the formats of the payment codes that SePay recognises.
    #[must_use]
    pub fn with_payment_code_formats(mut self, formats: Vec<PaymentCodeFormat>) -> Self {
        self.payment_code_formats = Some(formats);
        self
    }
}

impl fmt::Debug for Profile {
    /// Shows only the number, because the other fields are about a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(crate) fn company(row: &wire::Company<'_>) -> Result<Company, Unclear> {
    let configurations = match &row.configurations {
        None => CompanyConfigurations::default(),
        Some(row) => CompanyConfigurations {
            bank_sub_account: on(row.bank_sub_account),
            paycode: on(row.paycode),
            data_storage_time: owned(&row.data_storage_time),
            payment_code_formats: row
                .payment_code_formats
                .iter()
                .flatten()
                .map(format)
                .collect::<Result<_, _>>()?,
        },
    };
    Ok(Company {
        id: row.id,
        full_name: owned(&row.full_name),
        short_name: owned(&row.short_name),
        role: owned(&row.role),
        status: owned(&row.status),
        subscription: owned(&row.subscription),
        begin_date: owned(&row.begin_date),
        end_date: owned(&row.end_date),
        configurations,
    })
}

fn format(row: &wire::CodeFormat<'_>) -> Result<PaymentCodeFormat, Unclear> {
    let length = |text: &Text<'_>| {
        text.as_str().parse().map_err(|_| Unclear::new("the length of a suffix is not a number"))
    };
    let characters = match said(&row.character_type) {
        Some("NumberOnly") => CodeCharacters::NumberOnly,
        // Any other format may contain letters.
        _ => CodeCharacters::NumberAndLetter,
    };
    let mut format = PaymentCodeFormat::new(
        row.prefix.as_str(),
        length(&row.suffix_from)?,
        length(&row.suffix_to)?,
        characters,
    );
    format.is_active = on(row.is_active) == Some(true);
    Ok(format)
}

pub(crate) fn profile(row: &wire::Profile<'_>) -> Result<Profile, Unclear> {
    Ok(Profile {
        id: row.id,
        first_name: owned(&row.first_name),
        last_name: owned(&row.last_name),
        email: owned(&row.email),
        phone: owned(&row.phone),
        avatar: owned(&row.avatar),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_kit::payment_code::CodeRules;

    const COMPANY: &str = r#"{"id":123,"full_name":"Công ty ABC","short_name":"ABC Corp",
        "role":"Admin","status":"active","subscription":"Premium","begin_date":"2023-01-01",
        "end_date":"2023-12-31","configurations":{"bank_sub_account":true,"paycode":true,
        "data_storage_time":"90","payment_code_formats":[
        {"prefix":"DH","suffix_from":6,"suffix_to":8,"character_type":"NumberOnly","is_active":true},
        {"prefix":"HD","suffix_from":4,"suffix_to":6,"character_type":"NumberAndLetter",
        "is_active":false}]}}"#;

    fn read(json: &str) -> Company {
        company(&serde_json::from_str(json).unwrap()).unwrap()
    }

    #[test]
    fn a_company_says_which_payment_codes_it_recognises() {
        let company = read(COMPANY);
        assert_eq!(company.role.as_deref(), Some("Admin"));
        let configurations = company.configurations;
        assert_eq!(configurations.data_storage_time.as_deref(), Some("90"));
        let digits = |prefix| CodeRules::new(prefix, 8, 8).unwrap().digits_only();
        assert!(configurations.recognises(&digits("DH")));
        // SePay searches only for codes of digits, and not for codes of inactive formats.
        assert!(!configurations.recognises(&CodeRules::new("DH", 8, 8).unwrap()));
        assert!(!configurations.recognises(&CodeRules::new("HD", 4, 6).unwrap()));
        assert!(!configurations.recognises(&digits("XY")));

        let off = read(&COMPANY.replace(r#""paycode":true"#, r#""paycode":false"#));
        assert!(!off.configurations.recognises(&digits("DH")));
    }

    #[test]
    fn what_a_form_of_codes_cannot_be_is_an_error_and_an_unknown_character_type_takes_letters() {
        let rules = read(COMPANY).configurations.payment_code_formats.remove(0);
        let mut long = rules.clone();
        long.prefix = "TOOLONG".to_owned();
        assert!(long.rules().is_err());
        let unknown = read(&COMPANY.replace("NumberOnly", "Emoji"));
        let format = &unknown.configurations.payment_code_formats[0];
        assert_eq!(format.character_type, CodeCharacters::NumberAndLetter);
    }

    #[test]
    fn a_profile_does_not_print_a_person() {
        let row = r#"{"id":1,"first_name":"An","last_name":"Nguyen","email":"an@x.vn"}"#;
        let profile = profile(&serde_json::from_str(row).unwrap()).unwrap();
        assert_eq!(format!("{profile:?}"), "Profile { id: 1, .. }");
        assert_eq!(profile.email.as_deref(), Some("an@x.vn"));
    }
}
