//! A proxy between an engine and PostgreSQL that cuts connections at a commit, or all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A commit as a client sends it.
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";

/// The point at which a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the server receives the commit.
    Before,
    /// After the server carried it out, and before its response arrives.
    After,
}

/// A proxy on loopback. It ends with its runtime.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    cuts: Arc<AtomicUsize>,
    is_gone: watch::Sender<bool>,
}

impl Proxy {
    /// Starts a proxy for the server at this port. `strikes` decides about each commit, by its
    /// number from 0.
    pub async fn start(
        server: u16,
        strikes: impl Fn(usize) -> Option<Cut> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cuts, commits) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, strikes) = (Arc::clone(&cuts), Arc::new(strikes));
        let (is_gone, going) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (counted, commits) = (Arc::clone(&counted), Arc::clone(&commits));
                let (strikes, mut going) = (Arc::clone(&strikes), going.clone());
                if *going.borrow() {
                    continue;
                }
                let connection = tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
                        return;
                    };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    let (cut, cutting) = watch::channel(false);
                    let responses = tokio::spawn(forward(from_server, to_client, cutting));
                    let strike = || strikes(commits.fetch_add(1, Ordering::SeqCst));
                    if requests(from_client, to_server, strike, &cut).await {
                        counted.fetch_add(1, Ordering::SeqCst);
                    }
                    let _ = responses.await;
                });
                tokio::spawn(async move {
                    // An error means that the proxy has ended.
                    let _ = going.wait_for(|is_gone| *is_gone).await;
                    connection.abort();
                });
            }
        });
        Self { port, cuts, is_gone }
    }

    /// Cuts every connection, and accepts none as long as `is_gone` is set.
    pub fn set_gone(&self, is_gone: bool) {
        // An error means that nothing listens any more.
        let _ = self.is_gone.send(is_gone);
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the number of connections that it cut.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

/// Forwards requests, and returns whether it cut the connection at a commit.
async fn requests(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    strike: impl Fn() -> Option<Cut>,
    cut: &watch::Sender<bool>,
) -> bool {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 {
            return false;
        }
        let bytes = &buffer[..read];
        let is_commit = bytes.windows(COMMIT.len()).any(|window| window == COMMIT);
        match is_commit.then(&strike).flatten() {
            Some(Cut::Before) => {
                let _ = cut.send(true);
                return true;
            }
            Some(Cut::After) => {
                let _ = cut.send(true);
                let _ = to.write_all(bytes).await;
                // Dropped once the other half saw the response.
                return true;
            }
            None => {
                if to.write_all(bytes).await.is_err() {
                    return false;
                }
            }
        }
    }
    false
}

/// Forwards responses. Once the connection is to be cut, the next response is discarded and both
/// ends are closed.
async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cutting: watch::Receiver<bool>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 || *cutting.borrow() || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
