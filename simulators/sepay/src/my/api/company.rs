//! `/api/v1/me` and `/api/v1/company`.

use std::sync::Arc;

use axum::{Extension, extract::State, response::Response};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Allowed,
    fields::{field, read},
    response,
    response::Problem,
};
use crate::{code::CodeRule, gateway::Gateway};

/// The company's settings, in SePay's names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Company {
    bank_sub_account: bool,
    paycode: bool,
    #[serde(skip_deserializing, default = "days_of_storage")]
    data_storage_time: Static,
    payment_code_formats: Vec<Format>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Format {
    prefix: String,
    suffix_from: usize,
    suffix_to: usize,
    character_type: String,
    is_active: bool,
}

/// Text of the program. The name keeps serde from borrowing it from what it reads.
type Static = &'static str;

fn days_of_storage() -> Static {
    "90"
}

impl Company {
    pub(crate) fn new(rule: &CodeRule) -> Self {
        Self {
            bank_sub_account: true,
            paycode: true,
            data_storage_time: days_of_storage(),
            payment_code_formats: vec![Format {
                prefix: rule.prefix().to_owned(),
                suffix_from: *rule.suffix().start(),
                suffix_to: *rule.suffix().end(),
                character_type: "NumberAndLetter".to_owned(),
                is_active: true,
            }],
        }
    }

    /// The payment code rule that is in effect; the simulator supports one at a time.
    fn rule(&self) -> Option<CodeRule> {
        let active = self.payment_code_formats.iter().find(|format| format.is_active);
        let format = active.filter(|_| self.paycode)?;
        CodeRule::new(&format.prefix, format.suffix_from..=format.suffix_to).ok()
    }
}

pub(super) async fn me(
    State(_): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
) -> Result<Response, Problem> {
    allowed.to("profile")?;
    Ok(response::one(json!({
        "id": 1, "first_name": "Thử", "last_name": "Nguyễn Văn",
        "email": "thu@example.vn", "phone": "0900000000", "avatar": null,
    })))
}

pub(super) async fn show(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
) -> Result<Response, Problem> {
    allowed.to("company")?;
    Ok(response::one(json!({
        "id": 123, "full_name": "Công ty Thử nghiệm", "short_name": "Thử nghiệm",
        "role": "Admin", "status": "active", "subscription": "Premium",
        "begin_date": "2025-01-01", "end_date": "2030-12-31",
        "configurations": *gateway.company(),
    })))
}

struct Changes {
    bank_sub_account: Option<bool>,
    paycode: Option<bool>,
    payment_code_formats: Option<Vec<Format>>,
}

pub(super) async fn configure(
    State(gateway): State<Arc<Gateway>>,
    Extension(allowed): Extension<Allowed>,
    body: Bytes,
) -> Result<Response, Problem> {
    allowed.to("company")?;
    let body = &mut read(&body)?;
    let changes = Changes {
        bank_sub_account: field(body, "bank_sub_account")?,
        paycode: field(body, "paycode")?,
        payment_code_formats: field(body, "payment_code_formats")?,
    };
    let mut company = gateway.company().clone();
    if let Some(on) = changes.bank_sub_account {
        company.bank_sub_account = on;
    }
    if let Some(on) = changes.paycode {
        company.paycode = on;
    }
    if let Some(formats) = changes.payment_code_formats {
        let valid = |format: &Format| {
            CodeRule::new(&format.prefix, format.suffix_from..=format.suffix_to).is_ok()
        };
        if !formats.iter().all(valid) {
            return Err(Problem::Invalid("payment_code_formats".to_owned()));
        }
        company.payment_code_formats = formats;
    }
    gateway.books().set_code_rule(company.rule());
    *gateway.company() = company.clone();
    let data: Value = json!(company);
    Ok(response::done(StatusCode::OK, "Đã cập nhật cấu hình", data))
}
