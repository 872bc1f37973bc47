//! The table of a gateway's endpoints in a provider's documentation.

use std::io;
use std::path::Path;

/// Checks that each row of a table of endpoints has an endpoint, a link to the function that calls
/// it, and the names of tests that exist in the crate at `root`. Rustdoc checks that the functions
/// exist.
///
/// A row begins with a code span, such as ``| `POST /pay` | [`Acme::pay`] | `it_pays` |``.
///
/// # Panics
/// Panics if a row does not have this form, or if there is no row.
#[track_caller]
pub fn check_endpoint_table(table: &str, root: impl AsRef<Path>) {
    let mut tests = String::new();
    for folder in ["tests", "src"] {
        let read = add_sources(&root.as_ref().join(folder), &mut tests);
        assert!(read.is_ok(), "the folder {folder} cannot be read: {read:?}");
    }
    let rows = || table.lines().filter(|line| line.starts_with("| `"));
    assert!(rows().next().is_some(), "the table has no rows");
    for row in rows() {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.len() == 3, "{row} has no three cells");
        let [endpoint, function, named] = cells.as_slice() else { continue };
        assert!(function.starts_with("[`"), "{endpoint} links to no function");
        for test in named.split(", ") {
            let name = test.trim_matches('`');
            assert!(tests.contains(&format!("fn {name}(")), "{endpoint}: there is no test {test}");
        }
    }
}

fn add_sources(folder: &Path, to: &mut String) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add_sources(&path, to)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            to.push_str(&std::fs::read_to_string(path)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn a_row_with_a_function_and_a_test_is_good() {
        let table = "| `GET /a` | [`Acme::a`] | `a_row_with_a_function_and_a_test_is_good` |";
        check_endpoint_table(table, ROOT);
    }

    #[test]
    #[should_panic(expected = "there is no test")]
    fn a_test_that_does_not_exist_is_found() {
        // The name is joined from two parts, so that this source does not contain it.
        let table = format!("| `GET /a` | [`Acme::a`] | `{}{}` |", "never", "_written");
        check_endpoint_table(&table, ROOT);
    }

    #[test]
    #[should_panic(expected = "has no rows")]
    fn an_empty_table_is_found() {
        check_endpoint_table("| endpoint | function | test |", ROOT);
    }
}
