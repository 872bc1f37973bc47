//! Whole HTTP/1.1 messages off a connection, byte by byte as they were sent.

use std::io;

use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::message::{Answer, Request};

/// One end of a connection. What was read and belongs to the next message is kept.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    unread: BytesMut,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

struct Body {
    raw: BytesMut,
    content: BytesMut,
}

const MOST_HEADERS: usize = 128;
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
        let Some((head, mut raw)) = self.head(request_head).await? else { return Ok(None) };
        let expects = head.headers.get(header::EXPECT);
        if expects.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let framing = framing_of(&head.headers)?.unwrap_or(Framing::Length(0));
        raw.unsplit(self.body(framing).await?.raw);
        let keeps_alive = head.keeps_alive && !asks_to_close(&head.headers);
        Ok(Some(Request { method: head.method, path: head.path, raw, keeps_alive }))
    }

    /// The answer to a request, without those that only announce it.
    pub(super) async fn answer(&mut self, to: &Method) -> io::Result<Answer> {
        loop {
            let Some((head, raw)) = self.head(answer_head).await? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            if head.status.is_informational() && head.status != StatusCode::SWITCHING_PROTOCOLS {
                continue;
            }
            let has_no_body = to == Method::HEAD
                || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
            let framing = if has_no_body {
                Framing::Length(0)
            } else {
                framing_of(&head.headers)?.unwrap_or(Framing::UntilClosed)
            };
            let keeps_alive = framing != Framing::UntilClosed
                && head.keeps_alive
                && !asks_to_close(&head.headers);
            let head_length = raw.len();
            let mut whole = raw;
            let body = self.body(framing).await?;
            whole.unsplit(body.raw);
            return Ok(Answer {
                status: head.status,
                headers: head.headers,
                raw: whole,
                head_length,
                body: body.content.into(),
                keeps_alive,
            });
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

    async fn head<T>(
        &mut self,
        parse: fn(&[u8]) -> io::Result<Option<(T, usize)>>,
    ) -> io::Result<Option<(T, BytesMut)>> {
        loop {
            if let Some((head, length)) = parse(&self.unread)? {
                return Ok(Some((head, self.unread.split_to(length))));
            }
            if self.unread.len() > LARGEST_HEAD {
                return Err(invalid("the headers are too large"));
            }
            if !self.read_more().await? {
                return if self.unread.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    async fn body(&mut self, framing: Framing) -> io::Result<Body> {
        match framing {
            Framing::Length(length) => {
                let raw = self.take(length).await?;
                Ok(Body { content: raw.clone(), raw })
            }
            Framing::Chunked => self.chunks().await,
            Framing::UntilClosed => {
                while self.read_more().await? {
                    within_limit(self.unread.len())?;
                }
                let raw = self.unread.split();
                Ok(Body { content: raw.clone(), raw })
            }
        }
    }

    async fn chunks(&mut self) -> io::Result<Body> {
        let mut body = Body { raw: BytesMut::new(), content: BytesMut::new() };
        loop {
            let (size, line) = self.parsed(httparse::parse_chunk_size).await?;
            body.raw.unsplit(line);
            let size = usize::try_from(size).map_err(|_| invalid("a chunk is too large"))?;
            if size == 0 {
                let (_, trailers) = self.parsed(skip_trailers).await?;
                body.raw.unsplit(trailers);
                return Ok(body);
            }
            within_limit(body.content.len().saturating_add(size))?;
            let chunk = self.take(size).await?;
            body.content.extend_from_slice(&chunk);
            body.raw.unsplit(chunk);
            body.raw.unsplit(self.take(b"\r\n".len()).await?);
        }
    }

    /// Something that `parse` finds at the start of what is unread, and its bytes.
    async fn parsed<T, E: Into<ParseError>>(
        &mut self,
        parse: fn(&[u8]) -> Result<httparse::Status<(usize, T)>, E>,
    ) -> io::Result<(T, BytesMut)> {
        loop {
            match parse(&self.unread).map_err(|_| invalid("a chunk is malformed"))? {
                httparse::Status::Complete((length, found)) => {
                    return Ok((found, self.unread.split_to(length)));
                }
                httparse::Status::Partial if self.unread.len() > LARGEST_HEAD => {
                    return Err(invalid("a chunk is malformed"));
                }
                httparse::Status::Partial => self.need_more().await?,
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<BytesMut> {
        within_limit(length)?;
        while self.unread.len() < length {
            self.need_more().await?;
        }
        Ok(self.unread.split_to(length))
    }

    async fn need_more(&mut self) -> io::Result<()> {
        if self.read_more().await? { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// False at the end of the stream.
    async fn read_more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.unread).await? > 0)
    }
}
