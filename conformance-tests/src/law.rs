//! A law: its name, its text, and the function that checks it.

use std::fmt;

use futures_util::future::LocalBoxFuture;

use crate::{
    Flaw, Start, fault_case::FaultCase, laws::webhook_fixture::WebhookFixture, record::Record,
};

/// The page of the laws, with a section for each law: its statement, its reason, and where to look.
const PAGE: &str = include_str!("../laws.md");

/// A rule that every provider must keep.
pub struct Law {
    /// The name of the law, which is also the name of its test.
    pub name: &'static str,
    pub(crate) check: Check,
}

/// The way in which a law is checked.
pub(crate) enum Check {
    /// With each instruction under each fault.
    FaultCase(fn(&FaultCase) -> Result<(), Flaw>),
    /// With the record of an honest run of every role.
    Record(fn(&Record) -> Result<Passed, Flaw>),
    /// With the deliveries of the gateway, if the provider receives them.
    Deliveries(fn(WebhookFixture) -> LocalBoxFuture<'static, Result<Passed, Flaw>>),
    /// With a fixture of its own.
    Fixture(fn(Start) -> LocalBoxFuture<'static, Result<Passed, Flaw>>),
}

/// A law that a provider keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// The law was tested.
    Tested,
    /// The provider does not do what the law is about.
    NotApplicable,
}

impl Passed {
    pub(crate) fn if_any(tested: bool) -> Self {
        if tested { Self::Tested } else { Self::NotApplicable }
    }

    /// Checks each item. If there are none, the law is not applicable.
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
    /// Returns `true` if the law is checked with every instruction under every fault. The other
    /// laws have one test each.
    pub fn is_of_fault_cases(&self) -> bool {
        matches!(self.check, Check::FaultCase(_))
    }

    /// Returns `true` if the law is checked with the record of one honest run, which all such laws
    /// share.
    pub fn is_of_an_honest_run(&self) -> bool {
        matches!(self.check, Check::Record(_))
    }

    /// Returns `true` if the law is checked with the gateway's deliveries.
    pub fn is_of_deliveries(&self) -> bool {
        matches!(self.check, Check::Deliveries(_))
    }

    /// Returns the statement of the law, in one sentence.
    pub fn says(&self) -> &'static str {
        self.section().lines().nth(2).unwrap_or_default()
    }

    /// Returns the reason for the law, in one sentence.
    pub fn why(&self) -> &'static str {
        self.line("- Why: ")
    }

    /// Returns the place to look at in a provider that breaks the law.
    pub fn look_at(&self) -> &'static str {
        self.line("- Look at: ")
    }

    fn line(&self, start: &str) -> &'static str {
        self.section().lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default()
    }

    /// Returns the section of the law on the page, from its heading on.
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
