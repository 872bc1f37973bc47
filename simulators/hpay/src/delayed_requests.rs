//! Requests that were delayed on their way: the client got no response, and the gateway carries
//! them out later.

use std::sync::{Mutex, PoisonError};

use super::{endpoints::Endpoint, fields::Fields, gateway::Gateway};

/// Requests that were read and not carried out yet, oldest first.
#[derive(Default)]
pub(crate) struct DelayedRequests(Mutex<Vec<(&'static Endpoint, Fields)>>);

impl DelayedRequests {
    pub(crate) fn add(&self, endpoint: &'static Endpoint, fields: Fields) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((endpoint, fields));
    }

    fn take(&self) -> Vec<(&'static Endpoint, Fields)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Carries out the delayed requests, oldest first, and returns how many were accepted. Their
/// responses are discarded.
pub(crate) fn deliver(gateway: &Gateway) -> usize {
    let requests = gateway.delayed_requests.take();
    requests
        .iter()
        .filter(|(endpoint, fields)| (endpoint.handler)(gateway, fields, None).is_ok())
        .count()
}
