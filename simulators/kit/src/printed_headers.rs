//! Header names in the spelling of a gateway's documents.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The header names of a request as a gateway's documents print them, such as `X-SePay-Signature`.
/// It is an extension of the requests that an [`Outbox`](crate::Outbox) sends.
///
/// HTTP ignores the case of header names, but some receivers do not: PHP's `getallheaders()`
/// returns them as they were sent. A name that is not listed is written with capitals at the
/// beginning of each word, such as `Content-Type`.
///
/// ```
/// use bytes::Bytes;
/// use http::Request;
/// use simulator_kit::PrintedHeaders;
///
/// let request = Request::post("http://127.0.0.1:3000/webhook")
///     .header("x-sepay-timestamp", "1700000000")
///     .extension(PrintedHeaders(&["X-SePay-Timestamp"]))
///     .body(Bytes::new())?;
/// # let _ = request;
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintedHeaders(pub &'static [&'static str]);

impl PrintedHeaders {
    /// Rewrites the head of a request with the printed names.
    fn print(self, head: &[u8]) -> Vec<u8> {
        let mut printed = Vec::with_capacity(head.len());
        for line in head.split_inclusive(|byte| *byte == b'\n') {
            let name = line.iter().position(|byte| *byte == b':').and_then(|end| line.get(..end));
            let known = name.and_then(|name| {
                self.0.iter().find(|printed| printed.as_bytes().eq_ignore_ascii_case(name))
            });
            match known {
                Some(name) => {
                    printed.extend_from_slice(name.as_bytes());
                    printed.extend_from_slice(line.get(name.len()..).unwrap_or_default());
                }
                None => printed.extend_from_slice(line),
            }
        }
        printed
    }
}

/// A connection that prints the header names of the first request on it.
pub(crate) struct Printing<S> {
    stream: S,
    names: PrintedHeaders,
    /// The head of the request until it is complete. `None` after it was written.
    head: Option<Vec<u8>>,
    /// The bytes that must be written first.
    waiting: Vec<u8>,
    written: usize,
}

const END: &[u8] = b"\r\n\r\n";

impl<S: AsyncWrite + Unpin> Printing<S> {
    pub(crate) fn new(stream: S, names: PrintedHeaders) -> Self {
        Self { stream, names, head: Some(Vec::new()), waiting: Vec::new(), written: 0 }
    }

    fn poll_write_waiting(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.waiting.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.written = self.written.saturating_add(bytes),
            }
        }
        self.waiting.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Printing<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_write_waiting(context))?;
        let Some(head) = &mut this.head else {
            return Pin::new(&mut this.stream).poll_write(context, bytes);
        };
        head.extend_from_slice(bytes);
        if let Some(end) = head.windows(END.len()).position(|window| window == END) {
            let (names, body) = head.split_at(end.saturating_add(END.len()));
            let mut printed = this.names.print(names);
            printed.extend_from_slice(body);
            this.waiting = printed;
            this.head = None;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_write_waiting(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_write_waiting(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Printing<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_names_are_printed_and_values_stay() {
        let head = b"POST /x-key:y HTTP/1.1\r\nX-Key: x-key: 1\r\nx-other: X-Key\r\n\r\n";
        let printed = PrintedHeaders(&["X-KEY"]).print(head);
        assert_eq!(
            String::from_utf8_lossy(&printed),
            "POST /x-key:y HTTP/1.1\r\nX-KEY: x-key: 1\r\nx-other: X-Key\r\n\r\n"
        );
    }
}
