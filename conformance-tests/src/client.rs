//! The HTTP client of every provider under test.

use std::sync::Arc;
use std::time::Duration;

use provider_kit::transport::Transport;

use crate::Flaw;

/// A limit longer than the time of any response that arrives, even on a busy machine.
pub(crate) const PATIENT: Duration = Duration::from_secs(60);

/// Creates a client without connections.
#[cfg(feature = "reqwest")]
pub(crate) fn client() -> Result<Arc<dyn Transport>, Flaw> {
    use provider_kit::transport::{HttpClient, HttpClientSettings};

    let client = HttpClient::new(HttpClientSettings::default().with_timeout(PATIENT));
    let client = client.map_err(|error| Flaw::new("an HTTP client", error))?;
    Ok(Arc::new(client))
}

#[cfg(not(feature = "reqwest"))]
pub(crate) fn client() -> Result<Arc<dyn Transport>, Flaw> {
    Err(Flaw::new("an HTTP client", "none: conformance-tests is built without `reqwest`"))
}
