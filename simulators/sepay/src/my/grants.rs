//! The authorisations of merchants, with their codes and tokens.

use serde::{Deserialize, Serialize};

use std::collections::BTreeSet;

use super::oauth::SCOPES;
use crate::ids;

/// Seconds for which a code is valid (source: developer.sepay.vn, SePay OAuth2: authorization
/// flow).
const CODE: i64 = 5 * 60;

/// Seconds for which an access token is valid (same pages: access token).
pub(super) const ACCESS: i64 = 3_600;

/// Seconds for which a refresh token is valid (same page).
const REFRESH: i64 = 30 * 24 * 3_600;

/// Every code and token that is still valid.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    given: u64,
    codes: Vec<Given>,
    access: Vec<Given>,
    refresh: Vec<Given>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Given {
    text: String,
    scopes: BTreeSet<String>,
    /// Where the browser returned with the code.
    redirect: String,
    until: i64,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// Access and refresh token.
pub(super) struct Pair {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) scopes: BTreeSet<String>,
}

impl Grants {
    /// Issues a code for the scopes that a merchant allowed.
    pub(super) fn allow(&mut self, scopes: BTreeSet<String>, redirect: &str, now: i64) -> String {
        let code = Given {
            text: self.text("code"),
            scopes,
            redirect: redirect.to_owned(),
            until: now.saturating_add(CODE),
        };
        self.codes.push(code.clone());
        code.text
    }

    /// Exchanges a code for tokens; the code is then invalid. The redirect address is optional,
    /// because one of SePay's pages leaves it out.
    pub(super) fn by_code(&mut self, code: &str, redirect: Option<&str>, now: i64) -> Option<Pair> {
        let given = take(&mut self.codes, code, now)?;
        if redirect.is_some_and(|redirect| redirect != given.redirect) {
            return None;
        }
        Some(self.pair(given, now))
    }

    /// Exchanges a refresh token for new tokens; the old one is then invalid.
    pub(super) fn by_refresh(&mut self, token: &str, now: i64) -> Option<Pair> {
        let given = take(&mut self.refresh, token, now)?;
        Some(self.pair(given, now))
    }

    /// The scopes of a valid access token.
    pub(super) fn scopes(&self, token: &str, now: i64) -> Option<&BTreeSet<String>> {
        let given = self.access.iter().find(|given| given.text == token);
        given.filter(|given| now < given.until).map(|given| &given.scopes)
    }

    /// A code and an access token for all scopes, which are the same as long as they are valid.
    pub(crate) fn for_samples(&mut self, redirect: &str, now: i64) -> (String, String) {
        let all = || SCOPES.iter().map(|scope| (*scope).to_owned()).collect::<BTreeSet<_>>();
        // Long enough to copy a line and to run it.
        let soon = now.saturating_add(60);
        let is_good = |given: &&Given| {
            given.redirect == redirect && given.scopes.len() == SCOPES.len() && soon < given.until
        };
        let code = match self.codes.iter().find(is_good) {
            Some(code) => code.text.clone(),
            None => self.allow(all(), redirect, now),
        };
        let access = match self.access.iter().find(is_good) {
            Some(access) => access.text.clone(),
            None => {
                let text = self.text("code");
                let given =
                    Given { text, scopes: all(), redirect: redirect.to_owned(), until: now };
                self.pair(given, now).access
            }
        };
        (code, access)
    }

    /// Ends every access token, as if the merchant had changed the password.
    pub(crate) fn revoke_access(&mut self) {
        self.access.clear();
    }

    /// Every secret, which must never be printed.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let all = self.codes.iter().chain(&self.access).chain(&self.refresh);
        all.map(|given| given.text.clone()).collect()
    }

    fn pair(&mut self, given: Given, now: i64) -> Pair {
        let with = |text: String, seconds: i64| Given {
            text,
            until: now.saturating_add(seconds),
            ..given.clone()
        };
        let access = with(self.text("access"), ACCESS);
        let refresh = with(self.text("refresh"), REFRESH);
        self.access.push(access.clone());
        self.refresh.push(refresh.clone());
        Pair { access: access.text, refresh: refresh.text, scopes: given.scopes }
    }

    fn text(&mut self, kind: &str) -> String {
        self.given = self.given.saturating_add(1);
        format!("{kind}-{}", ids::uuid(kind, self.given))
    }
}

fn take(from: &mut Vec<Given>, text: &str, now: i64) -> Option<Given> {
    let place = from.iter().position(|given| given.text == text)?;
    Some(from.swap_remove(place)).filter(|given| now < given.until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_refresh_tokens_are_good_once_and_for_their_time() {
        let mut grants = Grants::default();
        let allow = |grants: &mut Grants| grants.allow(BTreeSet::new(), "r", 0);
        let code = allow(&mut grants);
        assert!(grants.by_code(&code, Some("other"), 0).is_none());
        assert!(grants.by_code(&code, Some("r"), 0).is_none(), "a wrong use uses it up");
        let code = allow(&mut grants);
        assert!(grants.by_code(&code, None, 300).is_none());
        let code = allow(&mut grants);
        let pair = grants.by_code(&code, Some("r"), 299).unwrap();
        assert!(grants.by_code(&code, Some("r"), 299).is_none());

        assert!(grants.scopes(&pair.access, 299 + 3_599).is_some());
        assert!(grants.scopes(&pair.access, 299 + 3_600).is_none());
        let second = grants.by_refresh(&pair.refresh, 299).unwrap();
        assert!(grants.by_refresh(&pair.refresh, 299).is_none());
        assert!(grants.by_refresh(&second.refresh, 299 + REFRESH).is_none());
    }
}
