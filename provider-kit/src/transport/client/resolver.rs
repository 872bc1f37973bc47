//! The addresses of a host, for the pool and for instructions.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::address::{is_localhost, without_brackets};
use crate::transport::unreached::UnknownName;

/// Resolves names through the operating system, except those with addresses set by the app.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolver(Arc<HashMap<String, Vec<IpAddr>>>);

impl Resolver {
    /// Sets the addresses of `host`.
    pub(super) fn set(&mut self, host: &str, addresses: Vec<IpAddr>) {
        Arc::make_mut(&mut self.0).insert(host.to_ascii_lowercase(), addresses);
    }

    /// Returns the addresses of `host`, in the order in which to try them. The list is never empty.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let name = without_brackets(host);
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let mut found = match self.0.get(&name.to_ascii_lowercase()) {
            Some(addresses) => {
                addresses.iter().map(|address| SocketAddr::new(*address, port)).collect()
            }
            None => {
                let found = tokio::net::lookup_host((name, port)).await;
                found.map_err(unknown_name)?.collect::<Vec<_>>()
            }
        };
        if is_localhost(name) {
            // A name server could return any address for `localhost`, and it is called without TLS.
            found.retain(|address| address.ip().is_loopback());
        }
        match found.is_empty() {
            true => Err(unknown_name(io::ErrorKind::NotFound.into())),
            false => Ok(found),
        }
    }
}

fn unknown_name(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), UnknownName(error))
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            // The pool sets the port of the request.
            let addresses = Resolver::resolve(&resolver, name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_is_loopback_whatever_its_name_resolves_to() {
        let public: IpAddr = "203.0.113.9".parse().unwrap();
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        let mut resolver = Resolver::default();
        resolver.set("localhost", vec![public, loopback]);
        let found = Resolver::resolve(&resolver, "LOCALHOST", 80).await.unwrap();
        assert_eq!(found, [SocketAddr::new(loopback, 80)]);
        resolver.set("localhost", vec![public]);
        assert!(Resolver::resolve(&resolver, "localhost", 80).await.is_err());
    }
}
