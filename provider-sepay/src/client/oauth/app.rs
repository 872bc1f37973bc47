//! The app that SePay registered: it sends merchants to SePay's page and trades codes for tokens.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Connection, session::Session};
use crate::{
    map,
    matching::Matching,
    oauth::{Scope, TokenStore, Tokens},
};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, RedirectUrl, RefreshToken, RequestTokenError, TokenResponse,
    TokenUrl,
    basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError, BasicTokenResponse},
};
use payments_core::{
    Clock, Error, ErrorKind, Result, Secret, run_to_end,
    transport::{Call, Transport},
};

const EXCHANGE: &str = "oauth_exchange";
const REFRESH: &str = "oauth_refresh";

/// How long an access token is good where SePay does not say (developer.sepay.vn, SePay OAuth2:
/// access token).
const USUAL: Duration = Duration::from_secs(3_600);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The app that SePay registered for OAuth2: id, secret and where browsers return.
#[derive(Clone)]
pub struct OAuthApp(Arc<App>);

pub(super) struct App {
    client: Client,
    /// `https://my.sepay.vn`, without a slash at the end.
    pub(super) base: String,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) matching: Option<Arc<Matching>>,
}

/// What the configuration says of the app.
pub(crate) struct AppSettings {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) redirect_url: String,
    pub(crate) base: String,
}

/// Where to send a merchant's browser.
#[derive(Clone)]
#[non_exhaustive]
pub struct Authorization {
    /// SePay's page.
    pub url: String,
    /// What the browser has to bring back. Keep it in the merchant's session: it tells their return
    /// from one that somebody else made them open.
    pub state: Secret,
}

impl OAuthApp {
    /// # Errors
    /// None in fact: the addresses were checked when the configuration was read.
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
            // SePay shows the credentials in the body.
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(format!("{base}/oauth/authorize")).map_err(no_address)?)
            .set_token_uri(TokenUrl::new(format!("{base}/oauth/token")).map_err(no_address)?)
            .set_redirect_uri(RedirectUrl::new(redirect_url).map_err(no_address)?);
        Ok(Self(Arc::new(App { client, base, transport, clock, matching })))
    }

    /// Where to send a merchant's browser, to allow these scopes. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidRequest` without any scope.
    pub fn authorize(&self, scopes: &[Scope]) -> Result<Authorization> {
        if scopes.is_empty() {
            return Err(Error::invalid("scopes", "is empty; ask for what the app needs"));
        }
        let scopes = scopes.iter().map(|scope| oauth2::Scope::new(scope.name().to_owned()));
        let (url, state) =
            self.0.client.authorize_url(CsrfToken::new_random).add_scopes(scopes).url();
        let state = Secret::new(state.into_secret())
            .map_err(|error| Error::invalid("state", error.to_string()))?;
        Ok(Authorization { url: url.into(), state })
    }

    /// Trades the code that the browser brought back, in `query`, for tokens, and keeps them in
    /// `store`. A code is good once and for five minutes; it is never sent twice. Once it is sent, the
    /// tokens reach the store although the caller leaves.
    ///
    /// # Errors
    /// `Authentication` if the browser brought another state than `state`, the merchant refused, or
    /// SePay does not take the code; then send the browser to SePay's page again. After any other
    /// error too, because the code may be used up.
    pub async fn exchange(
        &self,
        state: &Secret,
        query: &str,
        store: Arc<dyn TokenStore>,
    ) -> Result<Connection> {
        let code = code(state, query)?;
        let (app, kept_in) = (Arc::clone(&self.0), Arc::clone(&store));
        run_to_end(async move {
            let request = app.client.exchange_code(AuthorizationCode::new(code));
            let answer = request.request_async(&app.sender(EXCHANGE)).await;
            kept_in.save(&app.tokens(EXCHANGE, answer)?).await
        })
        .await?;
        Ok(self.connection(store))
    }

    /// The merchant whose tokens are in `store`. Keep one connection for each merchant: calls that
    /// come together then refresh once.
    pub fn connection(&self, store: Arc<dyn TokenStore>) -> Connection {
        Connection::new(Arc::clone(&self.0), Session::new(Arc::clone(&self.0), store))
    }
}

impl App {
    /// Trades a refresh token for new tokens.
    pub(super) async fn refresh(&self, token: RefreshToken) -> Result<Tokens> {
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
            Error::new(ErrorKind::Malformed, "SePay's answer holds an empty token")
                .with_operation(operation)
        };
        let access = Secret::new(answer.access_token().secret()).map_err(malformed)?;
        let refresh = answer.refresh_token().map(|token| Secret::new(token.secret()));
        let good = answer.expires_in().unwrap_or(USUAL);
        let ends = self.clock.now().plus(good);
        Ok(Tokens::new(access, refresh.transpose().map_err(malformed)?, ends))
    }
}

/// Sends requests for tokens by our own transport: each once, because a repeated one could use up
/// what the first one got.
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
                .with_retry_after(map::RETRY_AFTER);
            let response = self.transport.inquire(call).await?;
            map::oauth::token_answer(self.operation, &response)?;
            Ok(response.map(|body| body.to_vec()))
        })
    }
}

/// The code in the query of a browser's return, if it brought the right state.
fn code(state: &Secret, query: &str) -> Result<String> {
    let mut returned: [Option<String>; 4] = [None, None, None, None];
    const NAMES: [&str; 4] = ["state", "code", "error", "error_description"];
    for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
        if let Some((_, slot)) = NAMES.iter().zip(&mut returned).find(|(known, _)| **known == name)
        {
            if slot.is_some() {
                return Err(Error::invalid("query", format!("holds {name} twice")));
            }
            *slot = Some(value.into_owned());
        }
    }
    let [brought, code, error, description] = returned;
    let authentication = |message| Error::new(ErrorKind::Authentication, message);
    if !state.matches(brought.unwrap_or_default().as_bytes()) {
        return Err(authentication(
            "the browser's return does not belong to this session; send it to SePay's page again",
        ));
    }
    match (error, code.filter(|code| !code.is_empty())) {
        (Some(code), _) => {
            let error = authentication("the merchant did not authorise the app").with_code(code);
            Err(match description {
                Some(description) => error.with_provider_message(description),
                None => error,
            })
        }
        (None, Some(code)) => Ok(code),
        (None, None) => Err(Error::invalid("query", "holds no code")),
    }
}

/// Why there are no tokens. The answer itself is not kept: it may hold some.
fn refused(operation: &'static str, error: BasicRequestTokenError<Error>) -> Error {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => {
            let (kind, message) = match answer.error() {
                BasicErrorResponseType::InvalidGrant => (
                    ErrorKind::Authentication,
                    "SePay does not take the code or token; the merchant has to authorise again",
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
            "SePay's answer to the request for tokens is not what it documents",
        )
        .with_operation(operation),
    }
}

/// Whether SePay said that a token is not good any more.
pub(super) fn is_invalid_grant(error: &Error) -> bool {
    error.code() == Some(BasicErrorResponseType::InvalidGrant.as_ref())
}

impl fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthApp").field("base", &self.base).finish_non_exhaustive()
    }
}

impl fmt::Debug for Authorization {
    /// Without the address, which holds the state.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_state_brings_a_code() {
        let state = Secret::new("s1").unwrap();
        assert_eq!(code(&state, "code=c%2F1&state=s1").unwrap(), "c/1");
        assert_eq!(code(&state, "?state=s1&code=c").unwrap(), "c");
        for (query, kind) in [
            ("", ErrorKind::Authentication),
            ("code=c", ErrorKind::Authentication),
            ("code=c&state=s2", ErrorKind::Authentication),
            ("code=c&state=", ErrorKind::Authentication),
            ("state=s1", ErrorKind::InvalidRequest),
            ("state=s1&code=", ErrorKind::InvalidRequest),
            ("state=s1&code=c&code=d", ErrorKind::InvalidRequest),
            ("state=s1&state=s1&code=c", ErrorKind::InvalidRequest),
            ("error=access_denied&error_description=no&state=s1", ErrorKind::Authentication),
        ] {
            assert_eq!(code(&state, query).unwrap_err().kind(), kind, "{query}");
        }
        let denied = code(&state, "error=access_denied&state=s1").unwrap_err();
        assert_eq!(denied.code(), Some("access_denied"));
    }
}
