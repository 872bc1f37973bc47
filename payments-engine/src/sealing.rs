//! Seals personal data before it is stored.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use payments_core::{Error, ErrorKind, Result, Secret};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::store::{Renaming, StoreError};

/// The length of a key in bytes.
const KEY_LENGTH: usize = 32;

/// The prefix of a sealed text. JSON never begins with it.
const SEALED: &str = "sealed:1:";

/// A key that seals personal data in the store: names, accounts, memos and requests as they arrived
/// (AES-256-GCM-SIV, RFC 8452).
///
/// The first key of [`EngineBuilder::with_keys`](crate::EngineBuilder::with_keys) seals; every one
/// of them opens. To replace a key, put the new one first and keep the old one as long as rows are
/// sealed with it. If you lose every key, you lose these rows.
///
/// ```
/// use payments_core::Secret;
/// use payments_engine::SealingKey;
///
/// // 32 random bytes in Base64, as `openssl rand -base64 32` prints them.
/// let key = SealingKey::new(&Secret::new("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")?)?;
/// assert_eq!(key.id().len(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SealingKey {
    id: String,
    key: Arc<RandomizedNonceKey>,
}

impl SealingKey {
    /// Parses a key: 32 random bytes in Base64.
    ///
    /// # Errors
    /// Returns [`Configuration`](payments_core::ErrorKind::Configuration) if `text` is not 32 bytes
    /// in Base64.
    pub fn new(text: &Secret) -> Result<Self> {
        let refused = |problem: &str| {
            let message = format!("{problem}; `openssl rand -base64 32` makes one");
            Error::new(ErrorKind::Configuration, message)
        };
        let bytes = STANDARD.decode(text.expose()).map_err(|_| refused("the key is not Base64"))?;
        if bytes.len() != KEY_LENGTH {
            return Err(refused("the key is not 32 bytes long"));
        }
        let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &bytes)
            .map_err(|_| refused("the key is not one of AES-256"))?;
        let digest = Sha256::new().chain_update(b"payments-engine key id").chain_update(&bytes);
        let id = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { id, key: Arc::new(key) })
    }

    /// Returns the name of the key in stored rows: eight hexadecimal digits of its digest.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.id)
    }
}

/// The keys of a store. The first one seals, every one opens. Without a key nothing is sealed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seal(Arc<[SealingKey]>);

/// The table and name of a row. It is authenticated with the row, so that no row can replace
/// another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) subject: &'a str,
}

impl Seal {
    pub(crate) fn new(keys: Vec<SealingKey>) -> Self {
        Self(keys.into())
    }

    /// Returns the name of the key that seals, if there is one.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.0.first().map(SealingKey::id)
    }

    /// Returns whether the keys include the one with this name.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|key| key.id == id)
    }

    /// Serialises and seals a value for storing at `place`.
    pub(crate) fn close<T: Serialize>(
        &self,
        place: Place<'_>,
        value: &T,
    ) -> Result<String, StoreError> {
        let json = serde_json::to_string(value).map_err(StoreError::not_done)?;
        let Some(SealingKey { id, key }) = self.0.first() else { return Ok(json) };
        let mut sealed = json.into_bytes();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(place.text()), &mut sealed)
            .map_err(|_| StoreError::NotDone("a row could not be sealed".to_owned()))?;
        let sealed = [nonce.as_ref().as_slice(), sealed.as_slice()].concat();
        Ok(format!("{SEALED}{id}:{}", STANDARD.encode(sealed)))
    }

    /// Seals a stored value of `place` with the first key. Returns `None` if it is already sealed
    /// with that key, or if there is no key.
    pub(crate) fn again(
        &self,
        place: Place<'_>,
        stored: &str,
    ) -> Result<Option<String>, StoreError> {
        let Some(now) = self.key_id() else { return Ok(None) };
        let by = stored.strip_prefix(SEALED).and_then(|sealed| sealed.split_once(':'));
        if by.is_some_and(|(id, _)| id == now) {
            return Ok(None);
        }
        let value: Box<serde_json::value::RawValue> = self.open(place, stored)?;
        self.close(place, &value).map(Some)
    }

    /// Gives a provider its new name in a stored value of `place`, and seals the value for the
    /// subject `renamed`. Returns `None` if nothing changes.
    pub(crate) fn with_new_name(
        &self,
        place: Place<'_>,
        renamed: &str,
        stored: &str,
        renaming: &Renaming,
    ) -> Result<Option<String>, StoreError> {
        let value: Box<serde_json::value::RawValue> = self.open(place, stored)?;
        let json = renaming.json(value.get());
        if json == value.get() && place.subject == renamed {
            return Ok(None);
        }
        let value = serde_json::value::RawValue::from_string(json).map_err(StoreError::not_done)?;
        self.close(Place { table: place.table, subject: renamed }, &value).map(Some)
    }

    /// Parses a value stored at `place`, sealed or not. Errors do not quote it.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        stored: &str,
    ) -> Result<T, StoreError> {
        let Some(sealed) = stored.strip_prefix(SEALED) else { return read(stored.as_bytes()) };
        let not_done = |problem: String| StoreError::NotDone(problem);
        let (id, sealed) = sealed.split_once(':').unwrap_or_default();
        let key = self.0.iter().find(|key| key.id == id).ok_or_else(|| {
            not_done(format!("a row is sealed with the key {id:?}, which the engine does not have"))
        })?;
        let damaged = || not_done(format!("a row of {} is damaged", place.table));
        let mut bytes = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let aad = Aad::from(place.text());
        let json = key.key.open_in_place(nonce, aad, sealed).map_err(|_| damaged())?;
        read(json)
    }
}

impl Place<'_> {
    fn text(self) -> String {
        format!("{} {}", self.table, self.subject)
    }
}

/// Parses stored JSON. The error contains the position but quotes nothing.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(json).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        StoreError::NotDone(format!("a stored row cannot be read at {place}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&Secret::new(STANDARD.encode([byte; KEY_LENGTH])).unwrap()).unwrap()
    }

    fn place(subject: &str) -> Place<'_> {
        Place { table: "payout", subject }
    }

    #[test]
    fn what_is_sealed_shows_nothing_and_is_read_again() {
        let seal = Seal::new(vec![key(1)]);
        let name = "NGUYEN VAN A".to_owned();
        let stored = seal.close(place("P-1"), &name).unwrap();
        assert!(stored.starts_with(&format!("sealed:1:{}:", key(1).id())), "{stored}");
        assert!(!stored.contains("NGUYEN"), "{stored}");
        assert_eq!(seal.open::<String>(place("P-1"), &stored).unwrap(), name);
        let again = seal.close(place("P-1"), &name).unwrap();
        assert_ne!(again, stored, "the same value is stored in another form each time");
    }

    #[test]
    fn a_row_is_read_only_in_its_own_place_and_undamaged() {
        let seal = Seal::new(vec![key(1)]);
        let stored = seal.close(place("P-1"), &1).unwrap();
        assert!(seal.open::<i32>(place("P-2"), &stored).is_err());
        assert!(seal.open::<i32>(Place { table: "payment", subject: "P-1" }, &stored).is_err());
        for (at, _) in stored.char_indices() {
            let mut changed = stored.clone();
            let other = if changed.get(at..=at) == Some("A") { "B" } else { "A" };
            changed.replace_range(at..=at, other);
            // The last character of Base64 may contain bits without a meaning.
            let read = seal.open::<i32>(place("P-1"), &changed);
            assert!(read.is_err() || read.is_ok_and(|value| value == 1), "{at}: {changed}");
        }
        for damaged in ["sealed:1:", "sealed:1:x", "sealed:1:x:AAAA", &stored[..30]] {
            assert!(seal.open::<i32>(place("P-1"), damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn every_key_opens_and_the_first_one_seals() {
        let old = Seal::new(vec![key(1)]).close(place("P-1"), &1).unwrap();
        let both = Seal::new(vec![key(2), key(1)]);
        assert_eq!(both.open::<i32>(place("P-1"), &old).unwrap(), 1);
        let new = both.close(place("P-1"), &2).unwrap();
        assert_eq!(Seal::new(vec![key(2)]).open::<i32>(place("P-1"), &new).unwrap(), 2);
        let error = Seal::new(vec![key(2)]).open::<i32>(place("P-1"), &old).unwrap_err();
        assert!(error.to_string().contains(key(1).id()), "{error}");
    }

    #[test]
    fn rows_from_before_there_was_a_key_are_read() {
        let stored = Seal::default().close(place("P-1"), &1).unwrap();
        assert_eq!(stored, "1");
        assert_eq!(Seal::new(vec![key(1)]).open::<i32>(place("P-1"), &stored).unwrap(), 1);
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_without_being_printed() {
        for text in ["canary", "Y2FuYXJ5", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"] {
            let error = SealingKey::new(&Secret::new(text).unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error:?}").contains(text), "{error:?}");
        }
        assert!(!format!("{:?}", key(7)).contains(&STANDARD.encode([7; KEY_LENGTH])));
    }
}
