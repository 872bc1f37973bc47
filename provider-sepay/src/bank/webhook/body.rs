//! Converts the three content types of webhooks to JSON.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::ready;

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::header::CONTENT_TYPE;
use multer::Multipart;
use payments_core::notification::{Delivery, Untrusted, UntrustedReason};
use serde::Serializer;

use crate::field::Unclear;

/// The format of a body.
pub(crate) enum Format<'a> {
    Json,
    Form,
    Multipart {
        /// The whole content type, including the boundary.
        content_type: &'a str,
    },
}

impl<'a> Format<'a> {
    /// Determines the format: JSON by its opening brace, other formats by their content type.
    pub(crate) fn of(delivery: &Delivery<'a>) -> Result<Self, Untrusted> {
        if delivery.body().trim_ascii_start().starts_with(b"{") {
            return Ok(Self::Json);
        }
        let value = delivery.one_header(&CONTENT_TYPE)?.unwrap_or("application/json");
        let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => Ok(Self::Json),
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            "multipart/form-data" => Ok(Self::Multipart { content_type: value }),
            _ => Err(Untrusted::new(
                UntrustedReason::Unreadable,
                "the content type is not read here; set application/json for this webhook on \
                 SePay's dashboard",
            )),
        }
    }

    /// Returns the body as JSON text. The fields of a form become members, and a duplicate field is
    /// refused in all three formats. An empty field counts as missing, because a form has no null.
    ///
    /// A byte that is not UTF-8 becomes U+FFFD in all three formats. Memos contain such bytes if a
    /// bank cut a letter in two, and they must not hide the money.
    pub(crate) fn as_json<'b>(&self, body: &'b [u8]) -> Result<Cow<'b, str>, Unclear> {
        match self {
            // This is much faster than a search for bytes to replace, and nearly always succeeds.
            Self::Json => Ok(match std::str::from_utf8(body) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => String::from_utf8_lossy(body),
            }),
            Self::Form => members(form_urlencoded::parse(body)).map(Cow::Owned),
            Self::Multipart { content_type } => {
                members(parts(content_type, body)?.into_iter()).map(Cow::Owned)
            }
        }
    }
}

fn members<N: AsRef<str>, V: AsRef<str>>(
    fields: impl Iterator<Item = (N, V)>,
) -> Result<String, Unclear> {
    let mut json = Vec::new();
    let said = fields.filter(|(_, value)| !value.as_ref().is_empty());
    serde_json::Serializer::new(&mut json)
        .collect_map(
            said.map(|(name, value)| (name.as_ref().to_owned(), value.as_ref().to_owned())),
        )
        .map_err(|_| not_text())?;
    String::from_utf8(json).map_err(|_| not_text())
}

/// Returns the named parts of a multipart body (RFC 7578).
fn parts(content_type: &str, body: &[u8]) -> Result<Vec<(String, String)>, Unclear> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| not_multipart())?;
    let whole = Bytes::copy_from_slice(body);
    let body = stream::once(ready(Ok::<_, Infallible>(whole)));
    let mut multipart = Multipart::new(body, boundary);
    let read = async {
        let mut fields = Vec::new();
        while let Some(field) = multipart.next_field().await? {
            if let Some(name) = field.name().map(str::to_owned) {
                fields.push((name, field.bytes().await?));
            }
        }
        Ok::<_, multer::Error>(fields)
    };
    // The whole body is present, so the future never waits.
    let fields = read.now_or_never().and_then(Result::ok).ok_or_else(not_multipart)?;
    let text = |value: Bytes| String::from_utf8_lossy(&value).into_owned();
    Ok(fields.into_iter().map(|(name, value)| (name, text(value))).collect())
}

fn not_multipart() -> Unclear {
    Unclear::new("the webhook is not multipart/form-data")
}

fn not_text() -> Unclear {
    Unclear::new("the webhook is not UTF-8 text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, body: &str) -> Result<String, Untrusted> {
        let request =
            http::Request::post("/").header("content-type", content_type).body(body).unwrap();
        let delivery = Delivery::of(&request);
        let json = Format::of(&delivery)?.as_json(delivery.body())?;
        Ok(json.into_owned())
    }

    #[test]
    fn all_three_content_types_say_the_same() {
        let json = r#"{"id":"7","content":"Thanh toán"}"#;
        for (content_type, body) in [
            ("application/json; charset=utf-8", json),
            ("text/plain", json),
            ("text/plain", &format!("\r\n {json}")),
            ("Application/X-WWW-Form-Urlencoded", "id=7&code=&content=Thanh+to%C3%A1n"),
            (
                "multipart/form-data; boundary=\"--x\"",
                "----x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n\
                 ----x\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\n\r\n\
                 ----x\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nThanh toán\r\n\
                 ----x--\r\n",
            ),
        ] {
            assert_eq!(read(content_type, body).unwrap().trim(), json, "{content_type}");
        }
    }

    #[test]
    fn what_is_cut_off_or_of_another_type_is_not_read() {
        let part = "--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n";
        for (content_type, body) in [
            ("multipart/form-data; boundary=x", part),
            ("multipart/form-data; boundary=x", ""),
            ("multipart/form-data; boundary=y", "--x--\r\n"),
            ("multipart/form-data", "--x--\r\n"),
            ("text/plain", "id=7"),
            ("", "id=7"),
        ] {
            let untrusted = read(content_type, body).unwrap_err();
            assert_eq!(untrusted.reason, UntrustedReason::Unreadable, "{content_type} {body}");
        }
    }
}
