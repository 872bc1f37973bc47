//! The new name of a provider, in every place where a store contains the old one.
//!
//! The new name is refused at start if the store knows it, so that no row of the old name meets a
//! row of the new one.

use payments_core::ProviderId;
use serde::{Serialize, de::DeserializeOwned};

use super::{Backend, StoreError, TaskKind};

/// The maximum number of sealed rows that are read at a time.
const ROWS: usize = 1_000;

/// A provider whose name in the configuration changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renaming {
    pub(crate) from: ProviderId,
    pub(crate) to: ProviderId,
}

/// Gives a provider its new name everywhere in a store, in the open transaction.
pub(crate) fn rename(backend: &mut dyn Backend, renaming: &Renaming) -> Result<(), StoreError> {
    for (name, value) in backend.remembered("")? {
        if let Some((renamed, value)) = renaming.remembered(&name, &value) {
            if renamed != name {
                backend.forget(&name)?;
            }
            backend.remember(&renamed, &value)?;
        }
    }
    let (mut column, mut after) = (0, (String::new(), String::new()));
    while let Some(done) = backend.reseal(column, &after, ROWS, Some(renaming))? {
        match done.last {
            Some(last) => after = last,
            None => (column, after) = (column + 1, (String::new(), String::new())),
        }
    }
    // The names of sealed credits are still the old ones until here.
    backend.rename_rows(renaming)
}

/// The beginnings of remembered names that end with the name of a provider.
const REMEMBERED: [&str; 5] = ["provider ", "merchant of ", "statements ", "orders ", "payouts "];

/// The kinds of [subjects](crate::change::Subject) that contain the name of a provider.
const SUBJECTS: [&str; 2] = ["credit", "line"];

impl Renaming {
    /// Returns the name of a provider after the renaming.
    pub(crate) fn name(&self, name: &ProviderId) -> ProviderId {
        if *name == self.from { self.to.clone() } else { name.clone() }
    }

    /// Returns JSON with the new name in each field `provider`. Everything else stays as it is,
    /// also what this version does not know. Inside a JSON text a quotation mark is escaped, so
    /// that only a field matches. Options are by the kind of a provider, not by its name.
    pub(crate) fn json(&self, json: &str) -> String {
        let (from, to) = self.fields();
        json.replace(&from, &to)
    }

    fn fields(&self) -> (String, String) {
        let field = |name: &ProviderId| format!("\"provider\":{}", quoted(name.as_str()));
        (field(&self.from), field(&self.to))
    }

    /// Returns the beginnings of the texts of subjects that contain the old and the new name.
    fn subjects(&self) -> [(String, String); 2] {
        let begin =
            |kind: &str, name: &ProviderId| format!("{kind}:{}:{name}:", name.as_str().len());
        SUBJECTS.map(|kind| (begin(kind, &self.from), begin(kind, &self.to)))
    }

    /// Returns the text of a subject with the new name.
    pub(crate) fn subject(&self, text: &str) -> String {
        let subjects = self.subjects();
        let renamed = subjects.iter().find_map(|(from, to)| begun(text, from, to));
        renamed.unwrap_or_else(|| text.to_owned())
    }

    /// Returns the subject of due work with the new name.
    pub(super) fn task(&self, kind: TaskKind, subject: &str) -> String {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        let renamed = match kind {
            TaskKind::Read | TaskKind::Held => (subject == from).then(|| to.to_owned()),
            TaskKind::Ask => begun(subject, &format!("{from}\n"), &format!("{to}\n")),
            TaskKind::Handle => subject
                .split_once(' ')
                .map(|(handler, about)| format!("{handler} {}", self.subject(about))),
            TaskKind::Payout | TaskKind::Payment | TaskKind::Confirm => None,
        };
        renamed.unwrap_or_else(|| subject.to_owned())
    }

    /// Returns a remembered name and its value with the new name, or `None` if they do not contain
    /// the old one.
    pub(super) fn remembered(&self, name: &str, value: &str) -> Option<(String, String)> {
        let (from, to) = (self.from.as_str(), self.to.as_str());
        let of_provider = REMEMBERED.iter().find(|begin| name.strip_prefix(**begin) == Some(from));
        if let Some(begin) = of_provider {
            return Some((format!("{begin}{to}"), value.to_owned()));
        }
        if name.starts_with("name of ") {
            return (value == from).then(|| (name.to_owned(), to.to_owned()));
        }
        let line = name.strip_prefix("unreadable ")?;
        let renamed = self.subject(line);
        (renamed != line).then(|| (format!("unreadable {renamed}"), self.json(value)))
    }

    /// Returns a value in memory with the new name in each field `provider`.
    pub(super) fn value<T: Serialize + DeserializeOwned>(
        &self,
        value: &T,
    ) -> Result<Option<T>, StoreError> {
        let json = serde_json::to_string(value).map_err(StoreError::not_done)?;
        let mut renamed = self.json(&json);
        for (from, to) in self.subject_fields() {
            renamed = renamed.replace(&from, &to);
        }
        if renamed == json {
            return Ok(None);
        }
        serde_json::from_str(&renamed).map(Some).map_err(StoreError::not_done)
    }

    /// Returns the beginnings of JSON texts of subjects. The rows of reconciliations contain them.
    fn subject_fields(&self) -> [(String, String); 2] {
        let open = |text: &str| {
            let quoted = quoted(text);
            format!(":{}", quoted.strip_suffix('"').unwrap_or(&quoted))
        };
        self.subjects().map(|(from, to)| (open(&from), open(&to)))
    }
}

/// Returns a text with another beginning, or `None` if it begins differently.
fn begun(text: &str, from: &str, to: &str) -> Option<String> {
    text.strip_prefix(from).map(|rest| format!("{to}{rest}"))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A change of the rows of one table. In its SQL, `$1` is the old text and `$2` the new one.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) struct RowChange {
    /// The table without the prefix or schema of the store.
    pub(super) table: &'static str,
    /// What an `UPDATE` sets, in SQL.
    pub(super) assignment: &'static str,
    /// The condition of the `UPDATE`, in SQL. No row that was changed fulfils it again.
    pub(super) condition: &'static str,
    pub(super) from: String,
    pub(super) to: String,
}

/// The tables with a column `provider`.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) const TABLES: [&str; 9] = [
    "payout",
    "breaker",
    "delivery",
    "refused",
    "refused_sample",
    "key",
    "route",
    "credit",
    "reconciliation",
];

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Renaming {
    /// Returns the changes of every column that is not sealed. `handlers` are the names of the
    /// registered handlers.
    pub(super) fn row_changes(&self, handlers: &[String]) -> Vec<RowChange> {
        const BEGINS: &str = "substr(subject, 1, length($1)) = $1";
        const BEGUN: &str = "subject = $2 || substr(subject, length($1) + 1)";
        let (from, to) = (self.from.to_string(), self.to.to_string());
        let mut changes = Vec::new();
        let mut change = |table, assignment, condition, from: &str, to: &str| {
            let (from, to) = (from.to_owned(), to.to_owned());
            changes.push(RowChange { table, assignment, condition, from, to });
        };
        for table in TABLES {
            change(table, "provider = $2", "provider = $1", &from, &to);
        }
        let (old, new) = self.fields();
        change(
            "reconciliation",
            "run = replace(run, $1, $2)",
            "replace(run, $1, $2) <> run",
            &old,
            &new,
        );
        for (old, new) in self.subject_fields() {
            change(
                "reconciliation_row",
                "\"row\" = replace(\"row\", $1, $2)",
                "replace(\"row\", $1, $2) <> \"row\"",
                &old,
                &new,
            );
        }
        for (old, new) in self.subjects() {
            change("handled", BEGUN, BEGINS, &old, &new);
            change("dead_letter", BEGUN, BEGINS, &old, &new);
            for handler in handlers {
                let (old, new) = (format!("{handler} {old}"), format!("{handler} {new}"));
                let condition = "kind = 'handle' AND substr(subject, 1, length($1)) = $1";
                change("task", BEGUN, condition, &old, &new);
            }
        }
        let condition = "kind IN ('read', 'held') AND subject = $1";
        change("task", "subject = $2", condition, &from, &to);
        let condition = "kind = 'ask' AND substr(subject, 1, length($1)) = $1";
        change("task", BEGUN, condition, &format!("{from}\n"), &format!("{to}\n"));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renaming(from: &str, to: &str) -> Renaming {
        Renaming { from: ProviderId::new(from).unwrap(), to: ProviderId::new(to).unwrap() }
    }

    #[test]
    fn only_the_field_of_the_provider_changes_in_json() {
        let renaming = renaming("a\"b", "đ:1 x");
        let json = r#"{"provider":"a\"b","name":"a\"b","memo":"\"provider\":\"a\\\"b\"","by":[{"provider":"a\"b"},{"provider":"a"}]}"#;
        let expected = r#"{"provider":"đ:1 x","name":"a\"b","memo":"\"provider\":\"a\\\"b\"","by":[{"provider":"đ:1 x"},{"provider":"a"}]}"#;
        assert_eq!(renaming.json(json), expected);
    }

    #[test]
    fn a_subject_keeps_everything_after_the_name() {
        let renaming = renaming("main", "đ:1");
        for (before, after) in [
            ("credit:4:main:a.b:credit:4:main:1", "credit:4:đ:1:a.b:credit:4:main:1"),
            ("line:4:main:page 1", "line:4:đ:1:page 1"),
            ("credit:5:main2:a.b:1", "credit:5:main2:a.b:1"),
            ("payment:main", "payment:main"),
        ] {
            assert_eq!(renaming.subject(before), after);
        }
    }

    #[test]
    fn due_work_and_remembered_values_of_the_provider_change() {
        let renaming = renaming("main", "new");
        for (kind, before, after) in [
            (TaskKind::Read, "main", "new"),
            (TaskKind::Held, "main", "new"),
            (TaskKind::Ask, "main\nmain", "new\nmain"),
            (TaskKind::Handle, "shop credit:4:main:a.b:1", "shop credit:3:new:a.b:1"),
            (TaskKind::Handle, "shop payment:main", "shop payment:main"),
            (TaskKind::Payout, "main", "main"),
        ] {
            assert_eq!(renaming.task(kind, before), after, "{kind:?}");
        }
        let remembered = |name, value| renaming.remembered(name, value);
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        assert_eq!(
            remembered("provider main", "mock sandbox"),
            pair("provider new", "mock sandbox")
        );
        assert_eq!(remembered("name of abc", "main"), pair("name of abc", "new"));
        assert_eq!(
            remembered("unreadable line:4:main:7", r#"{"provider":"main","name":"7"}"#),
            pair("unreadable line:3:new:7", r#"{"provider":"new","name":"7"}"#)
        );
        for (name, value) in [("provider main2", "x"), ("name of abc", "main2"), ("store", "main")]
        {
            assert_eq!(remembered(name, value), None, "{name}");
        }
    }
}
