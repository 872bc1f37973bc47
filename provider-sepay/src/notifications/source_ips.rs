//! The addresses from which deliveries are accepted. This check is made in addition to the others,
//! never instead of them.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use payments_core::notification::{Delivery, Untrusted, UntrustedReason};

/// The addresses from which SePay sends deliveries, according to its documentation (source:
/// developer.sepay.vn, IP addresses). SePay may change them.
pub const DOCUMENTED_SOURCES: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(172, 236, 138, 20)),
    IpAddr::V4(Ipv4Addr::new(172, 233, 83, 68)),
    IpAddr::V4(Ipv4Addr::new(171, 244, 35, 2)),
    IpAddr::V4(Ipv4Addr::new(151, 158, 108, 68)),
    IpAddr::V4(Ipv4Addr::new(151, 158, 109, 79)),
    IpAddr::V4(Ipv4Addr::new(103, 255, 238, 139)),
];

/// The configured addresses and networks. If there are none, every source is accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources(Vec<IpNet>);

impl Sources {
    /// Accepts deliveries only from these networks. None of them may be IPv4 written as IPv6.
    pub(crate) fn only(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    pub(crate) fn check(&self, delivery: &Delivery<'_>) -> Result<(), Untrusted> {
        let unknown = |detail| Err(Untrusted::new(UntrustedReason::UnknownSource, detail));
        match delivery.source() {
            _ if self.0.is_empty() => Ok(()),
            // The address of an IPv4 client is written as IPv6 if the socket accepts both.
            Some(source) if self.has(source.to_canonical()) => Ok(()),
            Some(_) => unknown("it came from an address that is not in source_ips"),
            None => unknown(
                "source_ips is configured and the delivery does not say where it came from; call \
                 Delivery::from_source",
            ),
        }
    }

    fn has(&self, source: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(sources: &Sources, source: Option<&str>) -> Result<(), UntrustedReason> {
        let request = http::Request::post("/").body("").unwrap();
        let mut delivery = Delivery::of(&request);
        if let Some(source) = source {
            delivery = delivery.from_source(source.parse().unwrap());
        }
        sources.check(&delivery).map_err(|untrusted| untrusted.reason)
    }

    #[test]
    fn only_configured_addresses_will_do_and_without_any_all_do() {
        let documented = Sources::only(DOCUMENTED_SOURCES.into_iter().map(IpNet::from).collect());
        let unknown = Err(UntrustedReason::UnknownSource);
        for (source, result) in [
            (Some("172.236.138.20"), Ok(())),
            (Some("::ffff:103.255.238.139"), Ok(())),
            (Some("172.236.138.21"), unknown),
            (Some("::1"), unknown),
            (None, unknown),
        ] {
            assert_eq!(verdict(&documented, source), result, "{source:?}");
            assert_eq!(verdict(&Sources::default(), source), Ok(()));
        }
        let network = Sources::only(vec!["10.0.0.0/8".parse().unwrap()]);
        for (source, result) in
            [("10.1.2.3", Ok(())), ("::ffff:10.1.2.3", Ok(())), ("11.0.0.1", unknown)]
        {
            assert_eq!(verdict(&network, Some(source)), result, "{source}");
        }
    }
}
