//! The lines that the suite appended, by suite.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use serde_json::Value;

/// What was reported of one suite: a module of a test program.
pub(crate) struct Report {
    /// Such as `hpay`, or `sepay: bank side`.
    pub(crate) name: String,
    pub(crate) capabilities: Value,
    lines: Vec<Value>,
}

/// One instruction under one fault.
pub(crate) struct FaultCase<'a> {
    pub(crate) operation: &'a str,
    pub(crate) fault: &'a str,
    /// `accepted`, `uncertain`, `declined`, or `error`.
    pub(crate) outcome: String,
    pub(crate) carried_out: u64,
}

/// Reads every report in a folder. The order of the lines, and how often a test ran, do not count.
pub(crate) fn read(folder: &Path) -> Result<Vec<Report>, Box<dyn Error>> {
    let mut suites: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        for line in std::fs::read_to_string(entry?.path())?.lines() {
            let line: Value = serde_json::from_str(line)?;
            let suite = (text(&line, "program").to_owned(), text(&line, "module").to_owned());
            suites.entry(suite).or_default().push(line);
        }
    }
    if suites.is_empty() {
        return Err(format!("there is no report in {}", folder.display()).into());
    }
    Ok(suites.into_iter().map(|(suite, lines)| Report::new(suite, lines)).collect())
}

impl Report {
    fn new((program, module): (String, String), lines: Vec<Value>) -> Self {
        let name = match module.as_str() {
            "" => program,
            module => format!("{program}: {}", module.replace('_', " ")),
        };
        let reported = lines.iter().find_map(|line| line.get("capabilities"));
        let capabilities = reported.cloned().unwrap_or_default();
        Self { name, capabilities, lines }
    }

    /// The first line that says that a law is broken.
    pub(crate) fn broken(&self) -> Option<String> {
        let broken = self.lines.iter().find(|line| text(line, "outcome") == "broken")?;
        Some(format!("{}: {broken}", self.name))
    }

    /// What came of the test of this law; empty if none ran.
    pub(crate) fn outcome(&self, law: &str) -> &str {
        let of_law = self.lines.iter().find(|line| text(line, "law") == law);
        of_law.map_or("", |line| text(line, "outcome"))
    }

    /// Every instruction that the provider offers, under every fault.
    pub(crate) fn fault_cases(&self) -> Vec<FaultCase<'_>> {
        let offered =
            self.lines.iter().filter(|line| line.get("fault_case").is_some_and(|it| !it.is_null()));
        offered
            .map(|line| {
                let outcome = line.pointer("/fault_case/outcome").and_then(Value::as_str);
                let word = outcome.unwrap_or_default().split('(').next().unwrap_or_default();
                FaultCase {
                    operation: text(line, "operation"),
                    fault: text(line, "fault"),
                    outcome: match word {
                        "Err" => "error".to_owned(),
                        word => word.to_lowercase(),
                    },
                    carried_out: line
                        .pointer("/fault_case/carried_out")
                        .and_then(Value::as_u64)
                        .unwrap_or_default(),
                }
            })
            .collect()
    }
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line.get(name).and_then(Value::as_str).unwrap_or_default()
}
