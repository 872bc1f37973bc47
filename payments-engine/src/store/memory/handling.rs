//! Handlers in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::renaming::subjects;
use crate::{
    handlers::DeadLetter,
    store::{HandlerRows, Renaming, StoreError, TaskKind},
};

/// The handlers, the revisions that they handled, and their dead letters.
#[derive(Clone, Default)]
pub(super) struct HandlerTables {
    pub(super) names: BTreeSet<String>,
    handled: BTreeMap<(String, String), u64>,
    dead_letters: BTreeMap<(String, String), DeadLetter>,
}

impl HandlerTables {
    /// Gives a provider its new name in every subject.
    pub(super) fn rename(&mut self, renaming: &Renaming) {
        subjects(renaming, &mut self.handled);
        subjects(renaming, &mut self.dead_letters);
        for ((_, subject), letter) in &mut self.dead_letters {
            letter.subject.clone_from(subject);
        }
    }
}

impl HandlerRows for &mut super::Tables {
    fn register(&mut self, handler: &str) -> Result<(), StoreError> {
        self.handling.names.insert(handler.to_owned());
        Ok(())
    }

    fn retire(&mut self, handler: &str) -> Result<(), StoreError> {
        self.handling.names.remove(handler);
        self.handling.handled.retain(|(of, _), _| of != handler);
        self.handling.dead_letters.retain(|(of, _), _| of != handler);
        let prefix = format!("{handler} ");
        self.tasks.retain(|(kind, subject), _| {
            *kind != TaskKind::Handle || !subject.starts_with(&prefix)
        });
        Ok(())
    }

    fn handled(&mut self, handler: &str, subject: &str) -> Result<u64, StoreError> {
        let name = (handler.to_owned(), subject.to_owned());
        Ok(self.handling.handled.get(&name).copied().unwrap_or(0))
    }

    fn set_handled(
        &mut self,
        handler: &str,
        subject: &str,
        before: u64,
        revision: u64,
    ) -> Result<bool, StoreError> {
        let name = (handler.to_owned(), subject.to_owned());
        let is_marked = self.handled(handler, subject)? == before;
        if is_marked {
            self.handling.dead_letters.remove(&name);
            self.handling.handled.insert(name, revision);
        }
        Ok(is_marked)
    }

    fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError> {
        let name = (letter.handler.clone(), letter.subject.clone());
        self.handling.dead_letters.insert(name, letter.clone());
        Ok(())
    }

    fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, StoreError> {
        let mut letters: Vec<_> = self.handling.dead_letters.values().cloned().collect();
        letters.sort_by_key(|letter| letter.at);
        Ok(letters)
    }

    fn forget(&mut self, handler: &str, subject: &str) -> Result<bool, StoreError> {
        let name = (handler.to_owned(), subject.to_owned());
        let is_there = self.handling.dead_letters.remove(&name).is_some();
        if is_there {
            self.handling.handled.remove(&name);
        }
        Ok(is_there)
    }
}
