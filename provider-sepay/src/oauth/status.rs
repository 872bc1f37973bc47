//! Converts the codes and words of the partner API to the core's values. They are interpreted only
//! here.

use payments_core::{DeclineReason, ErrorKind};

use super::webhook::{WebhookAuth, WebhookBody, WebhookEvent};

/// Returns the meaning of a code that SePay documents (source: developer.sepay.vn, SePay OAuth2:
/// webhooks), or of the one that its own shop plug-in treats as an expired access token.
pub(crate) fn meaning(code: &str) -> Option<(ErrorKind, &'static str, DeclineReason)> {
    Some(match code {
        "validation_error" => (
            ErrorKind::InvalidRequest,
            "SePay finds the request wrong",
            DeclineReason::InvalidRequest,
        ),
        "unauthorized" | "access_denied" => (
            ErrorKind::Authentication,
            "SePay does not accept the access token",
            DeclineReason::Authentication,
        ),
        "forbidden" => (
            ErrorKind::Permission,
            "the merchant did not allow this, or their user may not do it",
            DeclineReason::Permission,
        ),
        "not_found" => (ErrorKind::NotFound, "SePay does not know it", DeclineReason::Other),
        _ => return None,
    })
}

pub(crate) fn webhook_event(word: &str) -> WebhookEvent {
    match word {
        "All" => WebhookEvent::All,
        "In_only" => WebhookEvent::In,
        "Out_only" => WebhookEvent::Out,
        other => WebhookEvent::Other(other.to_owned()),
    }
}

pub(crate) fn webhook_event_word(event: &WebhookEvent) -> &str {
    match event {
        WebhookEvent::All => "All",
        WebhookEvent::In => "In_only",
        WebhookEvent::Out => "Out_only",
        WebhookEvent::Other(word) => word,
    }
}

pub(crate) fn webhook_auth(word: &str) -> WebhookAuth {
    match word {
        "No_Authen" => WebhookAuth::None,
        "Api_Key" => WebhookAuth::ApiKey,
        "OAuth2.0" => WebhookAuth::OAuth2,
        "HMAC_SHA256" => WebhookAuth::HmacSha256,
        other => WebhookAuth::Other(other.to_owned()),
    }
}

pub(crate) fn webhook_body(word: &str) -> WebhookBody {
    match word {
        "Json" => WebhookBody::Json,
        "multipart_form-data" => WebhookBody::Multipart,
        other => WebhookBody::Other(other.to_owned()),
    }
}

pub(crate) fn webhook_body_word(body: &WebhookBody) -> &str {
    match body {
        WebhookBody::Json => "Json",
        WebhookBody::Multipart => "multipart_form-data",
        WebhookBody::Other(word) => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_has_its_meaning_and_an_invented_one_has_none() {
        use ErrorKind::{Authentication, InvalidRequest, NotFound, Permission};
        for (code, expected) in [
            ("validation_error", Some((InvalidRequest, DeclineReason::InvalidRequest))),
            ("unauthorized", Some((Authentication, DeclineReason::Authentication))),
            ("access_denied", Some((Authentication, DeclineReason::Authentication))),
            ("forbidden", Some((Permission, DeclineReason::Permission))),
            ("not_found", Some((NotFound, DeclineReason::Other))),
            ("oops", None),
            ("", None),
        ] {
            let found = meaning(code).map(|(kind, _, reason)| (kind, reason));
            assert_eq!(found, expected, "{code}");
        }
    }

    #[test]
    fn documented_words_map_both_ways_and_invented_ones_are_kept() {
        for (word, expected) in [
            ("All", WebhookEvent::All),
            ("In_only", WebhookEvent::In),
            ("Out_only", WebhookEvent::Out),
        ] {
            assert_eq!(
                (webhook_event(word), webhook_event_word(&expected)),
                (expected.clone(), word)
            );
        }
        for (word, expected) in [
            ("No_Authen", WebhookAuth::None),
            ("Api_Key", WebhookAuth::ApiKey),
            ("OAuth2.0", WebhookAuth::OAuth2),
            ("HMAC_SHA256", WebhookAuth::HmacSha256),
            ("Carrier_Pigeon", WebhookAuth::Other("Carrier_Pigeon".to_owned())),
        ] {
            assert_eq!(webhook_auth(word), expected);
        }
        for word in ["Json", "multipart_form-data", "Xml"] {
            assert_eq!(webhook_body_word(&webhook_body(word)), word);
        }
    }
}
