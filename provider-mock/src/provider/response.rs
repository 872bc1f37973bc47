//! Verification of responses. Only this module decides whether a response is accepted.

use bytes::Bytes;
use http::{Response, StatusCode};
use payments_core::{
    Absence, Authenticity, Error, ErrorKind, Raw, Result, Submission, Uncertain, UncertainCause,
    notification::{Proof, Untrusted, UntrustedReason},
};
use provider_kit::{
    signature::{CheckingKeys, Keys},
    transport::{Unreadable, retry_after},
};
use serde::de::DeserializeOwned;

use super::map;
use crate::{
    formula::{ANSWER, BODY, CALL, STATUS},
    wire::{Refusal, RefusalCode, SIGNATURE, Undecided},
};

/// The decoded content of a response, and the bytes that it was decoded from. Callers get it only
/// if the response's signature is valid.
pub(super) struct Decoded<A> {
    pub(super) content: A,
    pub(super) raw: Raw,
}

impl<A> Decoded<A> {
    fn by(mut self, proof: Proof) -> Self {
        self.raw = self.raw.with_authenticity(Authenticity::Verified(proof));
        self
    }
}

/// The call and the keys with which a response is checked.
pub(super) struct Expected<'a> {
    /// The method and path that were called.
    pub(super) call: String,
    pub(super) key: &'a Keys,
}

impl Expected<'_> {
    /// Reads the response to an instruction about `reference`.
    ///
    /// The content is read before the signature is checked, so that a page from a proxy counts as
    /// unreadable and not as wrongly signed. Neither is ever a refusal.
    pub(super) fn submission<A: DeserializeOwned, T>(
        &self,
        response: &Response<Bytes>,
        reference: &str,
        accept: impl FnOnce(Decoded<A>) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>, Unreadable> {
        let proof = self.proof(response);
        match response.status() {
            StatusCode::OK => {
                let decoded = read(response)?;
                match proof {
                    Ok(proof) => accept(decoded.by(proof)),
                    Err(untrusted) => Ok(badly_signed(&untrusted)),
                }
            }
            StatusCode::ACCEPTED => {
                let Decoded { content, .. } = read::<Undecided>(response)?;
                if let Err(untrusted) = proof {
                    return Ok(badly_signed(&untrusted));
                }
                if content.reference.as_deref() != Some(reference) {
                    return Ok(mismatch("reference"));
                }
                let cause = UncertainCause::ProviderUndecided;
                Ok(Submission::Uncertain(Uncertain::new(cause, content.message)))
            }
            _ => {
                let Decoded { content, .. } = read::<Refusal>(response)?;
                let confirmed = match proof {
                    Ok(_) => true,
                    Err(untrusted) if is_unsigned_by_design(&content, &untrusted) => false,
                    Err(untrusted) => return Ok(badly_signed(&untrusted)),
                };
                if confirmed && content.reference.as_deref() != Some(reference) {
                    return Ok(mismatch("reference"));
                }
                Ok(map::refused_instruction(content, confirmed))
            }
        }
    }

    /// Reads the response to an inquiry. `None` if the gateway itself reports that the object does
    /// not exist. A 404 from a proxy proves nothing.
    pub(super) fn found<A: DeserializeOwned>(
        &self,
        response: &Response<Bytes>,
    ) -> Result<Option<Decoded<A>>> {
        let proof = self.proof(response);
        if response.status() == StatusCode::OK {
            let decoded = read(response).map_err(malformed)?;
            return match proof {
                Ok(proof) => Ok(Some(decoded.by(proof))),
                Err(untrusted) => Err(not_signed(untrusted)),
            };
        }
        let Decoded { content, .. } =
            read::<Refusal>(response).map_err(|error| stranger(response, error))?;
        match proof {
            Ok(_) if content.code == RefusalCode::NotFound.as_str() => Ok(None),
            Ok(_) => {
                let after = retry_after(response.headers(), &["retry-after"]);
                Err(map::refused_inquiry(content, after))
            }
            Err(untrusted) if is_unsigned_by_design(&content, &untrusted) => {
                Err(map::refused_inquiry(content, None))
            }
            Err(untrusted) => Err(not_signed(untrusted)),
        }
    }

    fn proof(&self, response: &Response<Bytes>) -> Result<Proof, Untrusted> {
        let mut signatures = response.headers().get_all(SIGNATURE).iter();
        let signature = match (signatures.next(), signatures.next()) {
            (None, _) => "",
            (Some(one), None) => one.to_str().map_err(|_| malformed_signature("is not text"))?,
            (Some(_), Some(_)) => return Err(malformed_signature("occurs twice")),
        };
        let status = response.status();
        let fields = [
            (CALL, self.call.as_bytes()),
            (STATUS, status.as_str().as_bytes()),
            (BODY, response.body().as_ref()),
        ];
        ANSWER.check(
            &fields,
            signature,
            CheckingKeys { secrets: Some(self.key), public: &[] },
            None,
        )
    }
}

/// Returns the outcome of a response with a valid signature that is not about the request.
pub(super) fn mismatch<T>(what: &str) -> Submission<T> {
    let message = format!("the response has another {what} than was sent");
    Submission::Uncertain(Uncertain::new(UncertainCause::Mismatch, message).needing_attention())
}

/// Returns the absence of a reference that the gateway does not know.
pub(super) fn unknown() -> Absence {
    Absence::inconclusive("a request that is still on its way may create it")
}

/// Returns the error of an inquiry whose response does not follow the protocol.
pub(super) fn malformed(error: Unreadable) -> Error {
    Error::new(ErrorKind::Malformed, "the response is not what the gateway documents")
        .with_source(error)
}

fn read<A: DeserializeOwned>(response: &Response<Bytes>) -> Result<Decoded<A>, Unreadable> {
    let content = serde_json::from_slice(response.body())?;
    Ok(Decoded { content, raw: Raw::new(response.body().clone()) })
}

/// Returns `true` if a refusal is unsigned by design: only that of a wrong API key is, because
/// there is no shared key.
fn is_unsigned_by_design(refusal: &Refusal, untrusted: &Untrusted) -> bool {
    refusal.code == RefusalCode::Unauthorized.as_str()
        && untrusted.reason == UntrustedReason::MissingSignature
}

fn badly_signed<T>(untrusted: &Untrusted) -> Submission<T> {
    let message = format!("the response cannot be believed: {}", untrusted.detail);
    Submission::Uncertain(Uncertain::new(UncertainCause::BadSignature, message))
}

fn not_signed(untrusted: Untrusted) -> Error {
    Error::new(ErrorKind::Malformed, "the response cannot be believed").with_source(untrusted)
}

/// Returns the error of an inquiry whose response is not from the gateway, by its status alone.
fn stranger(response: &Response<Bytes>, error: Unreadable) -> Error {
    let kind = match response.status() {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        status if status.is_server_error() => ErrorKind::Unavailable,
        _ => ErrorKind::Malformed,
    };
    let error = Error::new(kind, "the response is not the gateway's")
        .with_status(response.status())
        .with_source(error);
    match retry_after(response.headers(), &["retry-after"]) {
        Some(after) => error.with_retry_after(after),
        None => error,
    }
}

fn malformed_signature(what: &str) -> Untrusted {
    Untrusted::new(UntrustedReason::MalformedSignature, format!("the header {SIGNATURE} {what}"))
}

#[cfg(test)]
mod tests {
    use payments_core::Secret;
    use provider_kit::signature::SigningKeys;
    use serde_json::{Value, json};

    use super::*;

    const CALLED: &str = "POST /v1/payouts";

    fn key() -> Keys {
        Keys::one(Secret::new("k").unwrap())
    }

    /// Returns a response signed as the response to `call` with `status`.
    fn signed(call: &str, status: u16, body: &Value) -> Response<Bytes> {
        let body = body.to_string();
        let status_text = status.to_string();
        let fields =
            [(CALL, call.as_bytes()), (STATUS, status_text.as_bytes()), (BODY, body.as_bytes())];
        let keys = SigningKeys { secret: Some(&key()), signer: None };
        let signature = ANSWER.sign(&fields, keys).unwrap();
        Response::builder()
            .status(status)
            .header(SIGNATURE, signature)
            .body(Bytes::from(body))
            .unwrap()
    }

    fn refusal(reference: &str) -> Value {
        json!({"code": "limit", "message": "no", "reference": reference, "field": null})
    }

    fn cause(response: &Response<Bytes>) -> UncertainCause {
        let expected = Expected { call: CALLED.to_owned(), key: &key() };
        let read = expected.submission(response, "P1", |decoded: Decoded<Value>| {
            Ok(Submission::Accepted(decoded.content))
        });
        match read.unwrap() {
            Submission::Uncertain(uncertain) => uncertain.cause,
            other => panic!("believed: {other:?}"),
        }
    }

    #[test]
    fn a_refusal_of_something_else_refuses_nothing() {
        assert_eq!(cause(&signed(CALLED, 422, &refusal("P2"))), UncertainCause::Mismatch);
        let undecided = json!({"reference": "P2", "message": "later"});
        assert_eq!(cause(&signed(CALLED, 202, &undecided)), UncertainCause::Mismatch);
    }

    #[test]
    fn an_answer_to_another_call_is_badly_signed() {
        let elsewhere = signed("POST /v1/refunds", 422, &refusal("P1"));
        assert_eq!(cause(&elsewhere), UncertainCause::BadSignature);
    }

    #[test]
    fn an_answer_with_another_status_is_badly_signed() {
        let mut changed = signed(CALLED, 422, &refusal("P1"));
        *changed.status_mut() = StatusCode::OK;
        assert_eq!(cause(&changed), UncertainCause::BadSignature);
    }

    #[test]
    fn only_a_wrong_key_may_be_refused_without_a_signature() {
        let mut unsigned = signed(CALLED, 422, &refusal("P1"));
        unsigned.headers_mut().remove(SIGNATURE);
        assert_eq!(cause(&unsigned), UncertainCause::BadSignature);
    }

    #[test]
    fn a_signature_that_is_there_twice_is_none() {
        let mut doubled = signed(CALLED, 200, &json!({}));
        let signature = doubled.headers()[SIGNATURE].clone();
        doubled.headers_mut().append(SIGNATURE, signature);
        assert_eq!(cause(&doubled), UncertainCause::BadSignature);
    }
}
