//! The port on which the proxy listens before one host.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::serve;
use super::script::{Script, Upstream};

/// A port on 127.0.0.1, which refuses connections while it is shut but stays reserved.
#[derive(Debug)]
pub(super) struct Port {
    address: SocketAddr,
    /// Bound and never listening: without it another program could take a shut port, and a test
    /// would reach another program instead of being refused.
    _holder: TcpSocket,
    listener: watch::Sender<Option<TcpListener>>,
}

const WAITING_AT_MOST: u32 = 1024;

impl Port {
    pub(super) fn open() -> io::Result<Self> {
        let holder = bound_to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = holder.local_addr()?;
        let port = Self { address, _holder: holder, listener: watch::Sender::new(None) };
        port.open_again()?;
        Ok(port)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses connections from now on, and closes those that are open.
    pub(super) fn shut(&self) {
        self.listener.send_replace(None);
    }

    /// Accepts connections again.
    pub(super) fn open_again(&self) -> io::Result<()> {
        if self.is_shut() {
            self.listener.send_replace(Some(bound_to(self.address)?.listen(WAITING_AT_MOST)?));
        }
        Ok(())
    }

    /// Serves every connection until it is dropped, which closes them.
    pub(super) async fn listen(self: Arc<Self>, upstream: Arc<Upstream>, script: Script) {
        let mut connections = JoinSet::new();
        let mut changes = self.listener.subscribe();
        loop {
            tokio::select! {
                accepted = poll_fn(|context| self.poll_accept(context)) => {
                    if let Ok(stream) = accepted {
                        connections.spawn(serve(stream, Arc::clone(&upstream), Arc::clone(&script)));
                    }
                }
                _ = changes.changed() => if self.is_shut() { connections.abort_all() },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    fn is_shut(&self) -> bool {
        self.listener.borrow().is_none()
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        match &*self.listener.borrow() {
            Some(listener) => listener.poll_accept(context).map_ok(|(stream, _)| stream),
            None => Poll::Pending,
        }
    }
}

/// A socket that shares its port with others of this proxy.
fn bound_to(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Not the reuse of addresses where there is a choice: that would let other programs in as well.
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    #[cfg(not(unix))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shut_port_refuses_and_stays_ours() {
        let port = Port::open().unwrap();
        port.shut();
        let refused = TcpStream::connect(port.address()).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let taken = TcpListener::bind(port.address()).await;
        assert!(taken.is_err(), "another listener took a shut port");
        port.open_again().unwrap();
        TcpStream::connect(port.address()).await.unwrap();
    }
}
