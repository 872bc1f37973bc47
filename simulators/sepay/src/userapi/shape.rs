//! `fields` and `timestamp_format`: the format of rows in v2 (source: developer.sepay.vn, SePay API
//! v2: transactions, bank accounts). No page says which lists accept them; here all do.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, header::CONTENT_LENGTH};
use serde_json::{Map, Value};

use super::response::Problem;
use crate::query::Query;

/// The fields with a time.
const TIMES: [&str; 6] =
    ["transaction_date", "last_transaction", "created_at", "updated_at", "expired_at", "paid_at"];

const LARGEST: usize = 64 * 1024 * 1024;

/// The format of the rows of a response.
struct Shape {
    /// The fields to keep; all if none is named.
    fields: Vec<String>,
    /// Times with their offset.
    iso8601: bool,
}

impl Shape {
    fn read(query: &Query) -> Result<Self, Problem> {
        let fields = query.text("fields").unwrap_or_default().split(',').map(str::trim);
        let fields = fields.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let iso8601 = match query.text("timestamp_format") {
            None => false,
            Some("iso8601") => true,
            Some(_) => return Err(Problem::invalid("timestamp_format")),
        };
        Ok(Self { fields, iso8601 })
    }

    fn is_usual(&self) -> bool {
        self.fields.is_empty() && !self.iso8601
    }

    /// Applies the format to the rows of `data`. A field that no row has is refused.
    fn write(&self, data: &mut Value) -> Result<(), Problem> {
        match data {
            Value::Array(rows) => rows.iter_mut().try_for_each(|row| self.write(row)),
            Value::Object(row) => self.write_row(row),
            _ => Ok(()),
        }
    }

    fn write_row(&self, row: &mut Map<String, Value>) -> Result<(), Problem> {
        if self.fields.iter().any(|name| !row.contains_key(name)) {
            return Err(Problem::invalid("fields"));
        }
        if !self.fields.is_empty() {
            row.retain(|name, _| self.fields.contains(name));
        }
        for (name, value) in row.iter_mut() {
            match value {
                Value::String(time) if self.iso8601 && TIMES.contains(&name.as_str()) => {
                    *time = format!("{}+07:00", time.replacen(' ', "T", 1));
                }
                // The virtual accounts of an order.
                Value::Array(rows) if self.iso8601 => {
                    let times = Self { fields: Vec::new(), iso8601: true };
                    rows.iter_mut().try_for_each(|row| times.write(row))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Formats successful responses to inquiries as their query asks.
pub(super) async fn shaped(request: Request, next: Next) -> Result<Response, Problem> {
    let is_inquiry = request.method() == Method::GET;
    let shape = Shape::read(&Query::parse(request.uri().query()));
    let response = next.run(request).await;
    // An unauthorised request gets its refusal first.
    if !is_inquiry || !response.status().is_success() {
        return Ok(response);
    }
    let shape = shape?;
    if shape.is_usual() {
        return Ok(response);
    }
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let Ok(mut json) = serde_json::from_slice::<Value>(&body) else {
        return Ok((head, Body::from(body)).into_response());
    };
    if let Some(data) = json.get_mut("data") {
        shape.write(data)?;
    }
    head.headers.remove(CONTENT_LENGTH);
    Ok((head, Body::from(json.to_string())).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(query: &str, mut data: Value) -> Option<Value> {
        let shape = Shape::read(&Query::parse(Some(query))).ok()?;
        shape.write(&mut data).ok()?;
        Some(data)
    }

    #[test]
    fn rows_have_the_fields_and_times_that_are_asked_for() {
        let row =
            || json!([{ "id": "1", "code": null, "transaction_date": "2023-11-15 05:13:20" }]);
        for (query, expected) in [
            ("", Some(row())),
            ("fields=id,+code", Some(json!([{ "id": "1", "code": null }]))),
            (
                "timestamp_format=iso8601&fields=transaction_date",
                Some(json!([{ "transaction_date": "2023-11-15T05:13:20+07:00" }])),
            ),
            ("fields=id,amount", None),
            ("timestamp_format=unix", None),
        ] {
            assert_eq!(written(query, row()), expected, "{query}");
        }
        let order = json!({ "created_at": "2023-11-15 05:13:20", "va": [{ "paid_at": null,
            "expired_at": "2023-11-15 05:13:20" }] });
        let expected = json!({ "created_at": "2023-11-15T05:13:20+07:00", "va": [{ "paid_at": null,
            "expired_at": "2023-11-15T05:13:20+07:00" }] });
        assert_eq!(written("timestamp_format=iso8601", order), Some(expected));
        assert_eq!(written("fields=id", json!([])), Some(json!([])));
    }
}
