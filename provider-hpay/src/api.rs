//! The choice between HPay's two APIs, for each role.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IntoDeserializer, MapAccess, Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
};

/// One of HPay's two APIs. Checkout always uses [`Reference`](Self::Reference).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Api {
    /// The API of the HPay API reference 1.0.0. Written `reference` in the configuration.
    #[default]
    Reference,
    /// HPay's newer OpenAPI, known only from public code of its merchants. Written `openapi` in the
    /// configuration.
    Openapi,
}

/// The API that each role uses. In the configuration, this is the key `api`: either `"openapi"` for
/// all roles, or a table of the roles that differ from the default, `reference`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Apis {
    /// The API that opens and finds virtual accounts and lists their credits.
    pub virtual_accounts: Api,
    /// The API that sends payouts, finds them and checks beneficiaries' names.
    pub payouts: Api,
    /// The API of the balance inquiry.
    pub account: Api,
}

impl Apis {
    /// Selects one API for every role.
    pub fn all(api: Api) -> Self {
        Self { virtual_accounts: api, payouts: api, account: api }
    }

    /// Returns the roles that use the newer OpenAPI, by their names in the configuration.
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

/// Deserialises one name for all roles, or a table of roles.
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
