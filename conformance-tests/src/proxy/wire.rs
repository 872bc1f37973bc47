//! Whole HTTP/1.1 messages off a connection, byte by byte as they were sent.

use std::io;

use bytes::BytesMut;
use http::{Method, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::message::{
    Answer, AnswerHead, Framing, Parsed, Request, RequestHead, chunk_size, invalid, trailers,
};

/// One end of a connection. What was read and belongs to the next message is kept.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    unread: BytesMut,
}

/// A body as it was sent, and without the marks of its chunks.
struct Body {
    raw: BytesMut,
    content: BytesMut,
}

const LARGEST_HEAD: usize = 64 * 1024;
const LARGEST_BODY: usize = 64 * 1024 * 1024;

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, unread: BytesMut::new() }
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// The next request; `None` if the client closed the connection instead.
    pub(super) async fn request(&mut self) -> io::Result<Option<Request>> {
        let Some((head, mut raw)) = self.next(RequestHead::parse).await? else { return Ok(None) };
        if head.awaits_a_go_ahead {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        raw.unsplit(self.body(head.framing).await?.raw);
        Ok(Some(Request { head, raw }))
    }

    /// The answer to a request with this method, without those that only announce it.
    pub(super) async fn answer(&mut self, method: &Method) -> io::Result<Answer> {
        loop {
            let (mut head, raw) = self.need(AnswerHead::parse).await?;
            if head.status.is_informational() && head.status != StatusCode::SWITCHING_PROTOCOLS {
                continue;
            }
            if method == Method::HEAD {
                head.framing = Framing::Length(0);
            }
            let head_length = raw.len();
            let mut whole = raw;
            let body = self.body(head.framing).await?;
            whole.unsplit(body.raw);
            let mut response = Response::new(body.content.freeze());
            *response.status_mut() = head.status;
            *response.headers_mut() = head.headers;
            return Ok(Answer { raw: whole, head_length, response, keeps_alive: head.keeps_alive });
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Returns once the other side has gone.
    pub(super) async fn gone(&mut self) {
        while let Ok(true) = self.read_more().await {
            self.unread.clear();
        }
    }

    async fn body(&mut self, framing: Framing) -> io::Result<Body> {
        let raw = match framing {
            Framing::Length(length) => self.take(length).await?,
            Framing::Chunked => return self.chunks().await,
            Framing::UntilClosed => {
                while self.read_more().await? {
                    check_size(self.unread.len())?;
                }
                self.unread.split()
            }
        };
        Ok(Body { content: raw.clone(), raw })
    }

    async fn chunks(&mut self) -> io::Result<Body> {
        let mut body = Body { raw: BytesMut::new(), content: BytesMut::new() };
        loop {
            let (size, line) = self.need(chunk_size).await?;
            body.raw.extend_from_slice(&line);
            // The extensions of chunks count as well: they may be longer than the chunks.
            check_size(body.raw.len().saturating_add(size))?;
            if size == 0 {
                let ((), end) = self.need(trailers).await?;
                body.raw.extend_from_slice(&end);
                return Ok(body);
            }
            let chunk = self.take(size).await?;
            body.content.extend_from_slice(&chunk);
            body.raw.extend_from_slice(&chunk);
            let line_end = self.take(b"\r\n".len()).await?;
            if &*line_end != b"\r\n" {
                return Err(invalid("a chunk is longer than it says"));
            }
            body.raw.extend_from_slice(&line_end);
        }
    }

    /// What `parse` finds at the start of the bytes to come, and those bytes; `None` if the
    /// stream ends before the first of them.
    async fn next<T>(
        &mut self,
        parse: fn(&[u8]) -> Parsed<T>,
    ) -> io::Result<Option<(T, BytesMut)>> {
        loop {
            if let Some((found, length)) = parse(&self.unread)? {
                return Ok(Some((found, self.unread.split_to(length))));
            }
            if self.unread.len() > LARGEST_HEAD {
                return Err(invalid("a head is too large"));
            }
            if !self.read_more().await? {
                return if self.unread.is_empty() { Ok(None) } else { Err(cut_off()) };
            }
        }
    }

    async fn need<T>(&mut self, parse: fn(&[u8]) -> Parsed<T>) -> io::Result<(T, BytesMut)> {
        self.next(parse).await?.ok_or_else(cut_off)
    }

    async fn take(&mut self, length: usize) -> io::Result<BytesMut> {
        check_size(length)?;
        while self.unread.len() < length {
            if !self.read_more().await? {
                return Err(cut_off());
            }
        }
        Ok(self.unread.split_to(length))
    }

    /// False at the end of the stream.
    async fn read_more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.unread).await? > 0)
    }
}

fn check_size(body: usize) -> io::Result<()> {
    if body > LARGEST_BODY { Err(invalid("a body is too large")) } else { Ok(()) }
}

fn cut_off() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::DuplexStream;

    /// A wire on which these bytes arrive one at a time, and then nothing more.
    fn arriving(bytes: &'static [u8]) -> Wire<DuplexStream> {
        let (here, mut there) = tokio::io::duplex(1);
        tokio::spawn(async move { there.write_all(bytes).await });
        Wire::new(here)
    }

    #[tokio::test]
    async fn two_requests_on_one_connection_are_told_apart() {
        let mut wire = arriving(
            b"POST /a?b=c HTTP/1.1\r\ncontent-length: 3\r\n\r\nABC\
              GET /d HTTP/1.1\r\nconnection: close\r\n\r\n",
        );
        let first = wire.request().await.unwrap().unwrap();
        assert_eq!((first.head.method.as_str(), first.head.path.as_str()), ("POST", "/a"));
        assert!(first.raw.ends_with(b"\r\n\r\nABC") && first.head.keeps_alive);
        let second = wire.request().await.unwrap().unwrap();
        assert_eq!((second.head.path.as_str(), second.head.keeps_alive), ("/d", false));
        assert!(wire.request().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn chunks_are_joined_and_kept_as_they_came() {
        let chunked: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
            3;x=y\r\nABC\r\n2\r\nDE\r\n0\r\nsum: 1\r\n\r\n";
        let answer = arriving(chunked).answer(&Method::GET).await.unwrap();
        assert_eq!((&answer.response.body()[..], &*answer.raw), (&b"ABCDE"[..], chunked));
    }

    #[tokio::test]
    async fn an_answer_without_a_length_ends_with_its_connection() {
        let answer = arriving(b"HTTP/1.1 200 OK\r\n\r\nABC").answer(&Method::GET).await.unwrap();
        assert_eq!((&answer.response.body()[..], answer.keeps_alive), (&b"ABC"[..], false));
    }

    #[tokio::test]
    async fn an_answer_that_only_announces_is_skipped() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        let answer = arriving(bytes).answer(&Method::POST).await.unwrap();
        assert_eq!(answer.response.status(), StatusCode::NO_CONTENT);
    }

    #[tokio::test]
    async fn a_chunk_that_is_longer_than_it_says_is_an_error() {
        let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nAB\r\n0\r\n\r\n";
        let error = arriving(bytes).answer(&Method::GET).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn what_is_larger_than_anybody_sends_is_an_error() {
        let endless_head = [&b"HTTP/1.1 200 OK\r\na: "[..], &[b'x'; LARGEST_HEAD]].concat();
        let too_long = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
        let chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n".to_vec();
        for bytes in [endless_head, too_long, chunk] {
            let (here, mut there) = tokio::io::duplex(LARGEST_HEAD);
            tokio::spawn(async move { there.write_all(&bytes).await });
            let error = Wire::new(here).answer(&Method::GET).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[tokio::test]
    async fn a_message_that_is_cut_off_is_an_error() {
        for bytes in [
            &b"HTTP/1.1 200 OK\r\ncont"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nAB",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nAB",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
        ] {
            let error = arriving(bytes).answer(&Method::GET).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{}", bytes.escape_ascii());
        }
    }
}
