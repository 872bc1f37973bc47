//! Query strings of lists, and the pages that they ask for.

use std::ops::Range;

use super::civil;

/// A query string. An empty value counts as absent; the last of a repeated name counts, as in PHP.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// A parameter that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InvalidParameter(pub(super) &'static str);

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let last = self.0.iter().rev().find(|(given, _)| given == name);
        last.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, InvalidParameter> {
        let number = self.text(name).map(str::parse).transpose();
        number.map_err(|_| InvalidParameter(name))
    }

    /// A date or datetime at UTC+7, as Unix seconds.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<i64>, InvalidParameter> {
        let time = self.text(name).map(|text| civil::parse(text).ok_or(InvalidParameter(name)));
        time.transpose()
    }

    /// Whether the order is descending: `asc` is false, `desc` is true.
    pub(super) fn descending(&self, name: &'static str) -> Result<Option<bool>, InvalidParameter> {
        match self.text(name) {
            None => Ok(None),
            Some("asc") => Ok(Some(false)),
            Some("desc") => Ok(Some(true)),
            Some(_) => Err(InvalidParameter(name)),
        }
    }
}

/// Part of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Items on all pages.
    pub(super) total: usize,
    pub(super) per_page: usize,
    /// Its number, from 1.
    pub(super) current: usize,
    /// At least 1.
    pub(super) last: usize,
}

const DEFAULT_PER_PAGE: u64 = 20;
const LARGEST_PER_PAGE: u64 = 100;

impl<T> Page<T> {
    /// The page of `items` that `query` asks for. SePay documents at most 100 items a page, but not
    /// what it does with more; here more is refused.
    pub(super) fn cut(items: Vec<T>, query: &Query) -> Result<Self, InvalidParameter> {
        Self::cut_by(items, query, "per_page")
    }

    /// Does the same with another parameter for the number of items per page.
    pub(super) fn cut_by(
        items: Vec<T>,
        query: &Query,
        per_page: &'static str,
    ) -> Result<Self, InvalidParameter> {
        let total = items.len();
        Self::of_by(total, query, per_page, |rows| {
            items.into_iter().skip(rows.start).take(rows.len()).collect()
        })
    }

    /// The page of `total` items that `query` asks for. `rows` makes the items at the given places,
    /// so that only one page of a long list is made.
    pub(super) fn of(
        total: usize,
        query: &Query,
        rows: impl FnOnce(Range<usize>) -> Vec<T>,
    ) -> Result<Self, InvalidParameter> {
        Self::of_by(total, query, "per_page", rows)
    }

    fn of_by(
        total: usize,
        query: &Query,
        per_page: &'static str,
        rows: impl FnOnce(Range<usize>) -> Vec<T>,
    ) -> Result<Self, InvalidParameter> {
        let size = |name, default, largest| match query.number(name)?.unwrap_or(default) {
            number @ 1.. if number <= largest => {
                usize::try_from(number).map_err(|_| InvalidParameter(name))
            }
            _ => Err(InvalidParameter(name)),
        };
        let per_page = size(per_page, DEFAULT_PER_PAGE, LARGEST_PER_PAGE)?;
        let current = size("page", 1, u64::MAX)?;
        let start = (current - 1).saturating_mul(per_page).min(total);
        Ok(Self {
            items: rows(start..start.saturating_add(per_page).min(total)),
            total,
            per_page,
            current,
            last: total.div_ceil(per_page).max(1),
        })
    }

    /// The same page with other items.
    pub(super) fn map<U>(self, item: impl Fn(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(item).collect(),
            total: self.total,
            per_page: self.per_page,
            current: self.current,
            last: self.last,
        }
    }

    pub(super) fn has_more(&self) -> bool {
        self.current < self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Result<Page<u32>, InvalidParameter> {
        Page::cut((1..=45).collect(), &Query::parse(Some(query)))
    }

    #[test]
    fn pages_have_twenty_items_unless_asked_otherwise() {
        let first = page("").unwrap();
        assert_eq!((first.items.len(), first.last, first.has_more()), (20, 3, true));
        let third = page("page=3").unwrap();
        assert_eq!((third.items.len(), third.has_more()), (5, false));
        let beyond = page("page=9&per_page=100").unwrap();
        assert_eq!((beyond.items.len(), beyond.last, beyond.has_more()), (0, 1, false));
    }

    #[test]
    fn a_page_that_cannot_be_is_refused_by_its_parameter() {
        for (query, parameter) in
            [("page=0", "page"), ("per_page=101", "per_page"), ("per_page=x", "per_page")]
        {
            assert_eq!(page(query).unwrap_err(), InvalidParameter(parameter), "{query}");
        }
    }
}
