//! A list that is read page by page.

use std::fmt;

use async_trait::async_trait;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use payments_core::{Listed, Result};

/// A list of any length, read page by page, with at most one page in memory. Its requests count
/// towards the rate limit like all others.
///
/// After an error, the next call continues with the rows that were not returned yet, so that no row
/// is lost.
pub struct Listing<T> {
    rows: std::vec::IntoIter<Listed<T>>,
    source: Option<Box<dyn Source<T>>>,
}

/// The source of the pages. A page that fails is requested again by the next call.
#[async_trait]
pub(crate) trait Source<T>: Send {
    async fn page(&mut self) -> Result<Sourced<T>>;
}

/// The rows of a page, and whether another page follows.
pub(crate) struct Sourced<T> {
    pub(crate) rows: Vec<Listed<T>>,
    pub(crate) more: bool,
}

impl<T> Listing<T> {
    pub(crate) fn new(source: impl Source<T> + 'static) -> Self {
        Self { rows: Vec::new().into_iter(), source: Some(Box::new(source)) }
    }

    /// Returns the next row, which may be one that could not be read, or `None` at the end.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn next(&mut self) -> Result<Option<Listed<T>>> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            if !self.turn().await? {
                return Ok(None);
            }
        }
    }

    /// Returns the next page, or the remaining rows of the current one, or `None` at the end.
    ///
    /// # Errors
    /// The request to SePay failed, or its response could not be read.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Listed<T>>>> {
        loop {
            let rows: Vec<Listed<T>> =
                std::mem::replace(&mut self.rows, Vec::new().into_iter()).collect();
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
            if !self.turn().await? {
                return Ok(None);
            }
        }
    }

    /// Converts the list to a stream of its rows. The stream ends after an error.
    pub fn into_stream(self) -> BoxStream<'static, Result<Listed<T>>>
    where
        T: Send + 'static,
    {
        stream::try_unfold(self, async |mut listing: Self| {
            Ok(listing.next().await?.map(|row| (row, listing)))
        })
        .boxed()
    }

    /// Reads the next page. Returns `false` if there is none.
    async fn turn(&mut self) -> Result<bool> {
        let Some(source) = &mut self.source else { return Ok(false) };
        let Sourced { rows, more } = source.page().await?;
        if !more {
            self.source = None;
        }
        self.rows = rows.into_iter();
        Ok(true)
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("rows", &self.rows.len())
            .field("more", &self.source.is_some())
            .finish()
    }
}
