//! Which of HPay's two APIs each role speaks.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IntoDeserializer, MapAccess, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};

/// One of HPay's two APIs. Checkout has the first one only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Api {
    /// That of the HPay API reference 1.0.0: `reference`.
    #[default]
    Reference,
    /// The newer OpenAPI, known from public code of its merchants only: `openapi`.
    Openapi,
}

/// The API that each role speaks: the key `api` of the configuration, `"openapi"` for all of them or
/// a table of the roles that speak another one than the reference's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Apis {
    /// Opens virtual accounts and asks for them and their credits.
    pub virtual_accounts: Api,
    /// Pays out, asks for payouts and checks names.
    pub payouts: Api,
    /// Asks for the balance.
    pub account: Api,
}

impl Apis {
    /// One API for every role.
    pub fn all(api: Api) -> Self {
        Self { virtual_accounts: api, payouts: api, account: api }
    }

    /// The roles that speak the newer OpenAPI, by their names in the configuration.
    pub(crate) fn openapi(self) -> impl Iterator<Item = &'static str> {
        let roles = [
            ("virtual_accounts", self.virtual_accounts),
            ("payouts", self.payouts),
            ("account", self.account),
        ];
        roles.into_iter().filter(|(_, api)| *api == Api::Openapi).map(|(role, _)| role)
    }
}

impl<'de> Deserialize<'de> for Apis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrByRole)
    }
}

/// Reads one name for all roles, or a table of roles.
struct OneOrByRole;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct ByRole {
    virtual_accounts: Api,
    payouts: Api,
    account: Api,
}

impl<'de> Visitor<'de> for OneOrByRole {
    type Value = Apis;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`reference`, `openapi` or a table of roles")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Apis, E> {
        let one: StrDeserializer<'_, E> = text.into_deserializer();
        Api::deserialize(one).map(Apis::all)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Apis, A::Error> {
        let ByRole { virtual_accounts, payouts, account } =
            ByRole::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Apis { virtual_accounts, payouts, account })
    }
}
