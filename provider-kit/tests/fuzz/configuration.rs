//! Configuration from any source, and the providers built from it. The fuzz targets use this file
//! as well.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::Response;
use provider_kit::{
    config::{Environ, PaymentsConfig},
    registry::{Context, Registry},
    transport::{Call, Transport, TransportError, TransportErrorKind},
};

/// The text that no message may contain.
const CANARY: &str = "canary-of-the-configuration";

/// Variables that contain the canary.
const VARIABLES: [&str; 6] = [
    "HPAY_PASSCODE",
    "SEPAY_SECRET_KEY",
    "SEPAY_API_TOKEN",
    "SEPAY_WEBHOOK_SECRET",
    "TEMPLATE_API_KEY",
    "TEMPLATE_NOTIFY_SECRET",
];

struct Nobody;

#[async_trait]
impl Transport for Nobody {
    async fn send(&self, _: Call) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(TransportErrorKind::NotSent, "there is nobody"))
    }
}

/// Builds or refuses a configuration. A refusal has a reason, and neither shows a secret.
pub(crate) fn build(registry: &Registry, config: &PaymentsConfig) {
    let variables = VARIABLES.map(|name| (name.to_owned(), CANARY.to_owned()));
    let context = Context::new(Arc::new(Nobody)).with_environ(Environ::of(variables));
    let printed = match registry.build(config, &context) {
        Ok(providers) => format!("{providers:?} {config:?}"),
        Err(problems) => {
            assert!(!problems.0.is_empty());
            format!("{problems} {problems:?} {config:?}")
        }
    };
    assert!(!printed.contains(CANARY), "{printed}");
}
