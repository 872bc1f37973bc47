//! The access tokens of the newer OpenAPI, one for each of its services, obtained by the client
//! credentials grant of OAuth 2.0 (source: public code of merchants, 2026).

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use payments_core::{Clock, Error, ErrorKind, Result, Secret, Timestamp};
use provider_kit::transport::{Call, Transport};
use serde::Deserialize;

use crate::{envelope::Literal, fields::Fields, http_status, kept::Kept, operation::Encoding};

const OPERATION: &str = "openapi_token";

/// The time before its expiry at which a token is renewed, so that it does not expire during a
/// call. Merchants renew tokens 30 to 60 seconds early.
const EARLY: Duration = Duration::from_secs(60);

/// The maximum number of tokens to keep. There are only a few services.
const MOST: usize = 16;

/// The merchant's credentials for the newer OpenAPI.
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    /// The merchant's number, sent as the header `x-api-mid` of every request.
    pub(crate) merchant_id: HeaderValue,
}

/// The access tokens of one merchant, each cached and requested once.
pub(crate) struct Tokens {
    endpoint: Arc<Endpoint>,
    kept: Kept<String, Secret>,
}

/// The endpoint that issues tokens.
struct Endpoint {
    /// The address of the host, without a trailing slash.
    host: String,
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<Literal>,
}

impl Tokens {
    pub(crate) fn new(
        host: String,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let kept = Kept::new(Arc::clone(&clock), MOST);
        Self { endpoint: Arc::new(Endpoint { host, credentials, transport, clock }), kept }
    }

    /// Adds the access token of a service and the merchant's number to the headers of a request,
    /// and returns the token.
    ///
    /// # Errors
    /// Returns an error if no token can be obtained. The request itself was not sent.
    pub(crate) async fn authorize(
        &self,
        service: &str,
        request: &mut Request<Bytes>,
    ) -> Result<Secret> {
        let ask = || Arc::clone(&self.endpoint).ask(service.to_owned());
        let token = self.kept.get(service.to_owned(), ask).await?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, bearer(&token)?);
        headers.insert(MERCHANT, self.endpoint.credentials.merchant_id.clone());
        Ok(token)
    }

    /// Removes a token that HPay no longer accepts, so that the next call requests another.
    pub(crate) fn forget(&self, service: &str, refused: &Secret) {
        self.kept.forget(&service.to_owned(), |token| token.matches(refused.expose().as_bytes()));
    }
}

const MERCHANT: &str = "x-api-mid";

impl Endpoint {
    async fn ask(self: Arc<Self>, service: String) -> Result<(Secret, Timestamp)> {
        let Credentials { client_id, client_secret, merchant_id } = &self.credentials;
        let mut request = Fields::new()
            .with("client_id", client_id)
            .with("client_secret", client_secret.expose())
            .with("grant_type", "client_credentials")
            .with("scope", service.as_str())
            .request(&format!("{}/service/{service}/v1/oauth2/token", self.host), Encoding::Form)?;
        request.headers_mut().insert(MERCHANT, merchant_id.clone());
        let response = self.transport.inquire(Call::inquiry(OPERATION, request)).await?;
        read(&response, self.clock.now())
    }
}

/// Reads a token, and the time until which it is used.
fn read(response: &Response<Bytes>, now: Timestamp) -> Result<(Secret, Timestamp)> {
    // The response to wrong credentials according to RFC 6749, section 5.2.
    if matches!(response.status(), StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
        let message = "HPay gives no token: it does not accept `openapi_client_id` or \
                       `openapi_client_secret`, or does not offer this service";
        let error = Error::new(ErrorKind::Authentication, message);
        return Err(error.with_operation(OPERATION).with_status(response.status()));
    }
    http_status::check_inquiry(OPERATION, response)?;
    let malformed = || {
        let message = "HPay's response to the request for a token is not one";
        Error::new(ErrorKind::Malformed, message).with_operation(OPERATION)
    };
    let granted: Granted =
        serde_json::from_slice(response.body()).map_err(|error| malformed().with_source(error))?;
    let token = Secret::new(granted.access_token).map_err(|_| malformed())?;
    // A token that cannot be sent in a header is refused.
    bearer(&token)?;
    // A token without an expiry is used only for the call that requested it.
    let lasts = granted.expires_in.and_then(|seconds| seconds.text().trim().parse().ok());
    let lasts = Duration::from_secs(lasts.unwrap_or_default());
    Ok((token, now.plus(lasts.saturating_sub(EARLY))))
}

fn bearer(token: &Secret) -> Result<HeaderValue> {
    let header = HeaderValue::from_str(&format!("Bearer {}", token.expose()));
    let mut header = header.map_err(|_| {
        Error::new(ErrorKind::Malformed, "HPay's token cannot be carried in a header")
            .with_operation(OPERATION)
    })?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(status: u16, body: &'static str) -> Result<(String, i64), ErrorKind> {
        let response = Response::builder().status(status).body(Bytes::from(body)).unwrap();
        let (token, until) =
            read(&response, Timestamp::from_unix(1_000)).map_err(|error| error.kind())?;
        Ok((token.expose().to_owned(), until.unix_seconds()))
    }

    #[test]
    fn a_token_is_used_until_a_minute_before_its_end() {
        let token = |until: i64| Ok(("t".to_owned(), until));
        let three = r#"{"access_token":"t","token_type":"Bearer","expires_in":300}"#;
        assert_eq!(granted(200, three), token(1_240));
        assert_eq!(granted(200, r#"{"access_token":"t","expires_in":"300"}"#), token(1_240));
        for once in [
            r#"{"access_token":"t","expires_in":60}"#,
            r#"{"access_token":"t","expires_in":-1}"#,
            r#"{"access_token":"t"}"#,
        ] {
            assert_eq!(granted(200, once), token(1_000), "{once}");
        }
    }

    #[test]
    fn what_is_no_token_is_an_error() {
        for (status, body, kind) in [
            (200, "{}", ErrorKind::Malformed),
            (200, r#"{"access_token":"","expires_in":300}"#, ErrorKind::Malformed),
            (200, "<html>", ErrorKind::Malformed),
            (400, r#"{"error":"invalid_client"}"#, ErrorKind::Authentication),
            (401, "", ErrorKind::Authentication),
            (403, "", ErrorKind::Permission),
            (429, "", ErrorKind::RateLimited),
            (503, "", ErrorKind::Unavailable),
        ] {
            assert_eq!(granted(status, body), Err(kind), "{status} {body}");
        }
    }
}
