//! What a law is: its name, its text, and how it is checked.

use std::fmt;

use futures_util::future::LocalBoxFuture;

use crate::{
    Flaw, Start, fault_case::FaultCase, laws::webhook_fixture::WebhookFixture, record::Record,
};

/// The page of the laws: a section for each, with what it says, why, and where to look.
const PAGE: &str = include_str!("../laws.md");

/// One law that holds for every provider.
pub struct Law {
    /// Its name, which is also the name of its test.
    pub name: &'static str,
    pub(crate) check: Check,
}

/// How a law is checked.
pub(crate) enum Check {
    /// By each instruction under each fault.
    FaultCase(fn(&FaultCase) -> Result<(), Flaw>),
    /// By what was seen of an honest run of every role.
    Record(fn(&Record) -> Result<Passed, Flaw>),
    /// By what the gateway sends, if the provider receives it.
    Deliveries(fn(WebhookFixture) -> LocalBoxFuture<'static, Result<Passed, Flaw>>),
    /// By a fixture of its own.
    Fixture(fn(Start) -> LocalBoxFuture<'static, Result<Passed, Flaw>>),
}

/// A law that a provider keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It was put to the test.
    Tested,
    /// The provider does nothing that the law speaks of.
    NotApplicable,
}

impl Passed {
    pub(crate) fn if_any(tested: bool) -> Self {
        if tested { Self::Tested } else { Self::NotApplicable }
    }

    /// Checks each of them; without any there is nothing to test.
    pub(crate) fn each<T>(
        all: impl IntoIterator<Item = T>,
        check: impl FnMut(T) -> Result<(), Flaw>,
    ) -> Result<Self, Flaw> {
        let mut all = all.into_iter().peekable();
        let tested = Self::if_any(all.peek().is_some());
        all.try_for_each(check).map(|()| tested)
    }
}

impl Law {
    /// Whether every instruction under every fault is judged by it; the other laws have a test
    /// each.
    pub fn is_of_fault_cases(&self) -> bool {
        matches!(self.check, Check::FaultCase(_))
    }

    /// Whether it judges one honest run of every role, which is made once for all such laws.
    pub fn is_of_an_honest_run(&self) -> bool {
        matches!(self.check, Check::Record(_))
    }

    /// Whether it judges what a provider makes of the gateway's deliveries.
    pub fn is_of_deliveries(&self) -> bool {
        matches!(self.check, Check::Deliveries(_))
    }

    /// What it says, in one sentence.
    pub fn says(&self) -> &'static str {
        self.section().lines().nth(2).unwrap_or_default()
    }

    /// Why, in one sentence.
    pub fn why(&self) -> &'static str {
        self.line("- Why: ")
    }

    /// Where to look in a provider that breaks it.
    pub fn look_at(&self) -> &'static str {
        self.line("- Look at: ")
    }

    fn line(&self, start: &str) -> &'static str {
        self.section().lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default()
    }

    /// Its section of the page, from its heading on.
    fn section(&self) -> &'static str {
        let mut sections = PAGE.split("\n## ");
        sections
            .find(|section| section.lines().next() == Some(&format!("`{}`", self.name)))
            .unwrap_or_default()
    }
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Law({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::PAGE;
    use crate::LAWS;

    #[test]
    fn every_law_has_its_section_and_every_section_its_law() {
        let sections: Vec<_> = PAGE.split("\n## `").skip(1).collect();
        let names: Vec<_> = sections.iter().filter_map(|one| one.split('`').next()).collect();
        let laws: Vec<_> = LAWS.iter().map(|law| law.name).collect();
        assert_eq!(names, laws, "`laws.md` has a section for each law, in the order of `LAWS`");
        for law in LAWS {
            for text in [law.says(), law.why(), law.look_at()] {
                assert!(!text.is_empty(), "a text of `{}` is missing in laws.md", law.name);
            }
        }
    }
}
