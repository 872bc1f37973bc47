//! Continues reading a statement by the dates of its lines, because SePay lists the lines of one
//! second in no fixed order.

use async_trait::async_trait;
use payments_core::{Error, ErrorKind, Result, Timestamp};
use sha2::{Digest, Sha256};

use super::line::Line;
use crate::bank::whole_list::{NumberedPage, NumberedPages, Whole, whole};

/// Lists the lines of a period, the oldest first.
#[async_trait]
pub(crate) trait DatedPages: Send + Sync {
    /// The type of a line.
    type Row: Send;

    /// Returns the operation, for errors.
    fn operation(&self) -> &'static str;

    /// Requests one page of the lines from `from` to `to`, both included. Pages are numbered from
    /// 1.
    async fn page(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        page: u32,
    ) -> Result<DatedPage<Self::Row>>;
}

/// One page of a dated list.
pub(crate) struct DatedPage<T> {
    pub(crate) lines: Vec<Line<T>>,
    pub(crate) more: bool,
    /// The number of lines on all pages, if SePay reports it.
    pub(crate) total: Option<u64>,
}

/// The position from which reading by dates continues.
///
/// Page numbers are never used as a position: SePay keeps lines only for some days
/// (`data_storage_time`), a removed line moves every later page, and the lines of one second may
/// have another order on the next page. A step therefore returns only whole seconds: those of a
/// page except the last one, from which the next step continues. A second with more than a page of
/// lines is read as a whole each time and checked for missing lines. Its lines are returned in the
/// order of the list as long as this order stays the same, and otherwise once more in the order of
/// their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum DatePlace {
    /// The oldest line.
    #[default]
    Start,
    /// The lines from a second on in which there is at least one line.
    From(Timestamp),
    /// The lines after a second. The request to SePay asks for lines from `ask` on.
    After { second: Timestamp, ask: Timestamp },
    /// The lines of a second that has more than a page of lines, after the line with this key. With
    /// `told`, in the order of the list, of which these lines were already returned; without it, in
    /// the order of the keys.
    Within { second: Timestamp, key: String, told: Option<Told> },
}

/// Identifies the lines of a second that were already returned, in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) lines: usize,
    pub(crate) digest: u64,
}

impl Told {
    fn of<T>(lines: &[Line<T>]) -> Self {
        let digest = |line: &Line<T>| {
            let digest = Sha256::digest(&line.key);
            digest.iter().take(8).fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte))
        };
        let sum = lines.iter().map(digest).fold(0, u64::wrapping_add);
        Self { lines: lines.len(), digest: sum }
    }
}

/// The maximum number of lines that a step returns.
const PER_STEP: usize = 100;

/// Reads the lines at `place` and returns them with the next position, which is `None` after the
/// last line.
///
/// # Errors
/// The request to SePay failed, its response could not be read, or its list is such that lines
/// could be missed without notice.
pub(crate) async fn step<P: DatedPages>(
    pages: &P,
    place: &DatePlace,
) -> Result<(Vec<Line<P::Row>>, Option<DatePlace>)> {
    let (page, from) = match place {
        DatePlace::Start => (pages.page(None, None, 1).await?, None),
        DatePlace::From(second) => (from_second(pages, *second).await?, Some(*second)),
        DatePlace::After { second, ask } => {
            (pages.page(Some(*ask), None, 1).await?, Some(later(*second, 1)))
        }
        DatePlace::Within { second, key, told } => {
            return crowded(pages, *second, Some((key, *told))).await;
        }
    };
    let DatedPage { mut lines, more, .. } = page;
    fill_in_times(&mut lines);
    let before = |line: &Line<P::Row>| from.is_some_and(|from| line.at.is_some_and(|at| at < from));
    if !more {
        lines.retain(|line| !before(line));
        return Ok((lines, None));
    }
    if !lines.is_sorted_by_key(|line| line.at) {
        return Err(out_of_order(pages, "in another order than by their dates, oldest first"));
    }
    let Some(last) = lines.last().and_then(|line| line.at) else {
        return Err(out_of_order(pages, "without their dates"));
    };
    lines.retain(|line| !before(line));
    if lines.first().and_then(|line| line.at).is_some_and(|first| first < last) {
        lines.retain(|line| line.at != Some(last));
        return Ok((lines, Some(DatePlace::From(last))));
    }
    // The whole page has lines of one second, or of times before the requested period.
    crowded(pages, from.map_or(last, |from| last.max(from)), None).await
}

/// Returns the lines from a second on that is known to have lines. If SePay excludes the second
/// itself, the request is repeated with an earlier second.
async fn from_second<P: DatedPages>(pages: &P, second: Timestamp) -> Result<DatedPage<P::Row>> {
    let page = pages.page(Some(second), None, 1).await?;
    let has_it = page.lines.iter().any(|line| line.at == Some(second));
    match has_it {
        true => Ok(page),
        false => pages.page(Some(later(second, -1)), None, 1).await,
    }
}

/// Returns the lines of a second with more than a page of lines, after a key.
async fn crowded<P: DatedPages>(
    pages: &P,
    second: Timestamp,
    after: Option<(&String, Option<Told>)>,
) -> Result<(Vec<Line<P::Row>>, Option<DatePlace>)> {
    let operation = pages.operation();
    let mut listed = whole(operation, &Range { pages, from: second, to: second }).await?;
    let takes_ends = !listed.rows.is_empty();
    if !takes_ends {
        let (from, to) = (later(second, -1), later(second, 1));
        listed = whole(operation, &Range { pages, from, to }).await?;
    }
    let Whole { rows: mut lines, in_order } = listed;
    fill_in_times(&mut lines);
    lines.retain(|line| line.at.is_none_or(|at| at == second));
    let (begin, by_keys) = match goes_on_at(&lines, in_order, after) {
        Some(begin) => (begin, false),
        None => {
            lines.sort_by(|one, other| one.key.cmp(&other.key));
            let after = after.filter(|(_, told)| told.is_none()).map(|(key, _)| key);
            (lines.partition_point(|line| after.is_some_and(|key| line.key <= *key)), true)
        }
    };
    let end = begin.saturating_add(PER_STEP).min(lines.len());
    let told = (!by_keys).then(|| Told::of(lines.get(..end).unwrap_or_default()));
    let is_last = end == lines.len();
    lines.truncate(end);
    let lines = lines.split_off(begin.min(end));
    let next = match lines.last().filter(|_| !is_last) {
        Some(last) => DatePlace::Within { second, key: last.key.clone(), told },
        None => {
            let ask = if takes_ends { later(second, 1) } else { second };
            DatePlace::After { second, ask }
        }
    };
    Ok((lines, Some(next)))
}

/// Returns the index to continue from in the order of the list, if the lines before it are those
/// that were already returned.
fn goes_on_at<T>(
    lines: &[Line<T>],
    in_order: bool,
    after: Option<(&String, Option<Told>)>,
) -> Option<usize> {
    if !in_order {
        return None;
    }
    let Some((key, told)) = after else { return Some(0) };
    let begin = lines.iter().position(|line| line.key == *key)?.saturating_add(1);
    (told? == Told::of(lines.get(..begin)?)).then_some(begin)
}

/// The lines of a period.
struct Range<'a, P> {
    pages: &'a P,
    from: Timestamp,
    to: Timestamp,
}

#[async_trait]
impl<P: DatedPages> NumberedPages for Range<'_, P> {
    type Row = Line<P::Row>;

    async fn page(&self, number: u32) -> Result<NumberedPage<Self::Row>> {
        let page = self.pages.page(Some(self.from), Some(self.to), number).await?;
        let rows = page.lines.into_iter().map(|line| (line.key.clone(), line)).collect();
        Ok(NumberedPage { rows, more: page.more, total: page.total })
    }
}

/// Gives a line without a readable time the second of its neighbour.
fn fill_in_times<T>(lines: &mut [Line<T>]) {
    let mut known = lines.iter().find_map(|line| line.at);
    for line in lines {
        line.at = line.at.or(known);
        known = line.at;
    }
}

fn later(second: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_unix(second.unix_seconds().saturating_add(by))
}

fn out_of_order<P: DatedPages>(pages: &P, how: &str) -> Error {
    let message = format!("SePay lists the lines {how}, so that lines could be left out unseen");
    Error::new(ErrorKind::Malformed, message).with_operation(pages.operation())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt as _;

    use super::*;

    /// Lines with their keys and seconds. On request, the lines of one second have a different
    /// order in each response. A page has `per_page` lines.
    struct Lines {
        lines: Mutex<Vec<(String, i64)>>,
        per_page: usize,
        any_order: bool,
        takes_ends: bool,
        requests: Mutex<usize>,
    }

    #[async_trait]
    impl DatedPages for Lines {
        type Row = ();

        fn operation(&self) -> &'static str {
            "lines"
        }

        async fn page(
            &self,
            from: Option<Timestamp>,
            to: Option<Timestamp>,
            page: u32,
        ) -> Result<DatedPage<()>> {
            let mut requests = self.requests.lock().unwrap();
            *requests += 1;
            let mut lines = self.lines.lock().unwrap().clone();
            lines.sort_by_key(|line| line.1);
            if self.any_order {
                for second in lines.chunk_by_mut(|one, other| one.1 == other.1) {
                    let by = (*requests * 7) % second.len();
                    second.rotate_left(by);
                    if requests.is_multiple_of(2) {
                        second.reverse();
                    }
                }
            }
            let end = i64::from(!self.takes_ends);
            lines.retain(|(_, at)| {
                from.is_none_or(|from| *at >= from.unix_seconds() + end)
                    && to.is_none_or(|to| *at <= to.unix_seconds() - end)
            });
            let total = u64::try_from(lines.len()).ok();
            let begin = (usize::try_from(page).unwrap() - 1) * self.per_page;
            let more = lines.len() > begin + self.per_page;
            let lines = lines.into_iter().skip(begin).take(self.per_page);
            let line = |(key, at): (String, i64)| Line {
                id: Some(key.clone()),
                key,
                at: Some(Timestamp::from_unix(at)),
                row: (),
            };
            Ok(DatedPage { lines: lines.map(line).collect(), more, total })
        }
    }

    fn lines(seconds: &[(i64, usize)], any_order: bool, takes_ends: bool) -> Lines {
        let of = |(second, count): &(i64, usize)| {
            let second = *second;
            (0..*count).map(move |number| (format!("{second}-{:03}", 999 - number), second))
        };
        Lines {
            lines: Mutex::new(seconds.iter().flat_map(of).collect()),
            per_page: 100,
            any_order,
            takes_ends,
            requests: Mutex::new(0),
        }
    }

    /// Returns every key in the order in which it was returned. `meanwhile` is called after each
    /// step.
    fn read(lines: &Lines, meanwhile: impl Fn(&Lines)) -> Vec<String> {
        let (mut place, mut keys) = (Some(DatePlace::Start), Vec::new());
        while let Some(at) = place {
            let (step, next) = step(lines, &at).now_or_never().unwrap().unwrap();
            assert!(step.len() <= PER_STEP, "{} lines in a step", step.len());
            keys.extend(step.into_iter().map(|line| line.key));
            place = next;
            meanwhile(lines);
        }
        keys
    }

    const CROWDED: [&[(i64, usize)]; 6] = [
        &[(10, 270)],
        &[(10, 3), (20, 270), (30, 5)],
        &[(10, 99), (11, 2), (12, 99), (13, 1)],
        &[(10, 150), (11, 150), (12, 150)],
        &[(10, 100), (11, 100), (12, 1)],
        &[(10, 60), (20, 60), (30, 60), (40, 60)],
    ];

    #[test]
    fn no_line_of_a_second_is_lost_or_given_twice_in_any_order_of_the_list() {
        for seconds in CROWDED {
            for (any_order, takes_ends) in
                [(false, true), (false, false), (true, true), (true, false)]
            {
                let lines = lines(seconds, any_order, takes_ends);
                let keys = read(&lines, |_| {});
                let mut sorted = keys.clone();
                sorted.sort();
                sorted.dedup();
                let all = lines.lines.lock().unwrap().len();
                let how = format!("{seconds:?}, {any_order}, {takes_ends}");
                assert_eq!((sorted.len(), keys.len()), (all, all), "{how}");
                if !any_order {
                    let listed: Vec<_> =
                        lines.lines.lock().unwrap().iter().map(|line| line.0.clone()).collect();
                    assert_eq!(keys, listed, "in the order of the list: {how}");
                }
            }
        }
    }

    #[test]
    fn nothing_that_was_there_is_lost_while_lines_arrive_and_are_forgotten() {
        for seconds in CROWDED {
            for any_order in [false, true] {
                let lines = lines(seconds, any_order, true);
                let before: Vec<_> =
                    lines.lines.lock().unwrap().iter().map(|line| line.0.clone()).collect();
                let newest = seconds.last().unwrap().0;
                let keys = read(&lines, |lines| {
                    let mut lines = lines.lines.lock().unwrap();
                    let number = lines.len();
                    lines.insert(0, (format!("new-{number}"), newest));
                });
                let missing: Vec<_> = before.iter().filter(|key| !keys.contains(key)).collect();
                assert!(missing.is_empty(), "{seconds:?}, {any_order}: {missing:?}");
            }
        }
    }
}
