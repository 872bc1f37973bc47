//! HTTP/1.1 messages: how their heads are read and where their bodies end.

use std::io;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use httparse::Status;

/// A request as it was sent.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) head: RequestHead,
    pub(super) raw: BytesMut,
}

/// An answer as it was sent, and as it is read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) raw: BytesMut,
    /// How much of it comes before the body.
    pub(super) head_length: usize,
    /// Its body is without the marks of its chunks.
    pub(super) response: Response<Bytes>,
    pub(super) keeps_alive: bool,
}

/// What comes before the body of a request.
#[derive(Clone, Debug)]
pub(super) struct RequestHead {
    pub(super) method: Method,
    /// Without the query, which carries secrets.
    pub(super) path: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) framing: Framing,
    pub(super) keeps_alive: bool,
    pub(super) awaits_a_go_ahead: bool,
}

/// What comes before the body of an answer.
#[derive(Debug)]
pub(super) struct AnswerHead {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) framing: Framing,
    pub(super) keeps_alive: bool,
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

/// What was found at the start of some bytes and how many of them it takes; `None` while it is
/// not whole.
pub(super) type Parsed<T> = io::Result<Option<(T, usize)>>;

const MOST_HEADERS: usize = 128;
/// The minor version of HTTP/1.1, which keeps connections alive unless told otherwise.
const KEEPS_ALIVE: u8 = 1;

impl RequestHead {
    pub(super) fn parse(bytes: &[u8]) -> Parsed<Self> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let Status::Complete(length) = request.parse(bytes).map_err(invalid)? else {
            return Ok(None);
        };
        let headers = header_map(request.headers)?;
        let target = request.path.unwrap_or_default();
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let expects = headers.get(header::EXPECT).map(HeaderValue::as_bytes);
        let framing = framing(&headers)?.unwrap_or(Framing::Length(0));
        if framing == Framing::UntilClosed {
            return Err(invalid("a request whose body has no end"));
        }
        let head = Self {
            method: request.method.unwrap_or_default().parse().map_err(invalid)?,
            path: path.to_owned(),
            target: target.to_owned(),
            framing,
            keeps_alive: request.version == Some(KEEPS_ALIVE) && !says_close(&headers),
            awaits_a_go_ahead: expects
                .is_some_and(|value| value.eq_ignore_ascii_case(b"100-continue")),
        };
        Ok(Some((head, length)))
    }
}

impl AnswerHead {
    pub(super) fn parse(bytes: &[u8]) -> Parsed<Self> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut answer = httparse::Response::new(&mut headers);
        let Status::Complete(length) = answer.parse(bytes).map_err(invalid)? else {
            return Ok(None);
        };
        let status = StatusCode::from_u16(answer.code.unwrap_or_default()).map_err(invalid)?;
        let headers = header_map(answer.headers)?;
        let framing = if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            Framing::Length(0)
        } else {
            framing(&headers)?.unwrap_or(Framing::UntilClosed)
        };
        let keeps_alive = answer.version == Some(KEEPS_ALIVE)
            && framing != Framing::UntilClosed
            && !says_close(&headers);
        Ok(Some((Self { status, headers, framing, keeps_alive }, length)))
    }
}

/// A response as it is sent, announcing a body of so many bytes, whatever follows.
pub(super) fn written(response: &Response<Bytes>, announced: usize) -> Vec<u8> {
    let mut message = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    let framing = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::TRAILER];
    for (name, value) in response.headers().iter().filter(|(name, _)| !framing.contains(name)) {
        message.extend_from_slice(name.as_ref());
        message.extend_from_slice(b": ");
        message.extend_from_slice(value.as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(format!("content-length: {announced}\r\n\r\n").as_bytes());
    message.extend_from_slice(response.body());
    message
}

/// The line that says how large a chunk is.
pub(super) fn chunk_size(bytes: &[u8]) -> Parsed<usize> {
    match httparse::parse_chunk_size(bytes) {
        Ok(Status::Complete((length, size))) => {
            Ok(Some((usize::try_from(size).map_err(invalid)?, length)))
        }
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err(invalid("the size of a chunk is malformed")),
    }
}

/// What follows the last chunk.
pub(super) fn trailers(bytes: &[u8]) -> Parsed<()> {
    let mut trailers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    match httparse::parse_headers(bytes, &mut trailers).map_err(invalid)? {
        Status::Complete((length, _)) => Ok(Some(((), length))),
        Status::Partial => Ok(None),
    }
}

pub(super) fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn header_map(headers: &[httparse::Header<'_>]) -> io::Result<HeaderMap> {
    headers
        .iter()
        .map(|header| {
            let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(invalid)?;
            let value = HeaderValue::from_bytes(header.value).map_err(invalid)?;
            Ok((name, value))
        })
        .collect()
}

/// Where the body ends, if the headers say so (RFC 9112, section 6.3). What two readers could read
/// in two ways is refused.
fn framing(headers: &HeaderMap) -> io::Result<Option<Framing>> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        let codings = tokens(headers, &header::TRANSFER_ENCODING);
        return match codings.last() {
            Some(last) if last.eq_ignore_ascii_case(b"chunked") => Ok(Some(Framing::Chunked)),
            _ => Ok(Some(Framing::UntilClosed)),
        };
    }
    let lengths = tokens(headers, &header::CONTENT_LENGTH);
    let Some((first, others)) = lengths.split_first() else { return Ok(None) };
    if others.iter().any(|other| other != first) {
        return Err(invalid("two lengths of one body"));
    }
    // A plus sign is read as part of a number elsewhere.
    if !first.iter().all(u8::is_ascii_digit) {
        return Err(invalid("a length that is no number"));
    }
    let length = std::str::from_utf8(first).map_err(invalid)?.parse().map_err(invalid)?;
    Ok(Some(Framing::Length(length)))
}

fn says_close(headers: &HeaderMap) -> bool {
    let tokens = tokens(headers, &header::CONNECTION);
    tokens.iter().any(|token| token.eq_ignore_ascii_case(b"close"))
}

/// What is listed under a name, in however many headers.
fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).iter();
    values
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    fn framing_of(headers: &str) -> io::Result<Framing> {
        let text = format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n");
        RequestHead::parse(text.as_bytes()).map(|parsed| parsed.unwrap().0.framing)
    }

    #[test]
    fn a_body_ends_where_every_reader_would_say() {
        for (headers, framing) in [
            ("a: b", Framing::Length(0)),
            ("content-length: 5", Framing::Length(5)),
            ("content-length: 5\r\ncontent-length: 5", Framing::Length(5)),
            ("content-length: 5, 5", Framing::Length(5)),
            ("transfer-encoding: chunked", Framing::Chunked),
            ("transfer-encoding: gzip, Chunked\r\ncontent-length: 5", Framing::Chunked),
        ] {
            assert_eq!(framing_of(headers).unwrap(), framing, "{headers}");
        }
        for headers in [
            "content-length: 5\r\ncontent-length: 6",
            "content-length: +5",
            "content-length: -5",
            "content-length:",
            "content-length: 99999999999999999999",
            "transfer-encoding: gzip",
            "transfer-encoding: chunked, gzip",
            "transfer-encoding:",
        ] {
            assert!(framing_of(headers).is_err(), "{headers}");
        }
    }

    /// What a parser says of the same bytes once they all are there, and before.
    fn takes_a_prefix<T>(parse: fn(&[u8]) -> Parsed<T>, bytes: &[u8]) {
        let Ok(Some((_, length))) = parse(bytes) else { return };
        assert!(length > 0 && length <= bytes.len(), "{}", bytes.escape_ascii());
        let earlier = parse(bytes.get(..length - 1).unwrap_or_default());
        assert!(!matches!(earlier, Ok(Some(_))), "{}", bytes.escape_ascii());
    }

    #[test]
    fn bytes_of_any_kind_are_a_message_or_none_and_never_more_than_there_are() {
        let word = prop_oneof![
            select(&[
                "POST / HTTP/1.1",
                "HTTP/1.1 200 OK",
                "\r\n",
                "\r\n\r\n",
                "content-length: ",
                "5",
                "0",
                "transfer-encoding: chunked",
                "connection: close",
                ": ",
                "ffff",
            ])
            .prop_map(|word| word.as_bytes().to_vec()),
            vec(any::<u8>(), 0..4),
        ];
        proptest!(|(words in vec(word, 0..12))| {
            let bytes = words.concat();
            takes_a_prefix(RequestHead::parse, &bytes);
            takes_a_prefix(AnswerHead::parse, &bytes);
            takes_a_prefix(chunk_size, &bytes);
            takes_a_prefix(trailers, &bytes);
        });
    }

    #[test]
    fn an_answer_may_end_with_its_connection() {
        let (head, _) = AnswerHead::parse(b"HTTP/1.1 200 OK\r\n\r\n").unwrap().unwrap();
        assert_eq!((head.framing, head.keeps_alive), (Framing::UntilClosed, false));
        let coded = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n";
        let (head, _) = AnswerHead::parse(coded).unwrap().unwrap();
        assert_eq!((head.framing, head.keeps_alive), (Framing::UntilClosed, false));
        let (head, _) = AnswerHead::parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
        assert_eq!((head.framing, head.keeps_alive), (Framing::Length(0), true));
    }
}
