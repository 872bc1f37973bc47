//! A gateway without roles. It is compiled and never runs, so that no method has a body.

use std::sync::Arc;
use std::time::Duration;

use conformance_tests::{Booking, ChangedResponse, Gateway, Hosts, Operation, ReceivedFields, Tuning};
use payments_core::{Clock, Provider};

pub struct Toy;

impl Toy {
    pub async fn start() -> Self {
        Self
    }
}

#[async_trait::async_trait]
impl Gateway for Toy {
    fn hosts(&self) -> Hosts {
        todo!()
    }

    fn provider(&self, _: &Hosts, _: &Tuning) -> Provider {
        todo!()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        todo!()
    }

    async fn advance(&self, _: Duration) {
        todo!()
    }

    async fn bookings(&self) -> Vec<Booking> {
        todo!()
    }

    async fn carried_out(&self, _: Operation, _: &str) -> usize {
        todo!()
    }

    async fn received(&self, _: Operation, _: &str) -> ReceivedFields {
        todo!()
    }

    fn secrets(&self) -> Vec<String> {
        todo!()
    }

    fn changed_responses(&self) -> Vec<ChangedResponse> {
        todo!()
    }
}
