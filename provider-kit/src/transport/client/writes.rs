//! The bytes that the connection of one instruction has written, and the time limit for writing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::transport::{BootInstant, Departure};

/// The count and the limit of one instruction, shared by the wrappers around its connection.
#[derive(Default)]
pub(super) struct Writes {
    not_after: OnceLock<BootInstant>,
    bytes: AtomicU64,
    late: AtomicBool,
    finished: AtomicBool,
    departure: Option<Arc<dyn Departure>>,
}

impl Writes {
    /// Creates a count of zero. `departure` is notified of the bytes as well.
    pub(super) fn new(departure: Option<Arc<dyn Departure>>) -> Arc<Self> {
        Arc::new(Self { departure, ..Self::default() })
    }

    /// Refuses every write after `not_after` from now on. Up to now only the TLS handshake was
    /// written.
    pub(super) fn limit(&self, not_after: BootInstant) {
        // A second limit would mean a second request, which does not occur.
        let _ = self.not_after.set(not_after);
    }

    /// Returns the number of bytes of the request that were given to the socket, or to TLS in front
    /// of it.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    /// Returns whether a write was refused because it came too late.
    pub(super) fn were_late(&self) -> bool {
        self.late.load(Ordering::Acquire)
    }

    /// Records that the whole response arrived, so that the connection is closed normally instead
    /// of being reset.
    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        match self.not_after.get() {
            Some(not_after) if BootInstant::now() > *not_after => {
                self.late.store(true, Ordering::Release);
                Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the time limit for writing has passed",
                ))
            }
            _ => Ok(()),
        }
    }

    fn add(&self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        if let Some(departure) = &self.departure {
            departure.wrote(bytes);
        }
    }
}

/// The socket. It writes nothing after the limit, including data that TLS buffered before it.
///
/// Unless the whole response arrived, closing the socket resets the connection, by a linger time of
/// zero. Otherwise the operating system would continue to send its queue for minutes after the
/// exchange ended or the process died.
pub(super) struct LimitedSocket {
    socket: TcpStream,
    writes: Arc<Writes>,
}

impl LimitedSocket {
    /// Wraps `socket` with the limit of `writes`.
    ///
    /// # Errors
    /// Returns an error if the options of the socket cannot be set.
    pub(super) fn new(socket: TcpStream, writes: Arc<Writes>) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket2::SockRef::from(&socket).set_linger(Some(Duration::ZERO))?;
        Ok(Self { socket, writes })
    }
}

impl Drop for LimitedSocket {
    fn drop(&mut self) {
        if self.writes.finished.load(Ordering::Acquire) {
            // If it fails, the connection is reset after a whole response: nothing is lost.
            let _ = socket2::SockRef::from(&self.socket).set_linger(None);
        }
    }
}

impl AsyncRead for LimitedSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, into)
    }
}

impl AsyncWrite for LimitedSocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes.check()?;
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes.check()?;
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// The stream on which the request is written. It counts the bytes that it accepts, and accepts
/// nothing after the limit.
pub(super) struct CountedStream<S> {
    inner: S,
    writes: Arc<Writes>,
    /// Whether `inner` may keep bytes of a write that returns an error, as TLS does.
    keeps_failed_writes: bool,
}

impl<S> CountedStream<S> {
    /// Wraps the socket itself, to which a failed write gives nothing.
    pub(super) fn of_socket(inner: S, writes: Arc<Writes>) -> Self {
        Self { inner, writes, keeps_failed_writes: false }
    }

    /// Wraps a stream in front of the socket, to which a failed write may have given everything.
    #[cfg(feature = "reqwest")]
    pub(super) fn of_tls(inner: S, writes: Arc<Writes>) -> Self {
        Self { inner, writes, keeps_failed_writes: true }
    }

    fn count(&self, outcome: &Poll<io::Result<usize>>, offered: usize) {
        match outcome {
            Poll::Ready(Ok(accepted)) => self.writes.add(*accepted),
            Poll::Ready(Err(_)) if self.keeps_failed_writes => self.writes.add(offered),
            Poll::Ready(Err(_)) | Poll::Pending => {}
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes.check()?;
        let outcome = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.count(&outcome, bytes.len());
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes.check()?;
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.count(&outcome, slices.iter().map(|slice| slice.len()).sum());
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    /// Returns a socket with the limit of `writes`, and the other end of its connection.
    async fn connected(writes: &Arc<Writes>) -> (LimitedSocket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (socket, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let socket = LimitedSocket::new(socket.unwrap(), Arc::clone(writes)).unwrap();
        (socket, accepted.unwrap().0)
    }

    /// TLS writes its own buffer through the socket only.
    #[tokio::test]
    async fn the_socket_itself_writes_nothing_after_the_limit() {
        let writes = Writes::new(None);
        let (mut socket, mut other) = connected(&writes).await;
        socket.write_all(b"hello").await.unwrap();
        assert!(!writes.were_late(), "before the limit was set");
        writes.limit(BootInstant::from_since_boot(Duration::ZERO));
        let plain = socket.write(b"late").await.unwrap_err();
        let vectored = socket.write_vectored(&[IoSlice::new(b"late")]).await.unwrap_err();
        assert_eq!([plain.kind(), vectored.kind()], [io::ErrorKind::TimedOut; 2]);
        assert!(writes.were_late());
        writes.finish();
        drop(socket);
        let mut read = Vec::new();
        other.read_to_end(&mut read).await.unwrap();
        assert_eq!(read, b"hello", "what arrived");
        assert_eq!(writes.bytes(), 0, "the handshake is not counted");
    }

    #[tokio::test]
    async fn an_unfinished_connection_is_reset_and_a_finished_one_is_closed() {
        for finished in [true, false] {
            let writes = Writes::new(None);
            let (socket, mut other) = connected(&writes).await;
            if finished {
                writes.finish();
            }
            drop(socket);
            let end = other.read(&mut [0; 1]).await.map_err(|error| error.kind());
            let expected = if finished { Ok(0) } else { Err(io::ErrorKind::ConnectionReset) };
            assert_eq!(end, expected, "finished: {finished}");
        }
    }

    /// A stream in front of the socket that keeps the bytes it is given and then fails.
    struct Failing;

    impl AsyncWrite for Failing {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_failed_write_counts_only_in_front_of_the_socket() {
        for (keeps_failed_writes, counted) in [(false, 0), (true, 3)] {
            let writes = Writes::new(None);
            let inner = Failing;
            let mut stream =
                CountedStream { inner, writes: Arc::clone(&writes), keeps_failed_writes };
            stream.write(b"pay").await.unwrap_err();
            assert_eq!(writes.bytes(), counted, "keeps failed writes: {keeps_failed_writes}");
        }
    }
}
