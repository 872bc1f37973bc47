//! A string that may have been signed.

use std::borrow::Cow;

use payments::{
    Secret,
    signature::{
        Algorithm, EmptyValues, Encoding, Field, Formula, Item, Keys, Layout, Members, Order,
    },
};
use percent_encoding::percent_encode;

use super::{
    change::{Change, URI_COMPONENT},
    difference::Difference,
};

/// The maximum number of fields of a message in which an unknown layout is searched for.
const MOST_FIELDS: usize = 40;

const MASK: &str = "‹secret›";

/// How a signature is made from a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Md5,
    Sha256,
    HmacSha256,
    HmacSha512,
    Rsa,
}

/// A string that may have been signed, in parts.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) leading: Cow<'a, str>,
    pub(super) separator: Cow<'a, str>,
    pub(super) named: bool,
    /// How names are written.
    names: Encoding,
    /// The fields that a layout of pairs leaves out if they are empty.
    may_be_dropped: MayBeDropped<'a>,
    /// The index of the piece that the secret is put in front of, or `None` if it is the key.
    pub(super) secret: Option<usize>,
    pub(super) secret_change: Option<Change>,
    pub(super) method: Method,
}

/// The fields that are left out if they are empty, and their places.
#[derive(Clone, Copy)]
enum MayBeDropped<'a> {
    None,
    /// These fields, in this order.
    Listed(&'a [&'static str], Order),
    /// Every member, in the order of the names.
    Every,
}

impl MayBeDropped<'_> {
    fn has(self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Listed(names, _) => names.contains(&name),
            Self::Every => true,
        }
    }

    /// Returns whether `one` is signed after `other`.
    fn is_behind(self, one: &str, other: &str, fields: &[Field<'_>]) -> bool {
        match self {
            Self::None => false,
            Self::Listed(names, Order::AsListed) => {
                let rank = |name: &str| names.iter().position(|known| *known == name);
                rank(one) > rank(other)
            }
            Self::Listed(_, Order::AsSent) => {
                let position = |name: &str| fields.iter().position(|(field, _)| *field == name);
                position(one) > position(other)
            }
            Self::Every => one.encode_utf16().gt(other.encode_utf16()),
        }
    }
}

/// A field and its value as it is signed.
#[derive(Clone)]
pub(super) struct Piece<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, [u8]>,
    /// The value as it was sent, if the formula changes it before signing.
    sent: Option<&'a [u8]>,
}

impl<'a> Candidate<'a> {
    /// Returns the string of the formula, or `None` if its layout or algorithm is unknown.
    pub(super) fn of(formula: &'a Formula, fields: &[Field<'a>]) -> Option<Self> {
        let method = match formula.algorithm {
            Algorithm::Md5Hex => Method::Md5,
            Algorithm::HmacSha256Base64 | Algorithm::HmacSha256Hex { .. } => Method::HmacSha256,
            Algorithm::HmacSha512Hex => Method::HmacSha512,
            Algorithm::RsaSha256Base64 => Method::Rsa,
            _ => return None,
        };
        match &formula.layout {
            Layout::Values { leading, separator, items } => {
                let mut pieces = Vec::with_capacity(items.len());
                let mut secret = None;
                for item in items.iter() {
                    match item {
                        Item::Secret => secret = Some(pieces.len()),
                        item => pieces.extend(piece(item, fields)),
                    }
                }
                Some(Self {
                    pieces,
                    leading: Cow::Borrowed(leading),
                    separator: Cow::Borrowed(separator),
                    named: false,
                    names: Encoding::Raw,
                    may_be_dropped: MayBeDropped::None,
                    secret,
                    secret_change: None,
                    method,
                })
            }
            Layout::Pairs { separator, names, order, empty } => {
                let is_kept = *empty == EmptyValues::Kept;
                let signed = |field: &&Field<'a>| {
                    names.contains(&field.0) && (is_kept || !field.1.is_empty())
                };
                let mut pieces: Vec<Piece<'a>> =
                    fields.iter().filter(signed).map(Piece::of).collect();
                if *order == Order::AsListed {
                    pieces.sort_by_key(|piece| names.iter().position(|name| *name == piece.name));
                }
                Some(Self {
                    pieces,
                    leading: Cow::Borrowed(""),
                    separator: Cow::Borrowed(separator),
                    named: true,
                    names: Encoding::Raw,
                    may_be_dropped: match empty {
                        EmptyValues::Dropped => MayBeDropped::Listed(names, *order),
                        EmptyValues::Kept => MayBeDropped::None,
                    },
                    secret: None,
                    secret_change: None,
                    method,
                })
            }
            Layout::Members(members) => Some(Self {
                pieces: (signed_members(members, fields)?.into_iter())
                    .map(|field| Piece::encoded(field, members.encoding))
                    .collect(),
                leading: Cow::Borrowed(""),
                separator: Cow::Borrowed(&members.separator),
                named: true,
                names: members.encoding,
                may_be_dropped: match members.empty {
                    EmptyValues::Dropped => MayBeDropped::Every,
                    EmptyValues::Kept => MayBeDropped::None,
                },
                secret: None,
                secret_change: None,
                method,
            }),
            _ => None,
        }
    }

    /// Joins the fields of the message, up to a number of them, by a pipe, with the secret at the
    /// end. The search for an unknown layout begins with it.
    pub(super) fn unknown(formula: &Formula, fields: &[Field<'a>]) -> Self {
        let method = match formula.algorithm {
            Algorithm::RsaSha256Base64 => Method::Rsa,
            _ => Method::Md5,
        };
        let pieces: Vec<_> = fields.iter().take(MOST_FIELDS).map(Piece::of).collect();
        Self {
            secret: Some(pieces.len()),
            pieces,
            leading: Cow::Borrowed(""),
            separator: Cow::Borrowed("|"),
            named: false,
            names: Encoding::Raw,
            may_be_dropped: MayBeDropped::None,
            secret_change: None,
            method,
        }
    }

    /// Returns the candidate with a difference, or `None` if that changes nothing or is impossible.
    pub(super) fn with(&self, difference: &Difference, fields: &[Field<'a>]) -> Option<Self> {
        let mut changed = self.clone();
        match difference {
            Difference::Fields(names) => {
                let is_last = self.secret == Some(self.pieces.len());
                changed.pieces = names
                    .iter()
                    .filter_map(|name| self.pieces.iter().find(|piece| piece.name == name))
                    .cloned()
                    .collect();
                let count = changed.pieces.len();
                changed.secret = self.secret.map(|at| if is_last { count } else { at.min(count) });
            }
            Difference::LeftOut(name) => {
                let at = self.pieces.iter().position(|piece| piece.name == name)?;
                changed.pieces.remove(at);
                changed.secret = self.secret.map(|secret| secret - usize::from(at < secret));
            }
            Difference::EmptyFields => {
                // Put each one after the pieces that precede it in the message.
                let known: Vec<&str> = self.pieces.iter().map(|piece| piece.name).collect();
                let dropped = |field: &&Field<'a>| {
                    field.1.is_empty()
                        && self.may_be_dropped.has(field.0)
                        && !known.contains(&field.0)
                };
                for field in fields.iter().filter(dropped) {
                    let is_behind = |piece: &Piece<'a>| {
                        self.may_be_dropped.is_behind(piece.name, field.0, fields)
                    };
                    let at = changed.pieces.iter().position(is_behind);
                    changed.pieces.insert(at.unwrap_or(changed.pieces.len()), Piece::of(field));
                }
                (changed.pieces.len() > self.pieces.len()).then_some(())?;
            }
            Difference::EveryField => changed.pieces = fields.iter().map(Piece::of).collect(),
            Difference::Names { named } => changed.named = *named,
            Difference::Separator(text) => changed.separator = Cow::Owned(text.clone()),
            Difference::Leading(text) => changed.leading = Cow::Owned(text.clone()),
            Difference::SecretFirst => changed.secret = Some(0),
            Difference::SecretLast => changed.secret = Some(self.pieces.len()),
            Difference::Value { field, change } => {
                let mut has_changed = false;
                for piece in &mut changed.pieces {
                    if field.as_ref().is_none_or(|name| name == piece.name)
                        && let Some(value) = piece.changed(*change)
                    {
                        piece.value = value;
                        has_changed = true;
                    }
                }
                has_changed.then_some(())?;
            }
            Difference::Secret(change) => changed.secret_change = Some(*change),
            Difference::Algorithm(_) | Difference::Encoding(_) => return None,
        }
        Some(changed)
    }

    /// Returns the string that contains this secret.
    pub(super) fn bytes(&self, secret: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(self.leading.as_bytes());
        let mut is_first = true;
        let mut push = |piece: Option<&Piece<'_>>| {
            if !is_first {
                bytes.extend_from_slice(self.separator.as_bytes());
            }
            is_first = false;
            let Some(piece) = piece else { return bytes.extend_from_slice(secret) };
            if self.named {
                bytes.extend_from_slice(&encoded(self.names, piece.name.as_bytes()));
                bytes.push(b'=');
            }
            bytes.extend_from_slice(&piece.value);
        };
        for (index, piece) in self.pieces.iter().enumerate() {
            if self.secret == Some(index) {
                push(None);
            }
            push(Some(piece));
        }
        if self.secret.is_some_and(|at| at >= self.pieces.len()) {
            push(None);
        }
        bytes
    }

    /// Returns the secret with the change of this candidate.
    pub(super) fn secret_of(&self, secret: &Secret) -> Vec<u8> {
        let secret = secret.expose().as_bytes();
        match self.secret_change.and_then(|change| change.apply(secret)) {
            Some(changed) => changed.into_owned(),
            None => secret.to_vec(),
        }
    }

    /// Returns the string for a person. The secret is masked, even if it occurs in a field's value.
    pub(super) fn masked(&self, secrets: Option<&Keys>) -> String {
        let text = String::from_utf8_lossy(&self.bytes(MASK.as_bytes())).into_owned();
        match secrets.and_then(Keys::newest) {
            Some(secret) => text.replace(secret.expose().trim(), MASK),
            None => text,
        }
    }

    /// Returns the layout as a template, in the syntax of [`Formula::replaced`].
    pub(super) fn template(&self) -> Option<String> {
        if self.named {
            return None;
        }
        let mut names: Vec<String> =
            self.pieces.iter().map(|piece| format!("{{{}}}", piece.name)).collect();
        if let Some(at) = self.secret {
            names.insert(at.min(names.len()), "{secret}".to_owned());
        }
        Some(format!("{}{}", self.leading, names.join(&self.separator)))
    }
}

impl<'a> Piece<'a> {
    fn of(field: &Field<'a>) -> Self {
        Self { name: field.0, value: Cow::Borrowed(field.1), sent: None }
    }

    fn encoded(field: &Field<'a>, encoding: Encoding) -> Self {
        let value = encoded(encoding, field.1);
        let sent = (encoding != Encoding::Raw).then_some(field.1);
        Self { name: field.0, value, sent }
    }

    /// Applies a change to the value that was sent. Returns `None` if it stays the same.
    pub(super) fn changed(&self, change: Change) -> Option<Cow<'a, [u8]>> {
        let changed = match (change, self.sent) {
            (Change::AsSent, sent) => Cow::Borrowed(sent?),
            (_, Some(sent)) => change.apply(sent)?,
            (_, None) => return change.apply(&self.value),
        };
        (changed != self.value).then_some(changed)
    }
}

/// Returns the piece of an item. A missing field counts as empty, or is left out if it may be.
fn piece<'a>(item: &'a Item, fields: &[Field<'a>]) -> Option<Piece<'a>> {
    let name = item.name()?;
    let value = fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let value = match item {
        Item::Given(_) => Cow::Borrowed(value?),
        Item::Changed(_, transform) => Cow::Owned(transform.apply(value.unwrap_or_default())),
        _ => Cow::Borrowed(value.unwrap_or_default()),
    };
    let sent = match item {
        Item::Changed(..) => fields.iter().find(|(field, _)| *field == name).map(|field| field.1),
        _ => None,
    };
    Some(Piece { name, value, sent })
}

/// Returns the members that a formula signs, in the order of their names, or `None` if one occurs
/// twice.
fn signed_members<'f, 'a>(
    members: &Members,
    fields: &'f [Field<'a>],
) -> Option<Vec<&'f Field<'a>>> {
    let is_signed = |field: &&Field<'a>| members.empty == EmptyValues::Kept || !field.1.is_empty();
    let mut sorted: Vec<&Field<'a>> = fields.iter().collect();
    sorted.sort_by(|one, other| one.0.encode_utf16().cmp(other.0.encode_utf16()));
    let is_doubled = sorted.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0));
    (!is_doubled).then(|| sorted.into_iter().filter(is_signed).collect())
}

/// Encodes a name or a value according to a formula.
fn encoded(encoding: Encoding, value: &[u8]) -> Cow<'_, [u8]> {
    match encoding {
        Encoding::UriComponent => {
            percent_encode(value, URI_COMPONENT).to_string().into_bytes().into()
        }
        _ => Cow::Borrowed(value),
    }
}
