//! The simulated gateways, and the ports that their hosts take.

use std::io;

use payments::{
    hpay::simulator as hpay,
    mock::simulator as mock,
    sepay::simulator::{self as sepay, Host},
};

use super::description::{self, Described};
use crate::exit::Failure;

/// Every simulated gateway. Dropping it stops them.
pub(super) struct Gateways {
    pub(super) hpay: hpay::HPaySimulator,
    pub(super) sepay: sepay::SePaySimulator,
    pub(super) mock: mock::MockSimulator,
}

/// Hands out ports from a first one on, or 0 for free ones for ever.
pub(super) struct Ports(Option<u16>);

impl From<u16> for Ports {
    fn from(first: u16) -> Self {
        Self(Some(first))
    }
}

impl Ports {
    pub(super) fn next(&mut self) -> Result<u16, Failure> {
        let port = self.0.ok_or_else(|| {
            Failure::usage("--port", "is too high: the gateways take the ports that follow")
        })?;
        if port != 0 {
            self.0 = port.checked_add(1);
        }
        Ok(port)
    }
}

impl Gateways {
    pub(super) async fn start(ports: &mut Ports, names: &[String]) -> Result<Self, Failure> {
        let at =
            hpay::Ports { checkout: ports.next()?, account: ports.next()?, openapi: ports.next()? };
        let mut settings = hpay::Settings::test().with_ports(at);
        for name in names {
            settings = settings.with_host_name(name);
        }
        let hpay = hpay::HPaySimulator::start(settings)
            .await
            .map_err(|error| cannot_start("HPay", &error))?;
        let mut settings = sepay::Settings::test();
        for host in Host::ALL {
            settings = settings.with_port(host, ports.next()?);
        }
        for name in names {
            settings = settings.with_host_name(name);
        }
        let sepay = sepay::SePaySimulator::start(settings)
            .await
            .map_err(|error| cannot_start("SePay", &error))?;
        let mut settings = mock::SimulatorSettings::test().with_port(ports.next()?);
        for name in names {
            settings = settings.with_host_name(name);
        }
        let mock = mock::MockSimulator::start(settings)
            .await
            .map_err(|error| cannot_start("mock gateway", &error))?;
        Ok(Self { hpay, sepay, mock })
    }

    pub(super) fn described(&self) -> Vec<Described> {
        vec![
            description::of_hpay(&self.hpay),
            description::of_sepay(&self.sepay),
            description::of_mock(&self.mock),
        ]
    }
}

fn cannot_start(gateway: &str, error: &io::Error) -> Failure {
    Failure::Machine(format!(
        "the simulated {gateway} cannot start: {error}; choose other ports with --port"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_each_other_up_to_the_last() {
        let mut ports = Ports::from(65_534);
        assert_eq!((ports.next().unwrap(), ports.next().unwrap()), (65_534, 65_535));
        assert!(ports.next().unwrap_err().to_string().starts_with("--port: "));
        let mut free = Ports::from(0);
        assert_eq!((free.next().unwrap(), free.next().unwrap()), (0, 0));
    }
}
