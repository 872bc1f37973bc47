//! Credentials that two providers of one program must not share: a merchant account, a secret, an
//! API token.

use crate::{Provider, credential::Credential};

/// Returns a problem for each merchant account, secret or API token that two providers share: the
/// key of the configuration, such as `providers.b.passcode`, and a message.
///
/// Both providers would accept the same delivery and its money would be counted twice, and a shared
/// token would be used at twice its rate. Each problem names both keys and never a value.
pub fn shared_credentials(providers: &[Provider]) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    for (index, first) in providers.iter().enumerate() {
        for second in providers.iter().skip(index + 1) {
            problems.extend(shared(first, second));
        }
    }
    problems
}

fn shared(first: &Provider, second: &Provider) -> impl Iterator<Item = (String, String)> {
    same(first.credentials(), second.credentials()).into_iter().map(|(known, key)| {
        let problem = format!(
            "is the same as providers.{}.{known}: what the gateway sends would be counted at both; \
             configure one merchant account once",
            first.id()
        );
        (format!("providers.{}.{key}", second.id()), problem)
    })
}

/// The keys under which `first` and `second` have the same: that of each, every pair once.
fn same(first: &[Credential], second: &[Credential]) -> Vec<(&'static str, &'static str)> {
    let mut keys = Vec::new();
    for credential in second {
        let same = || first.iter().filter(|known| known.fingerprint == credential.fingerprint);
        let of_one_key = same().find(|known| known.key == credential.key);
        let Some(known) = of_one_key.or_else(|| same().next()) else { continue };
        // A key with several secrets is named once.
        if !keys.contains(&(known.key, credential.key)) {
            keys.push((known.key, credential.key));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, ProviderId, ProviderKind, Secret};

    fn provider(id: &str, kind: &str, environment: Environment) -> Provider {
        let kind = ProviderKind::new(kind).unwrap();
        Provider::new(ProviderId::new(id).unwrap(), kind, environment)
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text).unwrap()
    }

    fn told(providers: &[Provider]) -> Vec<String> {
        shared_credentials(providers)
            .iter()
            .map(|(key, problem)| format!("{key}: {problem}"))
            .collect()
    }

    #[test]
    fn two_providers_of_one_merchant_are_a_problem_naming_both() {
        let first = provider("a", "acme", Environment::Sandbox)
            .with_merchant("merchant_id", "12345")
            .with_credential("passcode", &secret("first-secret"));
        let second = provider("b", "acme", Environment::Sandbox)
            .with_merchant("merchant_id", "12345")
            .with_credential("passcode", &secret("other-secret"));
        let problems = told(&[first, second]);
        assert_eq!(
            problems,
            ["providers.b.merchant_id: is the same as providers.a.merchant_id: what the gateway \
              sends would be counted at both; configure one merchant account once"]
        );
    }

    #[test]
    fn one_secret_of_two_providers_is_a_problem_under_whatever_key_and_in_whatever_place() {
        let first = provider("a", "acme", Environment::Sandbox)
            .with_credential("secrets", &secret("newest"))
            .with_credential("secrets", &secret("canary-shared"));
        let second = provider("b", "acme", Environment::Production)
            .with_credential("ipn_secret", &secret("canary-shared"));
        let third = provider("c", "acme", Environment::Production)
            .with_credential("token", &secret("canary-shared2"));
        let problems = told(&[first, second, third]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("providers.b.ipn_secret: "), "{problems:?}");
        assert!(problems[0].contains("providers.a.secrets"), "{problems:?}");
        assert!(!problems[0].contains("canary"), "{problems:?}");
    }

    #[test]
    fn what_one_provider_repeats_and_what_another_kind_or_environment_has_is_no_problem() {
        let own = provider("a", "acme", Environment::Sandbox)
            .with_merchant("merchant_id", "1")
            .with_credential("secret_key", &secret("one"))
            .with_credential("ipn_secret", &secret("one"));
        let other_kind = provider("b", "other", Environment::Sandbox)
            .with_merchant("merchant_id", "1")
            .with_credential("secret_key", &secret("one"));
        let production = provider("c", "acme", Environment::Production)
            .with_merchant("merchant_id", "1")
            .with_credential("secret_key", &secret("two"));
        let near = provider("d", "acme", Environment::Sandbox)
            .with_merchant("merchant_id", "10")
            .with_credential("secret_key", &secret("one1"));
        assert_eq!(told(&[own, other_kind, production, near]), Vec::<String>::new());
    }
}
