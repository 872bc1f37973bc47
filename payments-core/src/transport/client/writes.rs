//! What the connection of one instruction has written, and until when it may write.

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
    /// Nothing written yet; `departure` counts the bytes too.
    pub(super) fn new(departure: Option<Arc<dyn Departure>>) -> Arc<Self> {
        Arc::new(Self { departure, ..Self::default() })
    }

    /// Refuses every write after `not_after` from now on; until now there was only the handshake
    /// of TLS.
    pub(super) fn limit(&self, not_after: BootInstant) {
        // A second limit would mean a second request, and there is none.
        let _ = self.not_after.set(not_after);
    }

    /// The bytes of the request that were given to the socket, or to TLS in front of it.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Acquire)
    }

    /// Whether a write was refused because it came too late.
    pub(super) fn were_late(&self) -> bool {
        self.late.load(Ordering::Acquire)
    }

    /// Records that the whole response arrived, so that the connection closes in the usual way
    /// instead of being reset.
    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        match self.not_after.get() {
            Some(not_after) if BootInstant::now() > *not_after => {
                self.late.store(true, Ordering::Release);
                Err(io::Error::new(io::ErrorKind::TimedOut, "it is too late to write"))
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

/// The socket: writes nothing after the limit, not even what TLS has buffered before it.
///
/// Closing it resets the connection, by a linger time of zero, unless the whole response arrived:
/// the operating system would otherwise go on sending what it has queued, for minutes, after the
/// exchange ended or the process died.
pub(super) struct LimitedSocket {
    socket: TcpStream,
    writes: Arc<Writes>,
}

impl LimitedSocket {
    /// `socket`, within the limit of `writes`.
    ///
    /// # Errors
    /// The options of the socket cannot be set.
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

/// The stream that carries the request: counts what it accepts, and accepts nothing after the
/// limit.
pub(super) struct CountedStream<S> {
    inner: S,
    writes: Arc<Writes>,
    /// Whether `inner` may keep bytes of a write that it answers with an error, as TLS does.
    keeps_failed_writes: bool,
}

impl<S> CountedStream<S> {
    /// The socket itself: a write that fails gave it nothing.
    pub(super) fn of_socket(inner: S, writes: Arc<Writes>) -> Self {
        Self { inner, writes, keeps_failed_writes: false }
    }

    /// A stream in front of the socket: a write that fails may have given it everything.
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

    /// A socket within the limit of `writes`, and the other end of its connection.
    async fn connected(writes: &Arc<Writes>) -> (LimitedSocket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (socket, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let socket = LimitedSocket::new(socket.unwrap(), Arc::clone(writes)).unwrap();
        (socket, accepted.unwrap().0)
    }

    /// What TLS would write of its own buffer goes through the socket alone.
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

    /// A stream in front of the socket that keeps what it is given and then fails.
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
