//! Signed texts of requests that fit two requests: whoever carries the message can then turn one
//! into the other under the same signature.
//!
//! The texts are read here by fault_case, apart from the search with which the core refuses them, and
//! more strictly: what is found here, a receiver would accept.

use payments_core::{
    Secret,
    formula::{Algorithm, Field, Formula, Item, Layout, Shape, SigningKeys},
    notification::check::Keys,
};

/// How many fault_cases one text is worth.
const MOST_TRIALS: usize = 20_000;
/// How many places of one form may begin a pair.
const MOST_PAIRS: usize = 12;
/// The placeholder of the secret.
const SECRET: &str = "‹secret›";
/// What a configuration may join fields with.
const SEPARATORS: [&str; 8] = [" ", "|", ",", "", "-", "0", "||", "&"];
/// The values that fill free text beside those of the fields.
const WORDS: [&str; 8] = ["x", "thanks", "", "Two coffees", "=", ",", " ", "|"];

/// Makes a request of a formula out of bytes, with values that the fields of the formula may have
/// in its free texts, and signs it. Returns in words how the signed text fits another request; an
/// honest formula refuses such values.
///
/// Unknown formulas are left alone. The signature needs no key pair whatever the formula says: what
/// is signed is the point, and not how.
pub fn second_reading(formula: &Formula, bytes: &[u8]) -> Option<String> {
    second_reading_by(formula, &mut Choices(bytes))
}

/// As [`second_reading`], of a formula that a configuration may put in the place of this one, with
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
    let values = request(formula, choices);
    let fields: Vec<Field<'_>> =
        values.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let keys = Keys::one(Secret::new("k").ok()?);
    let mut signer = formula.clone();
    if let Layout::Pairs { .. } = formula.layout {
        signer.algorithm = Algorithm::HmacSha256Base64;
    } else {
        signer.algorithm = Algorithm::Md5Hex;
    }
    signer.sign(&fields, SigningKeys { secret: Some(&keys), signer: None }).ok()?;
    let text = formula.signed_string(&fields).ok()?;
    let other = match &formula.layout {
        Layout::Values { leading, separator, items } => {
            let start = leading.len();
            let known = items.iter().map(|item| signed(formula, item, &fields)).collect();
            Division { formula, separator, items, text: &text, known }.other(start)
        }
        Layout::Pairs { separator, names, .. } => {
            other_pairs(formula, separator, names, &text, &fields)
        }
        _ => None,
    }?;
    Some(format!("{}: {text:?} signs {values:?}, and as well {other:?}", formula.id))
}

/// Bytes as decisions.
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

/// The signed fields with a value each, well-formed but for what free text holds.
fn request(formula: &Formula, choices: &mut Choices<'_>) -> Vec<(String, String)> {
    let names: Vec<String> = formula.layout.fields().into_iter().map(str::to_owned).collect();
    let mut values = Vec::new();
    for name in &names {
        let value = match formula.shape_of(name) {
            Shape::Text | Shape::Any => free_text(formula, &names, choices),
            shape => well_formed(shape, choices).to_owned(),
        };
        if !(value.is_empty() && may_be_left_out(formula, name)) {
            values.push((name.clone(), value));
        }
    }
    values
}

/// Free text: words, raw text, and runs of what the fields of the formula may hold.
fn free_text(formula: &Formula, names: &[String], choices: &mut Choices<'_>) -> String {
    let (separator, is_named) = match &formula.layout {
        Layout::Values { separator, .. } => (separator.as_ref(), false),
        Layout::Pairs { separator, .. } => (separator.as_ref(), true),
        _ => ("", false),
    };
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
                let from = choices.next() % names.len().max(1);
                let count = choices.next() % 12;
                for name in names.iter().skip(from).take(count) {
                    let value = well_formed(formula.shape_of(name), choices);
                    parts.push(if is_named { format!("{name}={value}") } else { value.to_owned() });
                }
            }
        }
    }
    parts.join(separator)
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

fn may_be_left_out(formula: &Formula, name: &str) -> bool {
    match &formula.layout {
        Layout::Values { items, .. } => {
            items.iter().any(|item| matches!(item, Item::Given(known) if known == name))
        }
        _ => true,
    }
}

/// Whether a receiver would accept the value, strictly.
fn is_accepted(shape: Shape, value: &str, may_be_empty: bool) -> bool {
    if value.contains(SECRET) {
        return false;
    }
    let is_word = || !value.is_empty() && !value.contains(char::is_whitespace);
    match shape {
        Shape::Text | Shape::Any => true,
        Shape::Fixed => false,
        Shape::Url => value.starts_with("http") && is_word(),
        Shape::Email => value.contains('@') && is_word(),
        Shape::Digits | Shape::Amount => {
            !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        Shape::Number => value.bytes().all(|byte| byte.is_ascii_digit()),
        Shape::OneOf(words) => words.contains(&value),
        _ => is_word() || value.is_empty() && may_be_empty,
    }
}

/// A text of values joined by a separator, to be divided by fault_case.
struct Division<'a> {
    formula: &'a Formula,
    separator: &'a str,
    items: &'a [Item],
    text: &'a str,
    /// The value of each item as it is signed; none where the request leaves it out.
    known: Vec<Option<String>>,
}

type Read<'a> = Vec<(&'a str, &'a str)>;

impl<'a> Division<'a> {
    /// Another request that the text fits: some value begins where none begins in this one, and
    /// something that decides is another.
    fn other(&self, start: usize) -> Option<Read<'a>> {
        let mut usual = Vec::new();
        let mut at = start;
        let mut is_first = true;
        for (item, known) in self.items.iter().zip(&self.known) {
            let length = match (item.name(), known) {
                (None, _) => SECRET.len(),
                (Some(_), Some(known)) => known.len(),
                (Some(_), None) => continue,
            };
            at += if is_first { 0 } else { self.separator.len() };
            is_first = false;
            usual.push(at);
            at += length;
        }
        let mut fault_cases = MOST_TRIALS;
        self.divide(0, start, true, false, false, &usual, &mut Vec::new(), &mut fault_cases)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a walk")]
    fn divide(
        &self,
        index: usize,
        at: usize,
        is_first: bool,
        begins_elsewhere: bool,
        differs: bool,
        usual: &[usize],
        read: &mut Read<'a>,
        fault_cases: &mut usize,
    ) -> Option<Read<'a>> {
        *fault_cases = fault_cases.checked_sub(1)?;
        let Some(item) = self.items.get(index) else {
            let is_other = at == self.text.len() && begins_elsewhere && differs;
            return is_other.then(|| read.clone());
        };
        let known = self.known.get(index).and_then(Option::as_deref);
        if matches!(item, Item::Given(_)) {
            let decides = item.name().is_some_and(|n| self.formula.shape_of(n) != Shape::Text);
            let differs = differs || (known.is_some() && decides);
            let found = self.divide(
                index + 1,
                at,
                is_first,
                begins_elsewhere,
                differs,
                usual,
                read,
                fault_cases,
            );
            if found.is_some() {
                return found;
            }
        }
        let from = if is_first { at } else { at + self.separator.len() };
        if !is_first && !self.text.get(at..)?.starts_with(self.separator) {
            return None;
        }
        let rest = self.text.get(from..)?;
        let Some(name) = item.name() else {
            let to = from + SECRET.len();
            return if rest.starts_with(SECRET) {
                self.divide(
                    index + 1,
                    to,
                    false,
                    begins_elsewhere,
                    differs,
                    usual,
                    read,
                    fault_cases,
                )
            } else {
                None
            };
        };
        let shape = self.formula.shape_of(name);
        let may_be_empty = matches!(item, Item::Optional(_) | Item::Given(_));
        let ends = (0..=rest.len()).filter(|end| {
            rest.get(*end..)
                .is_some_and(|after| after.is_empty() || after.starts_with(self.separator))
        });
        for end in ends {
            let value = rest.get(..end)?;
            let is_known = known == Some(value);
            if !is_known && !is_accepted(shape, value, may_be_empty) {
                continue;
            }
            read.push((name_in(self.items, index)?, value));
            let found = self.divide(
                index + 1,
                from + end,
                false,
                begins_elsewhere || !usual.contains(&from),
                differs || (!is_known && shape != Shape::Text),
                usual,
                read,
                fault_cases,
            );
            read.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// The value of an item as it is signed.
fn signed(formula: &Formula, item: &Item, fields: &[Field<'_>]) -> Option<String> {
    let name = item.name()?;
    let value = fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value);
    let value = match item {
        Item::Given(_) => value?,
        _ => value.unwrap_or_default(),
    };
    let mut alone = formula.clone();
    alone.layout = Layout::Values {
        leading: "".into(),
        separator: "".into(),
        items: vec![item.clone()].into(),
    };
    alone.signed_string(&[(name, value)]).ok()
}

fn name_in(items: &[Item], index: usize) -> Option<&str> {
    items.get(index).and_then(Item::name)
}

/// Another form with the same signed text: some pair begins inside of a value, every name is there
/// once, and something that decides is another.
fn other_pairs<'a>(
    formula: &Formula,
    separator: &str,
    names: &[&'a str],
    text: &'a str,
    fields: &[Field<'_>],
) -> Option<Read<'a>> {
    // Where the pairs of this form begin.
    let mut usual = Vec::new();
    let mut at = 0;
    let mut ordered: Vec<&Field<'_>> = fields.iter().filter(|field| !field.1.is_empty()).collect();
    if let Layout::Pairs { order: payments_core::formula::Order::AsListed, .. } = formula.layout {
        ordered.sort_by_key(|field| names.iter().position(|name| *name == field.0));
    }
    for (name, value) in ordered {
        usual.push(at);
        at += name.len() + 1 + value.len() + separator.len();
    }
    let starts: Vec<(usize, &'a str)> = text
        .match_indices(separator)
        .map(|(at, _)| at + separator.len())
        .chain([0])
        .filter_map(|at| {
            let rest = text.get(at..)?;
            let name = names
                .iter()
                .find(|name| rest.strip_prefix(**name).is_some_and(|rest| rest.starts_with('=')))?;
            Some((at, *name))
        })
        .collect();
    let count = starts.len();
    if count == usual.len() || count > MOST_PAIRS {
        return None;
    }
    for chosen in 0_u32..1 << count {
        let mut begins: Vec<(usize, &'a str)> = starts
            .iter()
            .enumerate()
            .filter(|(index, _)| chosen >> index & 1 == 1)
            .map(|(_, start)| *start)
            .collect();
        begins.sort_unstable();
        let is_whole = begins.first().is_some_and(|(at, _)| *at == 0);
        let is_other = begins.iter().any(|(at, _)| !usual.contains(at));
        if !is_whole || !is_other {
            continue;
        }
        let mut read: Read<'a> = Vec::new();
        for (index, (at, name)) in begins.iter().enumerate() {
            let end = match begins.get(index + 1) {
                Some((next, _)) => next.checked_sub(separator.len())?,
                None => text.len(),
            };
            read.push((name, text.get(at + name.len() + 1..end)?));
        }
        let once = read.iter().all(|(name, _)| read.iter().filter(|(n, _)| n == name).count() == 1);
        let accepted = read.iter().all(|(name, value)| {
            !value.is_empty() && is_accepted(formula.shape_of(name), value, false)
        });
        let another = read.iter().any(|(name, value)| {
            let (at, _) =
                begins.iter().find(|(_, known)| known == name).copied().unwrap_or_default();
            let known = fields.iter().find(|(field, _)| field == name).map(|(_, value)| *value);
            let is_new = !usual.contains(&at);
            is_new && formula.shape_of(name) != Shape::Text && known != Some(value.as_bytes())
        });
        if once && accepted && another {
            return Some(read);
        }
    }
    None
}
