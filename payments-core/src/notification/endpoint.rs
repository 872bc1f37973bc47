//! An address at which a provider's deliveries arrive.

use serde::Serialize;

use super::{Untrusted, UntrustedReason};
use crate::{EndpointName, Result};

/// An address at which a provider's deliveries arrive.
#[doc(alias("webhook URL"))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Endpoint {
    /// The name of the endpoint, which the app puts into the route.
    pub name: EndpointName,
    /// The HTTP method that the gateway uses.
    #[serde(serialize_with = "method_name")]
    pub method: http::Method,
    /// Where and how to register the address with the gateway.
    pub register: String,
    /// Whether this is the return of a buyer's browser. Such an endpoint only shows a page: a
    /// delivery to it is not evidence of a payment, and its events have no key.
    pub display_only: bool,
}

impl Endpoint {
    /// Creates an endpoint for server-to-server deliveries by `method`. `register` is where and how
    /// to register it.
    pub fn new(name: EndpointName, method: http::Method, register: impl Into<String>) -> Self {
        Self { name, method, register: register.into(), display_only: false }
    }

    /// Returns the endpoint of this name, if it accepts this method.
    ///
    /// # Errors
    /// Returns [`Untrusted`] with [`UntrustedReason::WrongEndpoint`] if there is no such endpoint
    /// or it accepts another method. Its text lists the known endpoints.
    pub fn find<'a>(
        endpoints: &'a [Self],
        name: &EndpointName,
        method: &http::Method,
    ) -> Result<&'a Self, Untrusted> {
        let detail = match endpoints.iter().find(|endpoint| endpoint.name == *name) {
            Some(endpoint) if endpoint.method == *method => return Ok(endpoint),
            Some(endpoint) => {
                format!("the endpoint {name:?} accepts {}, not {method}", endpoint.method)
            }
            None => {
                let known: Vec<_> = endpoints
                    .iter()
                    .map(|endpoint| format!("{} ({})", endpoint.name, endpoint.method))
                    .collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                format!("there is no endpoint {name:?}; known endpoints: {known}")
            }
        };
        Err(Untrusted::new(UntrustedReason::WrongEndpoint, detail))
    }

    /// Marks the endpoint as the return of a buyer's browser.
    #[must_use]
    pub fn display_only(mut self) -> Self {
        self.display_only = true;
        self
    }
}

fn method_name<S: serde::Serializer>(
    method: &http::Method,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_endpoint_lists_the_endpoints_that_there_are() {
        let name = |text: &str| EndpointName::new(text).unwrap();
        let endpoints = [
            Endpoint::new(name("notify"), http::Method::GET, "anywhere"),
            Endpoint::new(name("callback"), http::Method::POST, "anywhere"),
        ];
        let find = |text: &str, method| Endpoint::find(&endpoints, &name(text), &method);
        assert_eq!(find("notify", http::Method::GET).unwrap(), &endpoints[0]);
        for (text, method, detail) in [
            (
                "ipn",
                http::Method::GET,
                "there is no endpoint \"ipn\"; known endpoints: notify (GET), callback (POST)",
            ),
            ("notify", http::Method::POST, "the endpoint \"notify\" accepts GET, not POST"),
            (
                "Notify",
                http::Method::GET,
                "there is no endpoint \"Notify\"; known endpoints: notify (GET), callback (POST)",
            ),
        ] {
            let untrusted = find(text, method).unwrap_err();
            assert_eq!(untrusted.reason, UntrustedReason::WrongEndpoint);
            assert_eq!(untrusted.detail, detail);
        }
    }
}
