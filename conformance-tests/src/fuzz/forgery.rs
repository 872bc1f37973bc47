//! What can be made of a delivery by somebody who saw it and has no secret.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::{HeaderValue, Request};

/// What may stand between the fields of a signed text.
const SEPARATORS: [char; 3] = [' ', '|', ','];

/// The request with one bit turned, for every bit of its query, its headers and its body. What is
/// no request any more is left out.
pub fn bit_flips(request: &Request<Bytes>) -> impl Iterator<Item = Request<Bytes>> + '_ {
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
    in_query.chain(in_headers).chain(in_body)
}

/// The request with a parameter or a header left out, emptied or doubled, or its body cut short.
pub fn edits(request: &Request<Bytes>) -> Vec<Request<Bytes>> {
    let mut edits = Vec::new();
    let parameters: Vec<_> =
        request.uri().query().map(|query| query.split('&').collect()).unwrap_or_default();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = parameter.split('=').next().unwrap_or_default();
        for replaced in [&[][..], &[name], &[*parameter, *parameter], &[*parameter, name]] {
            let mut parameters = parameters.clone();
            parameters.splice(index..=index, replaced.iter().copied());
            edits.extend(with_query(request, parameters.join("&").as_bytes()));
        }
    }
    for (name, value) in request.headers() {
        let mut without = request.clone();
        without.headers_mut().remove(name);
        let mut empty = request.clone();
        empty.headers_mut().insert(name, HeaderValue::from_static(""));
        let mut twice = request.clone();
        twice.headers_mut().append(name, value.clone());
        edits.extend([without, empty, twice]);
    }
    let shorter = (0..request.body().len()).map(|end| request.body().slice(..end));
    edits.extend(shorter.map(|body| request.clone().map(|_| body)));
    edits
}

/// The request with the text of neighbouring parameters cut elsewhere: where a signature covers
/// the values one after another, the text that it covers is the same.
pub fn resplit(request: &Request<Bytes>) -> Vec<Request<Bytes>> {
    let query = request.uri().query().unwrap_or_default();
    let parameters: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut resplit = Vec::new();
    for first in 0..parameters.len() {
        for after in first + 2..=parameters.len() {
            for separator in SEPARATORS {
                let Some(run) = parameters.get(first..after) else { continue };
                for values in shifted(run, separator) {
                    let mut changed = parameters.clone();
                    for ((_, old), new) in changed.iter_mut().skip(first).zip(values) {
                        *old = new;
                    }
                    let query = Serializer::new(String::new()).extend_pairs(changed).finish();
                    resplit.extend(with_query(request, query.as_bytes()));
                }
            }
        }
    }
    resplit
}

/// A change of text: where, which byte, and what is done with it.
pub type Scribble = (usize, u8, Deed);

/// What a [`Scribble`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The byte stands in the place of the one there.
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

/// The values of neighbouring parameters with every cut between them moved by as many words.
fn shifted(run: &[(String, String)], separator: char) -> Vec<Vec<String>> {
    let words: Vec<&str> = run.iter().flat_map(|(_, value)| value.split(separator)).collect();
    let counts = run.iter().map(|(_, value)| value.split(separator).count());
    let ends: Vec<usize> = counts
        .scan(0, |end, count| {
            *end += count;
            Some(*end)
        })
        .collect();
    let Some((_, cuts)) = ends.split_last() else { return Vec::new() };
    let joined = |range: &[&str]| range.join(separator.encode_utf8(&mut [0; 4]));
    let cut_at = |cuts: Vec<usize>| -> Option<Vec<String>> {
        let starts = std::iter::once(0).chain(cuts.iter().copied());
        let ends = cuts.iter().copied().chain(std::iter::once(words.len()));
        starts
            .zip(ends)
            .map(|(start, end)| words.get(start..end).filter(|words| !words.is_empty()).map(joined))
            .collect()
    };
    let by = 1..words.len();
    let later = by.clone().map(|by| cuts.iter().map(|cut| cut + by).collect());
    let earlier = by.map(|by| cuts.iter().map(|cut| cut.saturating_sub(by)).collect());
    later.chain(earlier).filter_map(cut_at).collect()
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len()).flat_map(move |index| {
        (0..u8::BITS).filter_map(move |bit| {
            let mut flipped = bytes.to_vec();
            *flipped.get_mut(index)? ^= 1 << bit;
            Some(flipped)
        })
    })
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

    fn queries(requests: &[Request<Bytes>]) -> Vec<&str> {
        requests.iter().map(|request| request.uri().query().unwrap()).collect()
    }

    #[test]
    fn every_bit_of_query_headers_and_body_is_turned_once() {
        let request = request();
        let flips: Vec<_> = bit_flips(&request).collect();
        let in_body = flips.iter().filter(|flip| flip.body() != request.body()).count();
        let in_headers = flips.iter().filter(|flip| flip.headers() != request.headers()).count();
        let in_query = flips.iter().filter(|flip| flip.uri() != request.uri()).count();
        assert_eq!((in_body, in_body + in_headers + in_query), (16, flips.len()));
        assert!(in_headers > 4 && in_query > 100, "{in_headers} {in_query}");
    }

    #[test]
    fn text_is_cut_elsewhere_between_neighbours_and_along_a_whole_run() {
        let resplit = resplit(&request());
        let resplit = queries(&resplit);
        assert!(resplit.contains(&"info=a&code=b+c&last=d"), "{resplit:?}");
        assert!(resplit.contains(&"info=a&code=b&last=c+d"), "{resplit:?}");
        assert!(!resplit.contains(&"info=a+b&code=c&last=d"), "{resplit:?}");
    }

    #[test]
    fn text_is_scribbled_over_one_change_after_another() {
        let scribbled = |changes: &[Scribble]| scribbled(b"abc", changes);
        assert_eq!(scribbled(&[(1, b'x', Deed::Replace), (4, b'y', Deed::Insert)]), b"yaxc");
        assert_eq!(scribbled(&[(1, 1, Deed::Remove), (0, 9, Deed::Repeat)]), b"acac");
        assert_eq!(scribbled(&[(0, 9, Deed::Remove), (7, 0, Deed::Replace)]), b"");
    }

    #[test]
    fn parameters_are_left_out_emptied_and_doubled() {
        let edits = edits(&request());
        let edits = queries(&edits);
        for query in ["code=c&last=d", "info&code=c&last=d", "info=a+b&code=c&code=c&last=d"] {
            assert!(edits.contains(&query), "{query} {edits:?}");
        }
    }
}
