//! A provider has the roles that the suite names.

use crate::{Flaw, Start, fixture::Fixture, law::Passed};

pub(super) async fn check(start: Start) -> Result<Passed, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let (named, there) = (fixture.subject.roles(), fixture.provider.roles());
    Flaw::unless_equal(named, there)?;
    Ok(Passed::Tested)
}
