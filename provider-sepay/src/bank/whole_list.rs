//! Reads all pages of a numbered list, although the pages may change meanwhile.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use payments_core::{Error, ErrorKind, Result};

use crate::field::Unclear;

/// A list that SePay returns in pages numbered from 1.
#[async_trait]
pub(crate) trait NumberedPages: Send + Sync {
    /// The type of a row.
    type Row: Send;

    /// Requests one page.
    async fn page(&self, number: u32) -> Result<NumberedPage<Self::Row>>;
}

/// One page of a list.
pub(crate) struct NumberedPage<T> {
    /// Each row with the key that distinguishes it from every other row.
    pub(crate) rows: Vec<(String, T)>,
    pub(crate) more: bool,
    /// The number of rows on all pages, if SePay reports it.
    pub(crate) total: Option<u64>,
}

/// Numbers the equal keys of rows of one page that have no id, such as two rows of null. They count
/// as two rows, so that the list is not read again because of them.
pub(crate) fn tell_apart<'a>(keys: impl Iterator<Item = &'a mut String>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for key in keys {
        let times = seen.entry(key.clone()).or_default();
        if *times > 0 {
            key.push_str(&format!("#{times}"));
        }
        *times = times.saturating_add(1);
    }
}

/// The number of the page at which reading is abandoned.
pub(crate) const LAST_PAGE: u32 = 100;

/// How many times a list is read before it is abandoned. With pages of 100 rows whose order differs
/// for each request, one pass sees about two thirds of the rows.
const MOST_READINGS: usize = 24;

/// Every row of a list.
#[derive(Debug)]
pub(crate) struct Whole<T> {
    pub(crate) rows: Vec<T>,
    /// Whether the rows are in the order of the list. If `false`, the list was read more than once,
    /// and the rows are in the order in which they were first seen.
    pub(crate) in_order: bool,
}

/// Reads every row once.
///
/// SePay may list rows with equal sort keys in a different order on each request, and rows that are
/// added or removed move later rows to other pages, so one pass may see a row twice and miss
/// another. If every listed row was seen exactly once, the list is complete. Otherwise it is read
/// again and new rows are added, until as many different rows were seen as the list has.
///
/// # Errors
/// A request to SePay failed, a response could not be read, the list has too many pages, or it kept
/// changing.
pub(crate) async fn whole<P: NumberedPages>(
    operation: &'static str,
    pages: &P,
) -> Result<Whole<P::Row>> {
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for number in 0..MOST_READINGS {
        let reading = read_once(operation, pages, &mut rows, &mut seen).await?;
        if reading.steady && seen.len() >= reading.listed {
            return Ok(Whole { rows, in_order: number == 0 });
        }
    }
    Err(Error::new(
        ErrorKind::Unavailable,
        "SePay's list kept changing while it was read; ask again",
    )
    .with_operation(operation))
}

/// The result of one pass over all pages.
struct Reading {
    /// The number of rows that were listed, including repeated ones.
    listed: usize,
    /// Whether all pages that report a total number of rows report the same number.
    steady: bool,
}

async fn read_once<P: NumberedPages>(
    operation: &'static str,
    pages: &P,
    rows: &mut Vec<P::Row>,
    seen: &mut HashSet<String>,
) -> Result<Reading> {
    let mut reading = Reading { listed: 0, steady: true };
    let mut total = None;
    for number in 1..=LAST_PAGE {
        let page = pages.page(number).await?;
        reading.listed = reading.listed.saturating_add(page.rows.len());
        reading.steady &= total.is_none() || page.total.is_none() || total == page.total;
        total = page.total.or(total);
        for (key, row) in page.rows {
            if seen.insert(key) {
                rows.push(row);
            }
        }
        if !page.more {
            return Ok(reading);
        }
    }
    Err(Unclear::new("the list has no end").into_error(operation))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt as _;

    use super::*;

    /// Pages that are returned in the given order.
    struct Script(Mutex<std::vec::IntoIter<NumberedPage<u32>>>);

    fn script(pages: &[(&[u32], bool, Option<u64>)]) -> Script {
        let page = |(rows, more, total): &(&[u32], bool, Option<u64>)| NumberedPage {
            rows: rows.iter().map(|row| (row.to_string(), *row)).collect(),
            more: *more,
            total: *total,
        };
        Script(Mutex::new(pages.iter().map(page).collect::<Vec<_>>().into_iter()))
    }

    #[async_trait]
    impl NumberedPages for Script {
        type Row = u32;

        async fn page(&self, _: u32) -> Result<NumberedPage<u32>> {
            let next = self.0.lock().unwrap().next();
            next.ok_or_else(|| Error::new(ErrorKind::Timeout, "one page too many"))
        }
    }

    fn read(pages: &[(&[u32], bool, Option<u64>)]) -> Result<Vec<u32>> {
        whole("list", &script(pages)).now_or_never().unwrap().map(|whole| whole.rows)
    }

    #[test]
    fn a_list_that_does_not_change_is_read_once() {
        assert_eq!(read(&[(&[1, 2], true, Some(3)), (&[3], false, Some(3))]).unwrap(), [1, 2, 3]);
        assert_eq!(read(&[(&[1, 2], true, None), (&[3], false, None)]).unwrap(), [1, 2, 3]);
        assert_eq!(read(&[(&[], false, None)]).unwrap(), [0; 0]);
    }

    #[test]
    fn a_row_that_changed_places_with_a_row_of_another_page_is_found() {
        let pages: &[(&[u32], bool, Option<u64>)] = &[
            (&[1, 2], true, None),
            (&[2, 4], false, None),
            (&[1, 4], true, None),
            (&[2, 3], false, None),
        ];
        assert_eq!(read(pages).unwrap(), [1, 2, 4, 3]);
    }

    #[test]
    fn a_row_that_moved_to_a_page_read_before_is_found_by_the_changed_total() {
        // Row 1 is removed after the first page, and row 3 moves there.
        let pages: &[(&[u32], bool, Option<u64>)] = &[
            (&[1, 2], true, Some(4)),
            (&[4], false, Some(3)),
            (&[2, 3], true, Some(3)),
            (&[4], false, Some(3)),
        ];
        assert_eq!(read(pages).unwrap(), [1, 2, 4, 3]);
    }

    #[test]
    fn a_list_that_never_shows_all_its_rows_is_an_error() {
        let pages: Vec<(&[u32], bool, Option<u64>)> =
            (0..100).map(|_| (&[1, 1][..], false, None)).collect();
        assert_eq!(read(&pages).unwrap_err().kind(), ErrorKind::Unavailable);
        let endless: Vec<(&[u32], bool, Option<u64>)> =
            (0..200).map(|_| (&[1][..], true, None)).collect();
        assert_eq!(read(&endless).unwrap_err().kind(), ErrorKind::Malformed);
    }
}
