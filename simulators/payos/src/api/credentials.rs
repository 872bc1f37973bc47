//! Who calls: the headers of every request.

use http::{HeaderMap, StatusCode};

use super::answer::{Refusal, refused, refused_with};
use crate::{settings::Credentials, sign};

/// Checks the Client ID and the API key.
pub(super) fn check(headers: &HeaderMap, channel: &Credentials) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(client_id), Some(api_key)) = (text("x-client-id"), text("x-api-key")) else {
        let desc = "x-client-id and x-api-key are required";
        return Err(refused_with(StatusCode::UNAUTHORIZED, "401", desc));
    };
    if client_id != channel.client_id || !sign::is_same(api_key, &channel.api_key) {
        return Err(refused("214", "Cổng thanh toán không tồn tại hoặc đã tạm dừng"));
    }
    Ok(())
}

/// The value of a header.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}
