//! A provider has the roles that it is said to have.

use futures_util::future::FutureExt as _;

use crate::{
    Flaw, Law, Start,
    fixture::Fixture,
    law::{Check, Held},
};

pub(crate) static ROLES_ARE_AS_DECLARED: Law = Law {
    name: "roles_are_as_declared",
    says: "A provider has the roles that its suite names, and no others.",
    why: "A role that no suite names is a role that nothing measures.",
    look_at: "the roles that `build` gives the `Provider`, and those in `suite!`",
    check: Check::Fixture(|start| hold(start).boxed()),
};

async fn hold(start: Start) -> Result<Held, Flaw> {
    let fixture = Fixture::open(&start).await?;
    let (named, there) = (fixture.subject.roles(), fixture.provider.roles());
    if named != there {
        return Err(Flaw::new(format!("the roles {named:?}"), format!("{there:?}")));
    }
    Ok(Held::Tried)
}
