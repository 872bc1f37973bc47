//! The state that an outbox keeps over a restart.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::{Deserialize, Serialize};

use crate::{
    as_text,
    outbox::{About, Sent},
};

/// The state that an [`Outbox`](crate::Outbox) keeps over a restart. It includes the secrets in the
/// requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OutboxState {
    pub(crate) sent: Vec<StoredSent>,
    pub(crate) held: Vec<StoredRequest>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredSent {
    id: u64,
    request: StoredRequest,
    at: i64,
    answer: Option<Result<StoredResponse, String>>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredRequest {
    #[serde(with = "as_text")]
    method: Method,
    #[serde(with = "as_text")]
    url: Uri,
    headers: Vec<(String, String)>,
    body: String,
    about: About,
}

/// Omits headers and body, which may contain secrets.
impl std::fmt::Debug for StoredRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredRequest").field("about", &self.about).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredResponse {
    status: u16,
    body: String,
}

impl From<&Request<Bytes>> for StoredRequest {
    fn from(request: &Request<Bytes>) -> Self {
        let headers = request.headers().iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Self {
            method: request.method().clone(),
            url: request.uri().clone(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
            about: request.extensions().get().cloned().unwrap_or_default(),
        }
    }
}

impl StoredRequest {
    pub(crate) fn into_request(self) -> Request<Bytes> {
        let mut request = Request::new(Bytes::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.url;
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(mut value)) = (name, HeaderValue::try_from(value)) {
                value.set_sensitive(true);
                request.headers_mut().insert(name, value);
            }
        }
        request.extensions_mut().insert(self.about);
        request
    }
}

impl From<&Sent> for StoredSent {
    fn from(sent: &Sent) -> Self {
        let answer = sent.answer.as_ref().map(|answer| match answer {
            Ok(response) => Ok(StoredResponse {
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(response.body()).into_owned(),
            }),
            Err(why) => Err(why.clone()),
        });
        Self { id: sent.id, request: StoredRequest::from(&sent.request), at: sent.at, answer }
    }
}

impl From<StoredSent> for Sent {
    fn from(stored: StoredSent) -> Self {
        let answer = stored.answer.map(|answer| {
            answer.map(|stored| {
                let mut response = Response::new(Bytes::from(stored.body));
                *response.status_mut() =
                    StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
                response
            })
        });
        Self { id: stored.id, request: stored.request.into_request(), at: stored.at, answer }
    }
}
