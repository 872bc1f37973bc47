//! OAuth2 as a client: what is sent, and that no token gets lost or shown.

mod api;
mod exchange;
mod refresh;
mod replicas;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use payments_core::{Error, ErrorKind, Result};
use provider_sepay::{
    SePay,
    oauth::{
        Connection, MemoryTokenStore, NewWebhookAuth, OAuthApp, TokenStore, Tokens, WebhookBody,
    },
};
use serde_json::json;

use crate::world::{OAUTH, Wire, now, provider, secret};

fn app(wire: &Arc<Wire>) -> OAuthApp {
    provider(&[OAUTH], wire).extension::<SePay>().unwrap().oauth().unwrap().clone()
}

fn tokens(access: &str, seconds: u64) -> Tokens {
    let until = now().plus(Duration::from_secs(seconds));
    Tokens::new(secret(access), Some(secret("refresh-0")), until)
}

async fn connected(app: &OAuthApp, seconds: u64) -> (Connection, Arc<Store>) {
    let store = Arc::new(Store::default());
    store.save(&tokens("access-0", seconds)).await.unwrap();
    store.steps.lock().unwrap().clear();
    (app.connection(Arc::clone(&store) as _), store)
}

/// A store that tells in which order it was used, and that can fail.
#[derive(Default)]
struct Store {
    inner: MemoryTokenStore,
    steps: Mutex<Vec<String>>,
    broken: AtomicBool,
    /// Another replica keeps new tokens just before the next replacement.
    overtaken: AtomicBool,
}

#[async_trait::async_trait]
impl TokenStore for Store {
    async fn load(&self) -> Result<Option<Tokens>> {
        self.inner.load().await
    }

    async fn save(&self, tokens: &Tokens) -> Result<()> {
        let mark = if tokens.refreshing_since.is_some() { " marked" } else { "" };
        self.steps.lock().unwrap().push(format!("{}{mark}", tokens.access_token.expose()));
        if self.broken.load(Ordering::SeqCst) && tokens.refreshing_since.is_none() {
            return Err(Error::new(ErrorKind::Unavailable, "the disk is full"));
        }
        self.inner.save(tokens).await
    }

    async fn replace(&self, known: &Tokens, tokens: &Tokens) -> Result<bool> {
        if self.overtaken.swap(false, Ordering::SeqCst) {
            self.inner.save(&crate::oauth::tokens("access-9", 3600)).await?;
        }
        let replaced = self.inner.replace(known, tokens).await?;
        let mark = if tokens.refreshing_since.is_some() { " marked" } else { "" };
        if replaced {
            self.steps.lock().unwrap().push(format!("{}{mark}", tokens.access_token.expose()));
        }
        Ok(replaced)
    }
}

impl Store {
    fn steps(&self) -> Vec<String> {
        std::mem::take(&mut self.steps.lock().unwrap())
    }
}

fn given(number: u32, refresh: bool) -> String {
    let mut body = json!({
        "access_token": format!("access-{number}"), "token_type": "Bearer", "expires_in": 3600,
    });
    if refresh {
        body["refresh_token"] = json!(format!("refresh-{number}"));
    }
    body.to_string()
}

const ME: &str = r#"{"status":"success","data":{"id":1,"first_name":"An"}}"#;

fn form(request: &Request<Bytes>) -> Vec<(String, String)> {
    form_urlencoded::parse(request.body()).into_owned().collect()
}

fn bearer(request: &Request<Bytes>) -> &str {
    request.headers()["authorization"].to_str().unwrap()
}

fn keyed() -> NewWebhookAuth {
    NewWebhookAuth::ApiKey { key: secret("k"), body: WebhookBody::Json }
}
