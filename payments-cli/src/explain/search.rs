//! The search for a string whose signature is the presented one, with the fewest differences first.

use std::rc::Rc;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest as _, Md5};
use payments::signature::{CheckingKeys, Field, Formula, Keys, VerifyingKey};
use sha2::{Sha256, Sha512};

use super::{
    Match,
    candidate::{Candidate, Method},
    change::Change,
    difference::Difference,
    json::JsonWriter,
    presented::{Presented, Reading},
};

/// The maximum number of strings that are tried. RSA has a lower limit, because a check takes a
/// hundred times as long.
const MOST: usize = 250_000;
const MOST_RSA: usize = 4_000;
/// The maximum number of bytes that are hashed.
const MOST_BYTES: usize = 64 << 20;
/// The maximum number of differences of a string.
const DEEPEST: usize = 4;
/// The maximum number of fields for which every order is tried.
const PERMUTED: usize = 5;
/// The maximum number of fields of which each is tried in every other place, because a form may
/// repeat a field without end.
const MOST_MOVED: usize = 40;
/// The number of matches after which the search ends.
const ENOUGH: usize = 3;

const SEPARATORS: [&str; 5] = ["|", " ", ",", "", "&"];

pub(super) struct Search<'a> {
    base: Candidate<'a>,
    fields: Vec<Field<'a>>,
    readings: &'a [Reading],
    keys: CheckingKeys<'a>,
    axes: Vec<Axis>,
    matches: Vec<Match>,
    tried: usize,
    most: usize,
    hashed: usize,
    is_stopped: bool,
}

/// Differences that exclude each other, the likeliest first.
struct Axis {
    differences: Rc<[Difference]>,
    /// The number of them that are tried together with two others.
    common: usize,
}

impl Axis {
    fn of(differences: Vec<Difference>) -> Self {
        Self { common: differences.len(), differences: differences.into() }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(
        formula: &'a Formula,
        fields: &[Field<'a>],
        presented: &'a Presented,
        keys: CheckingKeys<'a>,
    ) -> Self {
        let known = Candidate::of(formula, fields);
        let is_known = known.is_some();
        let base = known.unwrap_or_else(|| Candidate::unknown(formula, fields));
        let most = if base.method == Method::Rsa { MOST_RSA } else { MOST };
        let axes = vec![
            Axis::of(selections(&base, is_known, &formula.layout.fields(), fields)),
            Axis::of(names(&base, is_known)),
            Axis::of(separators(&base)),
            Axis::of(leading(&base)),
            Axis::of(secret_places(&base)),
            if is_known { values(&base) } else { Axis::of(Vec::new()) },
            Axis {
                differences: Change::OF_SECRETS.into_iter().map(Difference::Secret).collect(),
                common: Change::COMMON_SECRETS,
            },
        ];
        Self {
            base,
            fields: fields.to_vec(),
            readings: presented.readings(),
            keys,
            axes,
            matches: Vec::new(),
            tried: 0,
            most,
            hashed: 0,
            is_stopped: false,
        }
    }

    /// Tries strings without a difference, then with one, and so on, until one matches.
    pub(super) fn run(&mut self) {
        if self.readings.is_empty() || self.keys.secrets.and_then(Keys::newest).is_none() {
            return;
        }
        for depth in 0..=DEEPEST {
            let base = self.base.clone();
            self.differ(&base, 0, depth, &mut Vec::new());
            if !self.matches.is_empty() || self.is_stopped {
                return;
            }
        }
    }

    pub(super) fn end(self) -> Found {
        Found {
            matches: self.matches,
            tried: self.tried,
            hashed: self.hashed,
            exhausted: !self.is_stopped,
        }
    }

    /// Tries every string with this number of differences from `candidate` on the axes from this
    /// one on.
    fn differ(
        &mut self,
        candidate: &Candidate<'a>,
        from: usize,
        depth: usize,
        differences: &mut Vec<Difference>,
    ) {
        if depth == 0 {
            self.attempt(candidate, differences);
            return;
        }
        for at in from..self.axes.len() {
            let Some(axis) = self.axes.get(at) else { return };
            let is_beside_two = depth + differences.len() > 2;
            let count = if is_beside_two { axis.common } else { axis.differences.len() };
            let variants = Rc::clone(&axis.differences);
            for difference in variants.iter().take(count) {
                if self.is_stopped || self.matches.len() >= ENOUGH {
                    return;
                }
                let Some(changed) = candidate.with(difference, &self.fields) else { continue };
                differences.push(difference.clone());
                self.differ(&changed, at + 1, depth - 1, differences);
                differences.pop();
            }
        }
    }

    fn attempt(&mut self, candidate: &Candidate<'a>, differences: &[Difference]) {
        let Some(secret) = self.keys.secrets.and_then(Keys::newest) else { return };
        let secret = candidate.secret_of(secret);
        let message = candidate.bytes(&secret);
        // Each way to decode may be hashed twice: by HMAC, and with the secret in the string.
        let hashed = self.hashed.saturating_add(message.len() * self.readings.len() * 2);
        if self.tried >= self.most || (hashed > MOST_BYTES && self.tried > 0) {
            self.is_stopped = true;
            return;
        }
        self.tried += 1;
        self.hashed = hashed;
        for reading in self.readings {
            let Some(method) = self.maker(candidate, &message, &secret, &reading.bytes) else {
                continue;
            };
            let mut differences = differences.to_vec();
            if method != self.base.method {
                differences.push(Difference::Algorithm(words(method)));
            }
            differences
                .extend(reading.unexpected.clone().map(|how| Difference::Encoding(how.into())));
            let layout_only = differences.iter().all(|difference| {
                !matches!(
                    difference,
                    Difference::Value { .. }
                        | Difference::Secret(_)
                        | Difference::Algorithm(_)
                        | Difference::Encoding(_)
                )
            });
            let found = Match {
                signed_string: candidate.masked(self.keys.secrets),
                template: if layout_only { candidate.template() } else { None },
                differences,
            };
            if !self.matches.iter().any(|known| known.signed_string == found.signed_string) {
                self.matches.push(found);
            }
            return;
        }
    }

    /// Returns the algorithm by which these bytes are made from the message, if there is one.
    fn maker(
        &self,
        candidate: &Candidate<'_>,
        message: &[u8],
        secret: &[u8],
        signature: &[u8],
    ) -> Option<Method> {
        let has_secret = candidate.secret.is_some();
        if candidate.method == Method::Rsa {
            let is_good =
                self.keys.public.iter().any(|key| VerifyingKey::verify(key, message, signature));
            return is_good.then_some(Method::Rsa);
        }
        let by_hmac = |code: fn(&[u8], &[u8]) -> Option<Vec<u8>>| {
            code(secret, message).is_some_and(|code| code == signature)
        };
        match signature.len() {
            // Without a secret, anybody can make the hash.
            16 if has_secret => {
                (Md5::digest(message).as_slice() == signature).then_some(Method::Md5)
            }
            32 if by_hmac(hmac::<Hmac<Sha256>>) => Some(Method::HmacSha256),
            32 if has_secret => {
                (Sha256::digest(message).as_slice() == signature).then_some(Method::Sha256)
            }
            64 => by_hmac(hmac::<Hmac<Sha512>>).then_some(Method::HmacSha512),
            _ => None,
        }
    }
}

fn hmac<M: Mac + KeyInit>(secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut hmac = <M as KeyInit>::new_from_slice(secret).ok()?;
    hmac.update(message);
    Some(hmac.finalize().into_bytes().to_vec())
}

fn words(method: Method) -> &'static str {
    match method {
        Method::Md5 => "MD5 with the secret in the string",
        Method::Sha256 => "SHA-256 with the secret in the string",
        Method::HmacSha256 => "HMAC with SHA-256",
        Method::HmacSha512 => "HMAC with SHA-512",
        Method::Rsa => "RSA with SHA-256",
    }
}

/// Returns other orders of the fields, and other selections of fields.
fn selections(
    base: &Candidate<'_>,
    is_known: bool,
    listed: &[&str],
    fields: &[Field<'_>],
) -> Vec<Difference> {
    let names: Vec<&str> = base.pieces.iter().map(|piece| piece.name).collect();
    let mut found: Vec<Vec<&str>> = Vec::new();
    if !is_known {
        for count in 1..=PERMUTED.min(names.len()) {
            arrange(&names, count, &mut Vec::new(), &mut found);
        }
    } else if names.len() <= PERMUTED {
        arrange(&names, names.len(), &mut Vec::new(), &mut found);
    } else {
        let mut sorted = names.clone();
        sorted.sort_unstable();
        let mut sent = names.clone();
        sent.sort_by_key(|name| fields.iter().position(|(field, _)| field == name));
        let mut as_listed = names.clone();
        as_listed.sort_by_key(|name| listed.iter().position(|field| field == name));
        found.extend([sent, as_listed, sorted]);
        if names.len() <= MOST_MOVED {
            found.extend(moves(&names));
        }
    }
    found.retain(|order| *order != names);
    let mut differences: Vec<_> = found
        .into_iter()
        .map(|order| Difference::Fields(order.into_iter().map(str::to_owned).collect()))
        .collect();
    if is_known {
        differences.extend(names.iter().map(|name| Difference::LeftOut((*name).to_owned())));
        if base.named {
            differences.insert(0, Difference::EmptyFields);
            differences.push(Difference::EveryField);
        }
    }
    differences
}

/// Returns every arrangement of `count` of the names.
fn arrange<'n>(
    names: &[&'n str],
    count: usize,
    chosen: &mut Vec<&'n str>,
    found: &mut Vec<Vec<&'n str>>,
) {
    if chosen.len() == count {
        found.push(chosen.clone());
        return;
    }
    for name in names {
        if found.len() >= MOST {
            return;
        }
        if !chosen.contains(name) {
            chosen.push(name);
            arrange(names, count, chosen, found);
            chosen.pop();
        }
    }
}

/// Returns every order in which one name is moved.
fn moves<'n>(names: &[&'n str]) -> Vec<Vec<&'n str>> {
    let mut found = Vec::new();
    for from in 0..names.len() {
        for to in 0..names.len() {
            let mut order = names.to_vec();
            let name = order.remove(from);
            order.insert(to, name);
            found.push(order);
        }
    }
    found
}

fn names(base: &Candidate<'_>, is_known: bool) -> Vec<Difference> {
    if is_known { vec![Difference::Names { named: !base.named }] } else { Vec::new() }
}

fn separators(base: &Candidate<'_>) -> Vec<Difference> {
    let others = SEPARATORS.into_iter().filter(|separator| *separator != base.separator);
    others.map(|separator| Difference::Separator(separator.to_owned())).collect()
}

fn leading(base: &Candidate<'_>) -> Vec<Difference> {
    if !base.leading.is_empty() {
        return vec![Difference::Leading(String::new())];
    }
    [" ", "|", ","].map(|text| Difference::Leading(text.to_owned())).to_vec()
}

fn secret_places(base: &Candidate<'_>) -> Vec<Difference> {
    let last = base.pieces.len();
    let mut places = Vec::new();
    if base.secret != Some(0) {
        places.push(Difference::SecretFirst);
    }
    if base.secret != Some(last) {
        places.push(Difference::SecretLast);
    }
    places
}

fn values(base: &Candidate<'_>) -> Axis {
    let mut differences = Vec::new();
    let mut common = 0;
    for (index, change) in Change::OF_VALUES.into_iter().enumerate() {
        if index == Change::COMMON_VALUES {
            common = differences.len();
        }
        let changed: Vec<_> =
            base.pieces.iter().filter(|piece| piece.changed(change).is_some()).collect();
        if changed.len() > 1 {
            differences.push(Difference::Value { field: None, change });
        }
        differences.extend(
            changed
                .iter()
                .map(|piece| Difference::Value { field: Some(piece.name.to_owned()), change }),
        );
    }
    for piece in &base.pieces {
        let Ok(text) = std::str::from_utf8(&piece.value) else { continue };
        let writers = JsonWriter::for_text(text).into_iter();
        differences.extend(writers.map(|writer| Difference::Value {
            field: Some(piece.name.to_owned()),
            change: Change::Json(writer),
        }));
    }
    Axis { differences: differences.into(), common }
}

/// The result of a search, and its effort.
pub(super) struct Found {
    pub(super) matches: Vec<Match>,
    pub(super) tried: usize,
    pub(super) hashed: usize,
    pub(super) exhausted: bool,
}
