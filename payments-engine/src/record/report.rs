//! What a source reported, as it is stored.

use payments_core::{
    DedupeKey, EndpointName, Movement, ProviderId,
    notification::{Event, EventData},
    payment::{Payment, Refund},
    payout::Payout,
};
use serde::{Deserialize, Serialize};

/// What a source of a provider reported. A *believed* report is proven, confirmed by an inquiry, or
/// comes from an inquiry or a statement; only believed reports are booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The provider.
    pub provider: ProviderId,
    /// The endpoint at which a delivery arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointName>,
    /// How it was reported.
    pub source: Source,
    /// The key under which it is booked once per provider; `None` if it moves no money, or if an
    /// inquiry reported it, whose movements have keys of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DedupeKey>,
    /// What was reported.
    pub data: ReportData,
}

/// How something was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// In a delivery of the provider.
    Delivery,
    /// In a statement, which lists every movement of an account once.
    Statement,
    /// In the response to an inquiry. A stored source that this version does not know is read as
    /// this one.
    #[serde(other)]
    Inquiry,
}

/// What was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportData {
    /// The state of a payment.
    Payment(Box<Payment>),
    /// Money that arrived on, or left, an account.
    Movement(Box<Movement>),
    /// The state of a refund.
    Refund(Box<Refund>),
    /// The state of a payout.
    Payout(Box<Payout>),
    /// A test of the address.
    Test,
    /// Something that this version does not know. It is kept and changes nothing.
    #[serde(other)]
    Unrecognised,
}

impl Report {
    /// A report by one of the provider's sources.
    pub fn new(provider: ProviderId, source: Source, data: ReportData) -> Self {
        Self { provider, endpoint: None, source, key: None, data }
    }

    /// Gives the key under which it is booked once.
    #[must_use]
    pub fn with_key(mut self, key: DedupeKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Says at which endpoint it arrived.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: EndpointName) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// What an event says, with its key if it has one. Whether it is believed is not kept: who
    /// stores it knows.
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
    /// The stored form of what happened.
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
