//! The app that SePay registered, which sends merchants to SePay's page and exchanges codes for
//! tokens.

use std::fmt;
use std::sync::Arc;

use oauth2::{CsrfToken, RefreshToken};
use payments_core::{Clock, Error, ErrorKind, Result, Secret, run_to_end};
use provider_kit::transport::Transport;

use super::{
    connection::Connection,
    scope::Scope,
    session::Session,
    token_request::{App, AppSettings, is_invalid_grant},
    tokens::TokenStore,
};
use crate::bank::Matching;

/// The app that SePay registered for OAuth2, with its id, its secret and the address to which
/// browsers return.
#[derive(Clone)]
pub struct OAuthApp(Arc<App>);

/// The address to which an app sends a merchant's browser to ask for authorisation.
#[derive(Clone)]
#[non_exhaustive]
pub struct Authorization {
    /// The address of SePay's page.
    pub url: String,
    /// A random value that the browser must bring back. Keep it in the merchant's session: it
    /// distinguishes the merchant's own return from a link that somebody else made them open.
    pub state: Secret,
}

impl OAuthApp {
    /// # Errors
    /// Does not occur, because the addresses were checked when the configuration was read.
    pub(crate) fn new(
        settings: AppSettings,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        matching: Option<Arc<Matching>>,
    ) -> Result<Self> {
        let app = App::new(settings, transport, clock, matching)?;
        Ok(Self(Arc::new(app)))
    }

    /// Returns the address to which to send a merchant's browser so that the merchant allows these
    /// scopes. No request is sent.
    ///
    /// # Errors
    /// Returns [`InvalidRequest`](payments_core::ErrorKind::InvalidRequest) if `scopes` is empty.
    pub fn authorize(&self, scopes: &[Scope]) -> Result<Authorization> {
        if scopes.is_empty() {
            return Err(Error::invalid("scopes", "is empty; ask for what the app needs"));
        }
        let scopes = scopes.iter().map(|scope| oauth2::Scope::new(scope.name().to_owned()));
        let (url, state) = self.0.authorize_url(CsrfToken::new_random).add_scopes(scopes).url();
        let state = Secret::new(state.into_secret())
            .map_err(|error| Error::invalid("state", error.to_string()))?;
        Ok(Authorization { url: url.into(), state })
    }

    /// Exchanges the code in `query`, which the browser brought back, for tokens, and saves them in
    /// `store`. A code is valid for five minutes and can be used once; it is never sent twice. Once
    /// the code is sent, the tokens are saved even if the future is dropped.
    ///
    /// # Errors
    /// Returns [`Authentication`](payments_core::ErrorKind::Authentication) if the browser brought
    /// back another state than `state`, if the merchant refused, or if SePay does not accept the
    /// code. After any error, send the browser to SePay's page again, because the code may be used
    /// up.
    pub async fn exchange(
        &self,
        state: &Secret,
        query: &str,
        store: Arc<dyn TokenStore>,
    ) -> Result<Connection> {
        let code = code(state, query)?;
        let (app, kept_in) = (Arc::clone(&self.0), Arc::clone(&store));
        run_to_end(async move { kept_in.save(&app.exchange(code).await?).await }).await?;
        Ok(self.connection(store))
    }

    /// Checks the app's credentials by requesting tokens with a refresh token that does not exist.
    /// SePay always refuses the refresh token, and its refusal shows whether it accepts the app.
    ///
    /// # Errors
    /// SePay does not accept the app, the request failed, or its response could not be read.
    pub(crate) async fn check_app(&self) -> Result<()> {
        let token = RefreshToken::new("this-token-does-not-exist".to_owned());
        match self.0.refresh(token).await {
            Err(error) if !is_invalid_grant(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Returns the connection to the merchant whose tokens are in `store`. Keep one connection for
    /// each merchant, so that concurrent calls refresh the tokens only once.
    pub fn connection(&self, store: Arc<dyn TokenStore>) -> Connection {
        Connection::new(Arc::clone(&self.0), Session::new(Arc::clone(&self.0), store))
    }
}

/// Returns the code in the query of a browser's return, if the query has the right state.
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

impl fmt::Debug for OAuthApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Authorization {
    /// Omits the address, which contains the state.
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
