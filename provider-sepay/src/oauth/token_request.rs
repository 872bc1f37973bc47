//! Requests for tokens (source: developer.sepay.vn, SePay OAuth2: access token, refresh token).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, AuthorizationRequest, ClientId,
    ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, RedirectUrl, RefreshToken,
    RequestTokenError, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenResponse},
};
use payments_core::{Clock, Error, ErrorKind, Result, Secret};
use provider_kit::transport::{Call, Transport};

use super::{response::token_response, tokens::Tokens};
use crate::{bank::Matching, client::RETRY_AFTER};

const EXCHANGE: &str = "oauth_exchange";
const REFRESH: &str = "oauth_refresh";

/// The lifetime of an access token if SePay's response has none (source: developer.sepay.vn, SePay
/// OAuth2: access token).
const USUAL: Duration = Duration::from_secs(3_600);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The client that requests tokens, and the parts that connections share.
pub(crate) struct App {
    client: Client,
    /// `https://my.sepay.vn`, without a trailing slash.
    pub(crate) base: String,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) matching: Option<Arc<Matching>>,
}

/// The settings of the app in the configuration.
pub(crate) struct AppSettings {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) redirect_url: String,
    pub(crate) base: String,
}

impl App {
    /// # Errors
    /// Does not occur, because the addresses were checked when the configuration was read.
    pub(crate) fn new(
        settings: AppSettings,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        matching: Option<Arc<Matching>>,
    ) -> Result<Self> {
        let AppSettings { client_id, client_secret, redirect_url, base } = settings;
        let no_address = |error: url::ParseError| {
            Error::new(ErrorKind::Configuration, "no address can be made of this")
                .with_field("oauth_url")
                .with_source(error)
        };
        let client = BasicClient::new(ClientId::new(client_id))
            .set_client_secret(ClientSecret::new(client_secret.expose().to_owned()))
            // In SePay's documentation the credentials are in the body.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(format!("{base}/oauth/authorize")).map_err(no_address)?)
            .set_token_uri(TokenUrl::new(format!("{base}/oauth/token")).map_err(no_address)?)
            .set_redirect_uri(RedirectUrl::new(redirect_url).map_err(no_address)?);
        Ok(Self { client, base, transport, clock, matching })
    }

    /// Starts the address of SePay's page.
    pub(crate) fn authorize_url<S: FnOnce() -> CsrfToken>(
        &self,
        state: S,
    ) -> AuthorizationRequest<'_> {
        self.client.authorize_url(state)
    }

    /// Exchanges a code for tokens.
    pub(crate) async fn exchange(&self, code: String) -> Result<Tokens> {
        let request = self.client.exchange_code(AuthorizationCode::new(code));
        let answer = request.request_async(&self.sender(EXCHANGE)).await;
        self.tokens(EXCHANGE, answer)
    }

    /// Exchanges a refresh token for new tokens.
    pub(crate) async fn refresh(&self, token: RefreshToken) -> Result<Tokens> {
        let request = self.client.exchange_refresh_token(&token);
        let answer = request.request_async(&self.sender(REFRESH)).await;
        self.tokens(REFRESH, answer)
    }

    fn sender(&self, operation: &'static str) -> Sender {
        Sender { transport: Arc::clone(&self.transport), operation }
    }

    fn tokens(
        &self,
        operation: &'static str,
        answer: Result<BasicTokenResponse, BasicRequestTokenError<Error>>,
    ) -> Result<Tokens> {
        let answer = answer.map_err(|error| refused(operation, error))?;
        let malformed = |_| {
            Error::new(ErrorKind::Malformed, "SePay's response contains an empty token")
                .with_operation(operation)
        };
        let access = Secret::new(answer.access_token().secret()).map_err(malformed)?;
        let refresh = answer.refresh_token().map(|token| Secret::new(token.secret()));
        let good = answer.expires_in().unwrap_or(USUAL);
        let ends = self.clock.now().plus(good);
        Ok(Tokens::new(access, refresh.transpose().map_err(malformed)?, ends))
    }
}

/// Sends requests for tokens by this crate's transport, each only once, because a repeated request
/// could invalidate the tokens of the first one.
struct Sender {
    transport: Arc<dyn Transport>,
    operation: &'static str,
}

impl<'c> AsyncHttpClient<'c> for Sender {
    type Error = Error;
    type Future = BoxFuture<'c, Result<http::Response<Vec<u8>>>>;

    fn call(&'c self, request: http::Request<Vec<u8>>) -> Self::Future {
        Box::pin(async move {
            let call = Call::paid_inquiry(self.operation, request.map(Bytes::from))
                .with_retry_after(RETRY_AFTER);
            let response = self.transport.inquire(call).await?;
            token_response(self.operation, &response)?;
            Ok(response.map(|body| body.to_vec()))
        })
    }
}

/// Returns the error for a request that got no tokens. The response itself is not part of it,
/// because it may contain tokens.
fn refused(operation: &'static str, error: BasicRequestTokenError<Error>) -> Error {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => {
            let (kind, message) = match answer.error() {
                BasicErrorResponseType::InvalidGrant => (
                    ErrorKind::Authentication,
                    "SePay does not accept the code or token; the merchant must authorise the app again",
                ),
                BasicErrorResponseType::InvalidClient => (
                    ErrorKind::Authentication,
                    "SePay does not accept `oauth_client_id` or `oauth_client_secret`",
                ),
                BasicErrorResponseType::UnauthorizedClient => {
                    (ErrorKind::Permission, "SePay does not allow this app to do that")
                }
                _ => (ErrorKind::InvalidRequest, "SePay finds the request for tokens wrong"),
            };
            let error = Error::new(kind, message)
                .with_operation(operation)
                .with_code(answer.error().as_ref());
            match answer.error_description() {
                Some(description) => error.with_provider_message(description.as_str()),
                None => error,
            }
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Error::new(
            ErrorKind::Malformed,
            "SePay's response to the request for tokens is not as documented",
        )
        .with_operation(operation),
    }
}

/// Returns `true` if SePay reported that a token is no longer valid.
pub(crate) fn is_invalid_grant(error: &Error) -> bool {
    error.code() == Some(BasicErrorResponseType::InvalidGrant.as_ref())
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthApp").field("base", &self.base).finish_non_exhaustive()
    }
}
