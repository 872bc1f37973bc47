//! Signed strings that can be divided into values in a second way.
//!
//! A formula that joins values with a separator signs the same bytes for `A 1` and `2` as for `A`
//! and `1 2`. Someone who can write into one value and transmits the message, such as the buyer
//! with a checkout link, can then move text into another field under the same signature. This
//! module searches for every division that a receiver would accept, exactly and in bounded time. It
//! walks the items of the layout over the positions of the string, forwards and backwards; a field
//! is ambiguous if a complete walk gives it another value.

use std::borrow::Cow;

use payments_core::{Error, Result};

use super::{Field, Formula, Item, Layout, Maker, Part, Shape, layout};

/// The maximum number of steps of a search. A genuine request takes some hundreds.
const MOST_STEPS: usize = 4_000_000;
/// The maximum number of pairs that a string may be divided into.
const MOST_PAIRS: usize = 512;

/// The divisions that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
    /// Divisions in which a value begins at a position at which no value of the message begins.
    /// They depend on the values; other values do not allow them.
    BegunElsewhere,
    /// All divisions, including those that only give a value another name or leave a field out.
    Every,
}

/// The search was given up.
#[derive(Debug)]
struct TooLong;

impl Formula {
    /// Refuses values that allow a second division of the signed string in which another field has
    /// another well-formed value. [`sign`](Self::sign) calls it for every formula of the merchant.
    ///
    /// # Errors
    /// Returns `InvalidRequest` naming the field that contains the separator, or a field that is
    /// missing.
    pub fn refuse_resplit(&self, fields: &[Field<'_>]) -> Result<()> {
        if let Layout::Members(members) = &self.layout {
            return members.dividing(fields).map_or(Ok(()), |name| {
                Err(Error::invalid(
                    name.to_owned(),
                    format!(
                        "holds what divides the members of the signed text ({:?} or =), so that \
                         the same signature fits other members; change the text",
                        members.separator
                    ),
                ))
            });
        }
        match self.ambiguous(fields, Counting::BegunElsewhere)? {
            Ok(ambiguous) => match ambiguous.first() {
                None => Ok(()),
                Some(other) => Err(self.refusal(fields, other)),
            },
            Err(TooLong) => {
                let culprit = self.holder_of_separator(fields).unwrap_or_default();
                Err(Error::invalid(
                    culprit,
                    "is too long, or holds the separator of the signed text too often, to be \
                     checked for a second reading; shorten it",
                ))
            }
        }
    }

    /// Returns the signed fields that have another value in some division of the signed string, or
    /// all of them if the search takes too long.
    pub(super) fn uncovered(&self, fields: &[Field<'_>]) -> Vec<String> {
        if matches!(self.layout, Layout::Members(_)) {
            // Each of them may have been a part of another one's value.
            return fields.iter().map(|(name, _)| (*name).to_owned()).collect();
        }
        match self.ambiguous(fields, Counting::Every) {
            Ok(Ok(ambiguous)) => ambiguous,
            Ok(Err(TooLong)) | Err(_) => {
                self.layout.fields().into_iter().map(str::to_owned).collect()
            }
        }
    }

    /// Returns whether a quick check shows that the parts can be divided in one way only: no value
    /// contains the separator, or at most one may contain it and the others have their shapes. This
    /// is so for most messages.
    pub(super) fn is_plainly_unique(&self, fields: &[Field<'_>], parts: &[Part<'_>]) -> bool {
        let separator = match &self.layout {
            Layout::Values { separator, .. } | Layout::Pairs { separator, .. } => {
                separator.as_bytes()
            }
            Layout::Members(members) => return members.dividing(fields).is_none(),
            Layout::Unknown => return true,
        };
        let no_value_holds = |separator: u8| {
            parts.iter().all(|part| match part {
                Part::Field(_, value) | Part::Body(value) => !value.contains(&separator),
                Part::Timestamp(_, text) => !text.as_bytes().contains(&separator),
                Part::Literal(_) | Part::Secret => true,
            })
        };
        let can_leave_out = match &self.layout {
            Layout::Values { items, .. } => items.iter().any(|i| matches!(i, Item::Given(_))),
            _ => false,
        };
        match separator {
            [] => false,
            // If everything is left out, the message could be read as one empty value.
            [only] if no_value_holds(*only) => {
                let is_empty = parts.iter().all(|part| matches!(part, Part::Literal(_)));
                !can_leave_out || self.maker == Maker::Merchant && !is_empty
            }
            _ if can_leave_out || matches!(self.layout, Layout::Pairs { .. }) => false,
            _ => self.is_unique_by_shape(parts, separator),
        }
    }

    /// Returns whether at most one value may contain the separator by its shape, and the others do
    /// not.
    fn is_unique_by_shape(&self, parts: &[Part<'_>], separator: &[u8]) -> bool {
        let may_hold = |shape: Shape| separator.iter().all(|byte| shape.allows(*byte));
        let mut open = 0;
        for part in parts {
            let (shape, value): (Shape, &[u8]) = match part {
                Part::Field(name, value) => (self.shape_of(name), value),
                Part::Timestamp(_, text) => (Shape::Digits, text.as_bytes()),
                Part::Body(body) => (Shape::Any, body),
                Part::Literal(_) | Part::Secret => continue,
            };
            if may_hold(shape) {
                open += 1;
            } else if shape != Shape::Fixed && !shape.accepts(value, true)
                || value.windows(separator.len()).any(|part| part == separator)
            {
                return false;
            }
        }
        open <= 1
    }

    /// Returns the reason why hardly any message of this layout can be divided in one way only, for
    /// the person who configures it. Returns `None` if messages usually can.
    pub fn ambiguous_layout(&self) -> Option<String> {
        let Layout::Values { separator, items, .. } = &self.layout else { return None };
        if self.maker == Maker::Provider {
            if let Some(name) = items.iter().filter(|item| item.loses_case()).find_map(Item::name) {
                return Some(format!(
                    "signs {name} in lower case, so the signature is valid for other spellings too"
                ));
            }
            let given = items.iter().filter(|item| matches!(item, Item::Given(_)));
            if let [one, next, ..] = given.filter_map(Item::name).collect::<Vec<_>>()[..] {
                return Some(format!(
                    "leaves out {one} and {next} if they are not sent, so a value may belong to either"
                ));
            }
        }
        items.windows(2).find_map(|pair| {
            let [one, next] = pair else { return None };
            let (a, b) = (one.name()?, next.name()?);
            let shapes = [self.shape(a, one), self.shape(b, next)];
            if shapes.iter().any(|shape| matches!(shape, Shape::Fixed | Shape::OneOf(_))) {
                return None;
            }
            let is_part = separator.bytes().all(|byte| {
                // References and amounts contain these characters; they contain no other separator
                // in use.
                (byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
                    && shapes.iter().any(|shape| shape.allows(byte))
            });
            match &**separator {
                "" => Some(format!("joins {a} and {b} with nothing between them")),
                text if is_part => {
                    Some(format!("joins {a} and {b} with {text:?}, which they may contain"))
                }
                _ => None,
            }
        })
    }

    fn shape(&self, name: &str, item: &Item) -> Shape {
        match item {
            Item::Timestamp(_) => Shape::Digits,
            _ => self.shape_of(name),
        }
    }

    fn ambiguous(
        &self,
        fields: &[Field<'_>],
        counting: Counting,
    ) -> Result<Result<Vec<String>, TooLong>> {
        match &self.layout {
            Layout::Values { leading, separator, items } => {
                let slots = items
                    .iter()
                    .map(|item| Slot::of(self, item, fields))
                    .collect::<Result<Vec<_>>>()?;
                Ok(Values::new(leading.as_bytes(), separator.as_bytes(), slots).ambiguous(counting))
            }
            Layout::Pairs { separator, names, .. } => {
                let mut ordered = Vec::new();
                self.layout.with_parts(fields, |parts| {
                    ordered.extend(parts.iter().filter_map(|part| match part {
                        Part::Field(name, value) => Some(((*name).to_owned(), value.to_vec())),
                        _ => None,
                    }));
                })?;
                Ok(pairs(separator.as_bytes(), names, &ordered, |name| self.shape_of(name)))
            }
            Layout::Members(_) | Layout::Unknown => Ok(Ok(Vec::new())),
        }
    }

    fn refusal(&self, fields: &[Field<'_>], other: &str) -> Error {
        let separator = match &self.layout {
            Layout::Values { separator, .. } | Layout::Pairs { separator, .. } => &**separator,
            Layout::Members(_) | Layout::Unknown => "",
        };
        let Some(culprit) = self.holder_of_separator(fields) else {
            return Error::invalid(
                other.to_owned(),
                format!(
                    "has no certain end in the signed text, because {} joins values with nothing \
                     between them: the same signature fits another value",
                    self.id
                ),
            );
        };
        let what = if culprit == other {
            "another value of this field".to_owned()
        } else {
            format!("another {other}")
        };
        Error::invalid(
            culprit,
            format!(
                "holds {separator:?}, which separates the values of the signed text, so that the \
                 same signature fits another request, with {what}; change the text"
            ),
        )
    }

    /// Returns the field that contains the separator, preferring free text.
    fn holder_of_separator(&self, fields: &[Field<'_>]) -> Option<String> {
        let separator = match &self.layout {
            Layout::Values { separator, .. } | Layout::Pairs { separator, .. } => separator,
            Layout::Members(_) | Layout::Unknown => return None,
        };
        if separator.is_empty() {
            return None;
        }
        let signed = self.layout.fields();
        let holds = |field: &&Field<'_>| {
            signed.contains(&field.0)
                && field.1.windows(separator.len()).any(|part| part == separator.as_bytes())
        };
        let rank = |field: &&Field<'_>| match self.shape_of(field.0) {
            Shape::Text => 0,
            Shape::Any => 1,
            _ => 2,
        };
        fields.iter().filter(holds).min_by_key(rank).map(|field| field.0.to_owned())
    }
}

/// An item of the layout and its value in the message.
struct Slot<'a> {
    /// The name of the field. `None` for the secret.
    name: Option<&'a str>,
    shape: Shape,
    /// The value. `None` for the secret, and if the message leaves it out.
    value: Option<Cow<'a, [u8]>>,
    may_be_absent: bool,
    may_be_empty: bool,
}

impl<'a> Slot<'a> {
    fn of(formula: &Formula, item: &'a Item, fields: &[Field<'a>]) -> Result<Self> {
        let Some(name) = item.name() else {
            return Ok(Self {
                name: None,
                shape: Shape::Fixed,
                value: None,
                may_be_absent: false,
                may_be_empty: false,
            });
        };
        let value = match item {
            Item::Given(_) => layout::find(name, fields).map(Cow::Borrowed),
            Item::Optional(_) => {
                Some(Cow::Borrowed(layout::find(name, fields).unwrap_or_default()))
            }
            Item::Changed(_, transform) => {
                Some(Cow::Owned(transform.apply(layout::value_of(name, fields)?)))
            }
            _ => Some(Cow::Borrowed(layout::value_of(name, fields)?)),
        };
        Ok(Self {
            name: Some(name),
            shape: formula.shape(name, item),
            value,
            may_be_absent: matches!(item, Item::Given(_)),
            may_be_empty: matches!(item, Item::Given(_) | Item::Optional(_)),
        })
    }
}

/// One step of a walk, over one item.
struct Step {
    to: usize,
    /// Whether nothing stands before the next item.
    is_first: bool,
    /// Whether a value begins at a position at which no value of the message begins.
    begins_elsewhere: bool,
    /// Whether the item has another value than in the message.
    differs: bool,
}

/// The state can be reached by walks in which no value begins elsewhere.
const SAME: u8 = 1;
/// The state can be reached by walks in which a value begins elsewhere.
const ELSEWHERE: u8 = 2;

/// The signed string of a layout of values, and its division in the message.
struct Values<'a> {
    slots: Vec<Slot<'a>>,
    separator: &'a [u8],
    text: Vec<u8>,
    /// The position after the leading text, at which the walk begins.
    start: usize,
    /// The positions of the secret. It is represented by one byte that no value contains.
    secrets: Vec<usize>,
    /// Whether a value begins in the message, by position.
    begins: Vec<bool>,
    /// The positions at which a value may end, in ascending order.
    ends: Vec<usize>,
}

impl<'a> Values<'a> {
    fn new(leading: &[u8], separator: &'a [u8], slots: Vec<Slot<'a>>) -> Self {
        let mut text = leading.to_vec();
        let mut secrets = Vec::new();
        let mut begins = Vec::new();
        let mut is_first = true;
        for slot in &slots {
            if slot.name.is_some() && slot.value.is_none() {
                continue;
            }
            if !is_first {
                text.extend_from_slice(separator);
            }
            is_first = false;
            match &slot.value {
                Some(value) => {
                    begins.push(text.len());
                    text.extend_from_slice(value);
                }
                None => {
                    secrets.push(text.len());
                    text.push(0);
                }
            }
        }
        let mut is_begin = vec![false; text.len() + 1];
        for at in begins {
            if let Some(begin) = is_begin.get_mut(at) {
                *begin = true;
            }
        }
        let is_end = |at: &usize| {
            *at == text.len() || text.get(*at..).is_some_and(|rest| rest.starts_with(separator))
        };
        let ends = (0..=text.len()).filter(is_end).collect();
        Self { slots, separator, start: leading.len(), secrets, begins: is_begin, ends, text }
    }

    /// Returns the names of the fields that have another value in a division that counts.
    fn ambiguous(&self, counting: Counting) -> Result<Vec<String>, TooLong> {
        let width = self.text.len() + 1;
        let index = |slot: usize, at: usize, is_first: bool| {
            (slot * width + at) * 2 + usize::from(is_first)
        };
        let size = (self.slots.len() + 1) * width * 2;
        let mut budget = MOST_STEPS.checked_sub(size).ok_or(TooLong)?;
        let mut ahead = vec![0_u8; size];
        set(&mut ahead, index(0, self.start, true), SAME);
        for slot in 0..self.slots.len() {
            for at in 0..width {
                for is_first in [false, true] {
                    let reached = get(&ahead, index(slot, at, is_first));
                    if reached == 0 {
                        continue;
                    }
                    self.steps(slot, at, is_first, &mut budget, |step| {
                        let reached = if step.begins_elsewhere { ELSEWHERE } else { reached };
                        set(&mut ahead, index(slot + 1, step.to, step.is_first), reached);
                    })?;
                }
            }
        }
        let mut behind = vec![0_u8; size];
        for is_first in [false, true] {
            set(&mut behind, index(self.slots.len(), self.text.len(), is_first), SAME);
        }
        let mut found = Vec::new();
        for (slot, item) in self.slots.iter().enumerate().rev() {
            let mut is_ambiguous = false;
            for at in 0..width {
                for is_first in [false, true] {
                    let reached = get(&ahead, index(slot, at, is_first));
                    if reached == 0 {
                        continue;
                    }
                    let mut leads = 0;
                    self.steps(slot, at, is_first, &mut budget, |step| {
                        let ends = get(&behind, index(slot + 1, step.to, step.is_first));
                        if ends == 0 {
                            return;
                        }
                        leads |= if step.begins_elsewhere { ELSEWHERE } else { ends };
                        let begins_elsewhere =
                            step.begins_elsewhere || (reached | ends) & ELSEWHERE != 0;
                        is_ambiguous |=
                            step.differs && (begins_elsewhere || counting == Counting::Every);
                    })?;
                    set(&mut behind, index(slot, at, is_first), leads);
                }
            }
            if is_ambiguous && item.shape.decides() {
                found.extend(item.name.map(str::to_owned));
            }
        }
        found.reverse();
        Ok(found)
    }

    /// Returns every step over an item from a position.
    fn steps(
        &self,
        slot: usize,
        at: usize,
        is_first: bool,
        budget: &mut usize,
        mut take: impl FnMut(Step),
    ) -> Result<(), TooLong> {
        let Some(slot) = self.slots.get(slot) else { return Ok(()) };
        if slot.may_be_absent {
            let differs = slot.value.is_some();
            take(Step { to: at, is_first, begins_elsewhere: false, differs });
        }
        let from = if is_first {
            at
        } else if self.text.get(at..).is_some_and(|rest| rest.starts_with(self.separator)) {
            at + self.separator.len()
        } else {
            return Ok(());
        };
        if slot.name.is_none() {
            if self.secrets.contains(&from) {
                let to = from + 1;
                take(Step { to, is_first: false, begins_elsewhere: false, differs: false });
            }
            return Ok(());
        }
        let begins_elsewhere = !self.begins.get(from).copied().unwrap_or_default();
        let known = slot.value.as_deref();
        // A value cannot extend beyond the secret.
        let limit = self.secrets.iter().copied().find(|secret| *secret >= from);
        let limit = limit.unwrap_or(self.text.len());
        let mut checked = from;
        let mut is_well_formed = true;
        let first_end = self.ends.partition_point(|end| *end < from);
        for end in self.ends.iter().skip(first_end).copied().take_while(|end| *end <= limit) {
            *budget = budget.checked_sub(1).ok_or(TooLong)?;
            let Some(value) = self.text.get(from..end) else { break };
            if is_well_formed && !slot.shape.is_open() {
                let more = self.text.get(checked..end).unwrap_or_default();
                *budget = budget.checked_sub(more.len()).ok_or(TooLong)?;
                is_well_formed = more.iter().all(|byte| slot.shape.allows(*byte));
                checked = end;
            }
            let is_known = known == Some(value);
            let is_accepted = is_well_formed
                && (slot.shape.is_shape_of(value) || value.is_empty() && slot.may_be_empty);
            if is_known || is_accepted {
                take(Step { to: end, is_first: false, begins_elsewhere, differs: !is_known });
            }
            let may_go_on = is_well_formed || known.is_some_and(|known| known.len() > value.len());
            if !may_go_on {
                break;
            }
        }
        Ok(())
    }
}

fn get(states: &[u8], at: usize) -> u8 {
    states.get(at).copied().unwrap_or_default()
}

fn set(states: &mut [u8], at: usize, reached: u8) {
    if let Some(state) = states.get_mut(at) {
        *state |= reached;
    }
}

/// A position at which a pair may begin.
struct Begin<'n> {
    at: usize,
    /// The position at which its value begins.
    value: usize,
    name: &'n str,
    is_known: bool,
}

/// Returns the names of the fields that have another value, or an additional one, if a pair is read
/// out of a value.
///
/// A value that extends over the pairs after it does not count, because this is possible in every
/// message of such a formula.
fn pairs(
    separator: &[u8],
    names: &[&'static str],
    fields: &[(String, Vec<u8>)],
    shape_of: impl Fn(&str) -> Shape,
) -> Result<Vec<String>, TooLong> {
    let mut text = Vec::new();
    let mut known = Vec::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.extend_from_slice(separator);
        }
        known.push(text.len());
        text.extend_from_slice(name.as_bytes());
        text.push(b'=');
        text.extend_from_slice(value);
    }
    let begins = begins(&text, separator, names, &known);
    if begins.len() == known.len() {
        return Ok(Vec::new());
    }
    if begins.len() > MOST_PAIRS {
        return Err(TooLong);
    }
    let count = begins.len();
    // Whether the value from one beginning up to another is well-formed.
    let is_pair = |from: usize, to: usize| {
        let Some(begin) = begins.get(from) else { return false };
        let end = match begins.get(to) {
            None => text.len(),
            Some(next) => match next.at.checked_sub(separator.len()) {
                Some(end) => end,
                None => return false,
            },
        };
        let value = text.get(begin.value..end);
        let shape = shape_of(begin.name);
        let is_accepted = |value| match begin.is_known {
            true => shape.accepts(value, false),
            false => shape.is_read_out_of(value),
        };
        value.is_some_and(is_accepted) || begin.is_known && to == next_known(&begins, from)
    };
    let mut reached = vec![false; count + 1];
    let mut leads = vec![false; count + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    if let Some(last) = leads.last_mut() {
        *last = true;
    }
    let mut edges = Vec::new();
    for from in 0..count {
        for to in from + 1..=count {
            if reached.get(from) == Some(&true) && is_pair(from, to) {
                edges.push((from, to));
                if let Some(state) = reached.get_mut(to) {
                    *state = true;
                }
            }
        }
    }
    for (from, to) in edges.iter().rev().copied() {
        if leads.get(to) == Some(&true)
            && let Some(state) = leads.get_mut(from)
        {
            *state = true;
        }
    }
    let mut found: Vec<String> = Vec::new();
    for (from, to) in edges {
        if leads.get(to) != Some(&true) {
            continue;
        }
        let (Some(one), next) = (begins.get(from), begins.get(to)) else { continue };
        let is_read_out = |begin: &Begin<'_>| !begin.is_known;
        // The pair that is read out of a value, and the pair whose value it is taken from.
        for (begin, counts) in [(one, is_read_out(one)), (one, next.is_some_and(is_read_out))] {
            if counts && shape_of(begin.name).decides() && !found.iter().any(|f| f == begin.name) {
                found.push(begin.name.to_owned());
            }
        }
    }
    Ok(found)
}

/// Returns every position at which a pair with a listed name may begin.
fn begins<'n>(text: &[u8], separator: &[u8], names: &[&'n str], known: &[usize]) -> Vec<Begin<'n>> {
    let mut begins = Vec::new();
    for at in 0..text.len() {
        let is_behind = at == 0
            || at
                .checked_sub(separator.len())
                .and_then(|from| text.get(from..at))
                .is_some_and(|before| before == separator);
        if !is_behind {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let name = names.iter().find(|name| {
            rest.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="))
        });
        if let Some(name) = name {
            let value = at + name.len() + 1;
            begins.push(Begin { at, value, name, is_known: known.contains(&at) });
        }
    }
    begins
}

/// Returns the index of the next beginning that the message has, or the length if there is none.
fn next_known(begins: &[Begin<'_>], from: usize) -> usize {
    let next = begins.iter().skip(from + 1).position(|begin| begin.is_known);
    next.map_or(begins.len(), |next| from + 1 + next)
}

#[cfg(test)]
mod tests;
