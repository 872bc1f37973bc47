//! Searches for signed texts that belong to two requests: anybody who passes the message on can
//! then turn one request into the other under the same signature.
//!
//! The texts are divided here by trial, independently of the search with which the core refuses
//! them, so that a mistake in either is noticed.

use payments_core::Secret;
use provider_kit::signature::{
    Algorithm, Field, Formula, Item, Keys, Layout, Shape, SigningKeys, Transform,
};

/// The maximum number of values to try in one text.
const MOST_TRIES: usize = 20_000;
/// The placeholder of the secret.
const SECRET: &str = "‹secret›";
/// The separators with which a configuration may join fields.
const SEPARATORS: [&str; 8] = [" ", "|", ",", "", "-", "0", "||", "&"];
/// The values of free texts, in addition to those of other fields.
const WORDS: [&str; 8] = ["x", "thanks", "", "Two coffees", "=", ",", " ", "|"];

/// Makes a request for a formula from bytes, whose free texts imitate other fields of the formula,
/// and signs it. Returns a description of another request with the same signed text, or `None` if
/// there is none. A correct formula refuses such values.
///
/// Unknown formulas are skipped. The signature never needs a key pair, because only the signed text
/// matters here.
pub fn second_reading(formula: &Formula, bytes: &[u8]) -> Option<String> {
    second_reading_by(formula, &mut Choices(bytes))
}

/// Like [`second_reading`], for a formula that a configuration may use in place of this one, with
/// some of its fields in some order, joined in some way.
pub fn second_reading_of_template(formula: &Formula, bytes: &[u8]) -> Option<String> {
    let mut choices = Choices(bytes);
    let separator = choices.of(&SEPARATORS)?;
    let names: Vec<&str> = formula.shapes.iter().map(|(name, _)| *name).collect();
    let mut items: Vec<String> = Vec::new();
    for _ in 0..choices.next() % 8 {
        let name = choices.of(&names)?;
        let is_optional = choices.next() % 4 == 0;
        let item = if is_optional { format!("{{{name}?}}") } else { format!("{{{name}}}") };
        let is_known = |known: &String| known.trim_matches(['{', '?', '}']) == *name;
        if !items.iter().any(is_known) {
            items.push(item);
        }
    }
    items.push("{secret}".to_owned());
    let mut hashed = formula.clone();
    hashed.algorithm = Algorithm::Md5Hex;
    second_reading_by(&hashed.replaced(&items.join(separator)).ok()?, &mut choices)
}

fn second_reading_by(formula: &Formula, choices: &mut Choices<'_>) -> Option<String> {
    let slots = slots(formula);
    let values = request(formula, &slots, choices);
    let fields: Vec<Field<'_>> =
        values.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let mut signer = formula.clone();
    signer.algorithm = Algorithm::Md5Hex;
    let keys = Keys::one(Secret::new("k").ok()?);
    signer.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).ok()?;
    let text = formula.signed_string(&fields).ok()?;
    let other = Division::of(formula, &slots, &fields, &text)?.another_request()?;
    Some(format!("{}: {text:?} signs {values:?}, and as well {other:?}", formula.id))
}

/// Interprets bytes as decisions.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.next().checked_rem(all.len())?)
    }
}

/// One of the parts that a layout signs.
struct Slot<'a> {
    /// The name of the field. Empty for the secret.
    name: &'a str,
    /// The text of the name before a value, if the layout signs names.
    prefix: String,
    shape: Shape,
    may_be_left_out: bool,
    may_be_empty: bool,
    transform: Option<Transform>,
}

/// Returns the parts that the layout signs, in order.
fn slots(formula: &Formula) -> Vec<Slot<'_>> {
    match &formula.layout {
        Layout::Values { items, .. } => {
            let slots = items.iter().map(|item| Slot {
                name: item.name().unwrap_or_default(),
                prefix: String::new(),
                shape: item.name().map_or(Shape::Fixed, |name| formula.shape_of(name)),
                may_be_left_out: matches!(item, Item::Given(_)),
                may_be_empty: matches!(item, Item::Given(_) | Item::Optional(_)),
                transform: match item {
                    Item::Changed(_, transform) => Some(*transform),
                    _ => None,
                },
            });
            slots.collect()
        }
        Layout::Pairs { names, .. } => {
            let slots = names.iter().map(|name| Slot {
                name,
                prefix: format!("{name}="),
                shape: formula.shape_of(name),
                may_be_left_out: true,
                may_be_empty: false,
                transform: None,
            });
            slots.collect()
        }
        _ => Vec::new(),
    }
}

fn separator(layout: &Layout) -> &str {
    match layout {
        Layout::Values { separator, .. } | Layout::Pairs { separator, .. } => separator,
        _ => "",
    }
}

/// Returns the signed fields with a value each, well-formed except for the content of free texts.
fn request(
    formula: &Formula,
    slots: &[Slot<'_>],
    choices: &mut Choices<'_>,
) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let fields: Vec<&Slot<'_>> = slots.iter().filter(|slot| !slot.name.is_empty()).collect();
    for slot in &fields {
        let value = match slot.shape {
            Shape::Text | Shape::Any => free_text(formula, &fields, choices),
            shape => well_formed(shape, choices).to_owned(),
        };
        if !(value.is_empty() && slot.may_be_left_out) {
            values.push((slot.name.to_owned(), value));
        }
    }
    values
}

/// Returns a free text: words, raw text, and runs of values that the fields of the formula may
/// have.
fn free_text(formula: &Formula, fields: &[&Slot<'_>], choices: &mut Choices<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for _ in 0..choices.next() % 4 {
        match choices.next() % 4 {
            0 => parts.extend(choices.of(&WORDS).map(|word| (*word).to_owned())),
            1 => {
                let length = choices.next() % 12;
                let raw: Vec<u8> =
                    (0..length).filter_map(|_| u8::try_from(choices.next() % 256).ok()).collect();
                parts.push(String::from_utf8_lossy(&raw).into_owned());
            }
            _ => {
                let from = choices.next() % fields.len().max(1);
                let count = choices.next() % 12;
                for slot in fields.iter().skip(from).take(count) {
                    parts.push(format!("{}{}", slot.prefix, well_formed(slot.shape, choices)));
                }
            }
        }
    }
    parts.join(separator(&formula.layout))
}

fn well_formed(shape: Shape, choices: &mut Choices<'_>) -> &'static str {
    let values: &[&'static str] = match shape {
        Shape::Fixed => &["12345"],
        Shape::Url => &["https://shop.example/", "https://b.example/?a=b,c=d|e"],
        Shape::Email => &["a@shop.example", "b@shop.example"],
        Shape::Digits | Shape::Amount | Shape::Number => &["1", "0", "5000000", "20"],
        Shape::OneOf(words) => words,
        Shape::Word => &["ORDER-1", "ORDER-77", "INV_B", "7"],
        _ => &["x", "y z", ""],
    };
    choices.of(values).copied().unwrap_or_default()
}

/// A signed text that is divided into values by trial.
struct Division<'a> {
    slots: &'a [Slot<'a>],
    text: &'a str,
    /// The index at which the first value begins.
    start: usize,
    separator: &'a str,
    /// Whether each value has its name before it, so that the order is free.
    is_named: bool,
    /// The indexes at which a value may end.
    ends: Vec<usize>,
    /// The values of the signed request.
    own: Vec<Value<'a>>,
}

/// A value in a signed text with its prefix: the index of its slot, its start, and its text.
#[derive(Clone, Copy)]
struct Value<'a> {
    slot: usize,
    at: usize,
    text: &'a str,
}

impl<'a> Division<'a> {
    fn of(
        formula: &'a Formula,
        slots: &'a [Slot<'a>],
        fields: &[Field<'_>],
        text: &'a str,
    ) -> Option<Self> {
        let separator = separator(&formula.layout);
        let start = match &formula.layout {
            Layout::Values { leading, .. } => leading.len(),
            _ => 0,
        };
        let mut own = Vec::new();
        let mut at = start;
        for (index, slot) in slots.iter().enumerate() {
            let value = match fields.iter().find(|(name, _)| *name == slot.name) {
                _ if slot.name.is_empty() => SECRET.len(),
                Some((_, value)) => slot.transform.map_or(value.len(), |it| it.apply(value).len()),
                None => 0,
            };
            if value > 0 || !slot.may_be_left_out {
                let length = slot.prefix.len() + value;
                own.push(Value { slot: index, at, text: text.get(at..at + length)? });
                at += length + separator.len();
            }
        }
        let is_end = |at: &usize| {
            text.get(*at..).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
        };
        let ends = (0..=text.len()).filter(is_end).collect();
        let is_named = matches!(formula.layout, Layout::Pairs { .. });
        Some(Self { slots, text, start, separator, is_named, ends, own })
    }

    /// Returns the values of another request with the same signed text, if there is one.
    fn another_request(&self) -> Option<Vec<(&'a str, &'a str)>> {
        let (mut read, mut tries) = (Vec::new(), MOST_TRIES);
        self.divide(self.start, &mut read, &mut tries).then_some(())?;
        let named = |value: &Value<'a>| Some((self.slots.get(value.slot)?.name, value.text));
        read.iter().map(named).collect()
    }

    /// Divides the text from `at` on, until the values in `read` are another request.
    fn divide(&self, at: usize, read: &mut Vec<Value<'a>>, tries: &mut usize) -> bool {
        for (index, slot) in self.slots.iter().enumerate() {
            let rest = self.text.get(at..).unwrap_or_default();
            if !rest.starts_with(&slot.prefix) || !self.may_follow(index, read) {
                continue;
            }
            for end in self.ends.iter().copied().filter(|end| *end >= at + slot.prefix.len()) {
                let Some(left) = tries.checked_sub(1) else { return false };
                *tries = left;
                let value =
                    Value { slot: index, at, text: self.text.get(at..end).unwrap_or_default() };
                if !self.is_accepted(slot, value) {
                    continue;
                }
                read.push(value);
                if end == self.text.len() && self.is_another_request(read)
                    || self.divide(end + self.separator.len(), read, tries)
                {
                    return true;
                }
                read.pop();
            }
        }
        false
    }

    /// Returns `true` if a slot, or the end, may follow the values in `read`.
    fn may_follow(&self, index: usize, read: &[Value<'_>]) -> bool {
        if self.is_named {
            return read.iter().all(|value| value.slot != index);
        }
        let next = read.last().map_or(0, |value| value.slot + 1);
        let between = self.slots.get(next..index);
        between.is_some_and(|slots| slots.iter().all(|slot| slot.may_be_left_out))
    }

    /// Returns `true` if a receiver would accept the value.
    fn is_accepted(&self, slot: &Slot<'_>, value: Value<'_>) -> bool {
        if of_slot(&self.own, value.slot) == Some(value.text) {
            return true;
        }
        let text = value.text.get(slot.prefix.len()..).unwrap_or_default();
        if text.contains(SECRET) || self.is_named && text.is_empty() {
            return false;
        }
        slot.shape.accepts(text.as_bytes(), slot.may_be_empty)
    }

    /// Returns `true` if a value begins where no value of the signed request begins, and a value
    /// that matters differs.
    fn is_another_request(&self, read: &[Value<'_>]) -> bool {
        let begins_elsewhere = |value: &Value<'_>| self.own.iter().all(|own| own.at != value.at);
        let differs = |slot: usize| {
            self.slots.get(slot).is_some_and(|slot| slot.shape != Shape::Text)
                && of_slot(read, slot) != of_slot(&self.own, slot)
        };
        if self.is_named {
            return read.iter().any(|value| begins_elsewhere(value) && differs(value.slot));
        }
        self.may_follow(self.slots.len(), read)
            && read.iter().any(begins_elsewhere)
            && (0..self.slots.len()).any(differs)
    }
}

fn of_slot<'a>(values: &[Value<'a>], slot: usize) -> Option<&'a str> {
    values.iter().find(|value| value.slot == slot).map(|value| value.text)
}
