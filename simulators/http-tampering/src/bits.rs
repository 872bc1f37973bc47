//! Turned bits, bodies that are cut short, and text with random changes.

use bytes::Bytes;
use http::{HeaderValue, Request};

use super::Tampered;

/// The request with one bit turned, for every bit of its query, its headers and its body. What is
/// no request any more is left out.
pub fn bit_flips(request: &Request<Bytes>) -> impl Iterator<Item = Tampered> + '_ {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let in_query = flips(query).filter_map(|query| with_query(request, &query));
    let in_headers = request.headers().iter().flat_map(move |(name, value)| {
        flips(value.as_bytes()).filter_map(move |value| {
            let mut flipped = request.clone();
            flipped.headers_mut().insert(name, HeaderValue::from_bytes(&value).ok()?);
            Some(flipped)
        })
    });
    let in_body = flips(request.body()).map(move |body| request.clone().map(|_| body.into()));
    let flipped = in_query.chain(in_headers).chain(in_body);
    flipped.map(|request| Tampered::new("a bit is turned", request))
}

/// The message with one bit of each byte of its body turned: the lowest, so that letters and digits
/// stay what they are.
pub fn each_byte_of_the_body(request: &Request<Bytes>) -> impl Iterator<Item = Tampered> + '_ {
    (0..request.body().len()).map(move |place| {
        let flipped = request.clone().map(|body| flip(&body, place, 0).into());
        Tampered::new(format!("byte {place} of the body is changed"), flipped)
    })
}

/// The message with its body cut short, by every length.
pub fn shortened(request: &Request<Bytes>) -> impl Iterator<Item = Tampered> + '_ {
    (0..request.body().len()).map(move |end| {
        let shorter = request.clone().map(|body| body.slice(..end));
        Tampered::new(format!("the body ends after {end} bytes"), shorter)
    })
}

/// A change of text: where, which byte, and what is done with it.
pub type Scribble = (usize, u8, Deed);

/// What a [`Scribble`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The byte replaces the one there.
    Replace,
    /// The byte is put in before the one there.
    Insert,
    /// As many bytes are left out.
    Remove,
    /// As many bytes are written again at the end.
    Repeat,
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 4] = [Self::Replace, Self::Insert, Self::Remove, Self::Repeat];
}

/// Text with these changes, one after another; a place beyond the end is counted from the start
/// again.
pub fn scribbled(text: &[u8], changes: &[Scribble]) -> Vec<u8> {
    let mut text = text.to_vec();
    for (place, byte, deed) in changes {
        let start = place % text.len().saturating_add(1);
        let end = start.saturating_add(usize::from(*byte)).min(text.len());
        match deed {
            Deed::Replace => {
                if let Some(there) = text.get_mut(start) {
                    *there = *byte;
                }
            }
            Deed::Insert => text.insert(start, *byte),
            Deed::Remove => drop(text.drain(start..end)),
            Deed::Repeat => text.extend_from_within(start..end),
        }
    }
    text
}

/// Bytes with one bit of one of them turned.
pub(crate) fn flip(bytes: &[u8], place: usize, bit: u32) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    if let Some(byte) = flipped.get_mut(place) {
        *byte ^= 1 << bit;
    }
    flipped
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len()).flat_map(move |place| (0..u8::BITS).map(move |bit| flip(bytes, place, bit)))
}

fn with_query(request: &Request<Bytes>, query: &[u8]) -> Option<Request<Bytes>> {
    let target = [request.uri().path().as_bytes(), b"?", query].concat();
    let mut changed = request.clone();
    *changed.uri_mut() = target.try_into().ok()?;
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request<Bytes> {
        Request::get("/ipn?info=a+b&code=c&last=d").header("x", "1").body("{}".into()).unwrap()
    }

    #[test]
    fn every_bit_of_query_headers_and_body_is_turned_once() {
        let request = request();
        let flips: Vec<_> = bit_flips(&request).map(|flip| flip.request).collect();
        let in_body = flips.iter().filter(|flip| flip.body() != request.body()).count();
        let in_headers = flips.iter().filter(|flip| flip.headers() != request.headers()).count();
        let in_query = flips.iter().filter(|flip| flip.uri() != request.uri()).count();
        assert_eq!((in_body, in_body + in_headers + in_query), (16, flips.len()));
        assert!(in_headers > 4 && in_query > 100, "{in_headers} {in_query}");
    }

    #[test]
    fn text_is_scribbled_over_one_change_after_another() {
        let scribbled = |changes: &[Scribble]| scribbled(b"abc", changes);
        assert_eq!(scribbled(&[(1, b'x', Deed::Replace), (4, b'y', Deed::Insert)]), b"yaxc");
        assert_eq!(scribbled(&[(1, 1, Deed::Remove), (0, 9, Deed::Repeat)]), b"acac");
        assert_eq!(scribbled(&[(0, 9, Deed::Remove), (7, 0, Deed::Replace)]), b"");
    }
}
