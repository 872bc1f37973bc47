//! The ports of the page and of the simulated gateways.

use crate::exit::Failure;

/// Hands out ports, beginning with a first one, or always 0 for free ones.
pub(super) struct Ports(Option<u16>);

impl From<u16> for Ports {
    fn from(first: u16) -> Self {
        Self(Some(first))
    }
}

impl Ports {
    /// Returns the first of `number` consecutive ports.
    pub(super) fn take(&mut self, number: u16) -> Result<u16, Failure> {
        let too_high =
            || Failure::usage("--port", "is too high: the gateways take the ports that follow");
        let first = self.0.ok_or_else(too_high)?;
        if first != 0 && number > 0 {
            let last = first.checked_add(number - 1).ok_or_else(too_high)?;
            self.0 = last.checked_add(1);
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_each_other_up_to_the_last() {
        let mut ports = Ports::from(65_533);
        assert_eq!((ports.take(1).unwrap(), ports.take(2).unwrap()), (65_533, 65_534));
        assert!(ports.take(1).unwrap_err().to_string().starts_with("--port: "));
        assert!(Ports::from(65_534).take(3).is_err());
        let mut free = Ports::from(0);
        assert_eq!((free.take(3).unwrap(), free.take(1).unwrap()), (0, 0));
    }
}
