//! Requests that are on their way still: the client heard nothing, and the gateway carries them
//! out when it is told to.

use std::sync::{Mutex, PoisonError};

use super::{endpoints::Endpoint, fields::Fields, gateway::Gateway};

/// What was read and not carried out yet, oldest first.
#[derive(Default)]
pub(crate) struct Late(Mutex<Vec<(&'static Endpoint, Fields)>>);

impl Late {
    pub(crate) fn hold(&self, endpoint: &'static Endpoint, fields: Fields) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((endpoint, fields));
    }

    fn take(&self) -> Vec<(&'static Endpoint, Fields)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Carries out what was held, in its order; how many of them the gateway accepted. Nobody hears
/// the answers.
pub(crate) fn deliver(gateway: &Gateway) -> usize {
    let held = gateway.late.take();
    held.iter()
        .filter(|(endpoint, fields)| (endpoint.handler)(gateway, fields, None).is_ok())
        .count()
}
