//! A port of our own, which can be shut and opened again.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;

/// A port on 127.0.0.1, which refuses connections while it is shut and stays ours all the same.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    /// Bound and never listening: without it another program could take the port of a shut door,
    /// and a test would talk to a stranger instead of being refused.
    _holder: TcpSocket,
    listener: Mutex<Option<TcpListener>>,
    moved: Notify,
}

const WAITING_AT_MOST: u32 = 1024;

impl Door {
    pub(super) fn open() -> io::Result<Self> {
        let holder = bound_to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = holder.local_addr()?;
        let door =
            Self { address, _holder: holder, listener: Mutex::new(None), moved: Notify::new() };
        door.open_again()?;
        Ok(door)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses connections from now on.
    pub(super) fn shut(&self) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.moved.notify_one();
    }

    /// Takes connections again.
    pub(super) fn open_again(&self) -> io::Result<()> {
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if listener.is_none() {
            *listener = Some(bound_to(self.address)?.listen(WAITING_AT_MOST)?);
            self.moved.notify_one();
        }
        Ok(())
    }

    /// The next connection; `None` if the door was moved instead.
    pub(super) async fn accept(&self) -> Option<TcpStream> {
        tokio::select! {
            () = self.moved.notified() => None,
            stream = poll_fn(|context| self.poll_accept(context)) => stream.ok(),
        }
    }

    pub(super) fn is_shut(&self) -> bool {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        match &*self.listener.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(listener) => listener.poll_accept(context).map_ok(|(stream, _)| stream),
            None => Poll::Pending,
        }
    }
}

/// A socket that shares its port with others of this door.
fn bound_to(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Not the reuse of addresses where there is a choice: that would let strangers in as well.
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
    async fn a_shut_door_refuses_and_keeps_its_port() {
        let door = Door::open().unwrap();
        door.shut();
        let refused = TcpStream::connect(door.address()).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        let taken = TcpListener::bind(door.address()).await;
        assert!(taken.is_err(), "another listener took the port of a shut door");
        door.open_again().unwrap();
        TcpStream::connect(door.address()).await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_after_opening_again_is_accepted() {
        let door = Door::open().unwrap();
        door.shut();
        door.open_again().unwrap();
        let (_client, accepted) = tokio::join!(TcpStream::connect(door.address()), async {
            loop {
                if let Some(stream) = door.accept().await {
                    return stream;
                }
            }
        });
        assert_eq!(accepted.local_addr().unwrap(), door.address());
    }
}
