//! Reports of a source, as they are stored.

use payments_core::{
    DedupeKey, EndpointName, Movement, ProviderId,
    notification::{Event, EventData},
    payment::{Payment, Refund},
    payout::Payout,
};
use serde::{Deserialize, Serialize};

/// A report by a source of a provider. A *trusted* report is proven, was confirmed by an inquiry,
/// or comes from an inquiry or a statement. Only trusted reports are booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The provider.
    pub provider: ProviderId,
    /// The endpoint at which the delivery arrived, if the source is a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointName>,
    /// The source.
    pub source: Source,
    /// The key under which the report is booked once per provider. `None` if the report moves no
    /// money, or comes from an inquiry, whose movements have their own keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DedupeKey>,
    /// The contents of the report.
    pub data: ReportData,
}

/// The source of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A delivery of the provider.
    Delivery,
    /// A statement, which lists every movement of an account once.
    Statement,
    /// The response to an inquiry. A stored source that this version does not know is read as this
    /// one.
    #[serde(other)]
    Inquiry,
}

/// The contents of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportData {
    /// The state of a payment.
    Payment(Box<Payment>),
    /// Money that arrived on an account, or left it.
    Movement(Box<Movement>),
    /// The state of a refund.
    Refund(Box<Refund>),
    /// The state of a payout.
    Payout(Box<Payout>),
    /// A test of the webhook address.
    Test,
    /// Contents that this version does not know. They are kept and change nothing.
    #[serde(other)]
    Unrecognised,
}

impl Report {
    /// Creates a report of a provider.
    pub fn new(provider: ProviderId, source: Source, data: ReportData) -> Self {
        Self { provider, endpoint: None, source, key: None, data }
    }

    /// Sets the key under which the report is booked once.
    #[must_use]
    pub fn with_key(mut self, key: DedupeKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the endpoint at which the delivery arrived.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: EndpointName) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Converts an event, with its key if it has one. It does not include whether the event is
    /// trusted; the caller keeps that.
    pub(crate) fn of_event(
        provider: &ProviderId,
        endpoint: Option<&EndpointName>,
        source: Source,
        event: &Event,
    ) -> Self {
        let key = event.key().cloned();
        let (provider, endpoint) = (provider.clone(), endpoint.cloned());
        Self { provider, endpoint, source, key, data: ReportData::of(event.data()) }
    }
}

impl ReportData {
    /// Converts the contents of an event to their stored form.
    pub(crate) fn of(data: &EventData) -> Self {
        match data {
            EventData::Payment(payment) => Self::Payment(Box::new(payment.clone())),
            EventData::Movement(movement) => Self::Movement(Box::new(movement.clone())),
            EventData::Refund(refund) => Self::Refund(Box::new(refund.clone())),
            EventData::Payout(payout) => Self::Payout(Box::new(payout.clone())),
            EventData::Test => Self::Test,
            _ => Self::Unrecognised,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports as format 1 stores them, one a line.
    const FORMAT_1: &str = include_str!("golden/reports-1.jsonl");

    fn reports(text: &str) -> Vec<Report> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn reports_of_format_1_are_read_and_written_as_they_were() {
        let read = reports(FORMAT_1);
        assert_eq!(read.len(), 6);
        let unknown = |report: &&Report| report.data == ReportData::Unrecognised;
        assert_eq!(read.iter().filter(unknown).count(), 1);
        for (line, report) in FORMAT_1.lines().zip(&read) {
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            let stored = serde_json::to_string(report).unwrap();
            assert_eq!(serde_json::from_str::<Report>(&stored).unwrap(), *report);
            assert_eq!(json(&stored), json(line));
        }
    }

    #[test]
    fn a_report_of_a_later_version_changes_nothing_and_blocks_nothing() {
        let strange = FORMAT_1.replace("\"refund\"", "\"teleport\"").replace("delivery", "pigeon");
        let read = reports(&strange);
        let unknown = |report: &&Report| report.data == ReportData::Unrecognised;
        assert_eq!(read.iter().filter(unknown).count(), 2);
        assert!(read.iter().all(|report| report.source != Source::Delivery));
    }
}
