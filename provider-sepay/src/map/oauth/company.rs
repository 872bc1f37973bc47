//! The company and the user.

use super::account::on;
use crate::{
    map::{Unclear, owned, said},
    oauth::{CodeCharacters, Company, CompanyConfigurations, PaymentCodeFormat, Profile},
    wire::{Text, oauth as wire},
};

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
        text.as_str().parse().map_err(|_| Unclear::new("the length of a suffix is no number"))
    };
    let characters = match said(&row.character_type) {
        Some("NumberOnly") => CodeCharacters::NumberOnly,
        // What is not said to be digits only may hold letters.
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
    use payments_core::payment::CodeRules;

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
        // SePay looks for digits only, and not for inactive forms.
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
