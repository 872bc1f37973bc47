//! Webhooks whose content no signature covers, and where deliveries may come from.

use payments_core::{
    EndpointName, Provider,
    money::Money,
    notification::{
        Confirmation, Delivery, EventData, Evidence, Received, Scheme, UntrustedReason,
    },
};
use provider_sepay::testing::{BankWebhook, sign};

use crate::{
    transfer::{line, page},
    world::{
        BANK, KEYED_WEBHOOK, OPEN_WEBHOOK, SIGNED_WEBHOOK, WEBHOOK_KEY, WEBHOOK_SECRET, Wire,
        believed, now, only_event, problems, provider, refused, secret,
    },
};

fn credit() -> BankWebhook {
    BankWebhook::credit(92704, Money::vnd(50_000), "DH00042 thanh toan")
}

#[tokio::test]
async fn without_authentication_nothing_is_believed_before_the_statement_says_so() {
    for (lines, believed_in_the_end) in
        [(vec![line("92704", 50_000, "DH00042")], true), (vec![], false)]
    {
        let wire = Wire::new();
        wire.answer(200, page(&lines, false));
        let provider = provider(&[BANK, OPEN_WEBHOOK], &wire);
        let notification = believed(&provider, "bank-webhook", &credit().unauthenticated());
        assert_eq!(notification.proof.scheme(), Scheme::Unauthenticated);
        let event = only_event(&notification);
        assert!(
            matches!(event.evidence(), Evidence::Unconfirmed { uncovered } if uncovered.len() == 10)
        );
        assert!(!event.is_trusted() && wire.is_untouched());

        let told = provider.notifications().unwrap().confirm(event).await.unwrap();
        match told {
            Confirmation::Confirmed(event) => {
                let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
                assert_eq!(movement.key.as_str(), "sepay.transaction:92704");
                assert!(believed_in_the_end);
            }
            Confirmation::NotYet { .. } => assert!(!believed_in_the_end),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn leaving_the_door_open_has_to_be_said_and_needs_the_statement() {
    for (keys, problem) in [
        (vec![OPEN_WEBHOOK], "webhook_unauthenticated: needs api_token"),
        (vec![BANK, "webhook_unauthenticated = false"], "webhook_unauthenticated: is false"),
        (
            vec![BANK, "webhook_unauthenticated = \"yes\""],
            "webhook_unauthenticated: is not true or false",
        ),
        (
            vec![BANK, OPEN_WEBHOOK, SIGNED_WEBHOOK],
            "webhook_unauthenticated: stands beside webhook_secret",
        ),
        (
            vec![BANK, OPEN_WEBHOOK, KEYED_WEBHOOK],
            "webhook_unauthenticated: stands beside webhook_api_key",
        ),
        (vec![BANK, "webhook_client_id = \"shop\""], "webhook_client_secret: is missing"),
        (
            vec![BANK, "webhook_client_secret = \"s\""],
            "webhook_client_secret: needs webhook_client_id",
        ),
        (
            vec![BANK, "webhook_client_id = \"a:b\"\nwebhook_client_secret = \"s\""],
            "webhook_client_id: contains a colon",
        ),
        (
            vec![SIGNED_WEBHOOK, "source_ips = [\"documented\", \"1.2.3\"]"],
            "source_ips: holds what is neither",
        ),
        (vec![SIGNED_WEBHOOK, "source_ips = []"], "source_ips: is an empty list"),
    ] {
        let problems = problems(&keys);
        assert!(problems.iter().any(|said| said.contains(problem)), "{problem}: {problems:?}");
    }
    // Without any key there is no endpoint for webhooks.
    assert!(provider(&[BANK], &Wire::new()).notifications().is_err());
}

#[test]
fn a_multipart_body_says_the_same_and_with_a_signature_it_is_refused() {
    let open = provider(&[BANK, OPEN_WEBHOOK], &Wire::new());
    let json = believed(&open, "bank-webhook", &credit().unauthenticated());
    let multipart = believed(&open, "bank-webhook", &credit().unauthenticated_multipart());
    let news = |notification| format!("{:?}", only_event(notification).data());
    assert_eq!(news(&multipart), news(&json));

    let keyed = provider(&[BANK, KEYED_WEBHOOK], &Wire::new());
    let mut request = credit().unauthenticated_multipart();
    request.headers_mut().insert("authorization", format!("Apikey {WEBHOOK_KEY}").parse().unwrap());
    assert_eq!(news(&believed(&keyed, "bank-webhook", &request)), news(&json));

    let signed = provider(&[BANK, SIGNED_WEBHOOK], &Wire::new());
    let request = sign(credit().unauthenticated_multipart(), &secret(WEBHOOK_SECRET), now());
    assert_eq!(refused(&signed, "bank-webhook", &request).reason, UntrustedReason::Unreadable);
}

fn from(provider: &Provider, source: Option<&str>) -> Received {
    let request = credit().signed(&secret(WEBHOOK_SECRET), now());
    let mut delivery = Delivery::of(&request);
    if let Some(source) = source {
        delivery = delivery.from_source(source.parse().unwrap());
    }
    let endpoint = EndpointName::new("bank-webhook").unwrap();
    provider.notifications().unwrap().receive(&endpoint, &delivery, now())
}

#[test]
fn a_known_source_is_asked_for_where_configured_and_replaces_no_signature() {
    let everywhere = provider(&[SIGNED_WEBHOOK], &Wire::new());
    assert!(matches!(from(&everywhere, None), Received::Notification(_)));

    let known =
        provider(&[SIGNED_WEBHOOK, "source_ips = [\"documented\", \"127.0.0.1\"]"], &Wire::new());
    for source in ["172.233.83.68", "127.0.0.1", "::ffff:127.0.0.1"] {
        assert!(matches!(from(&known, Some(source)), Received::Notification(_)), "{source}");
    }
    for source in [Some("10.0.0.1"), None] {
        let received = from(&known, source);
        let Received::Untrusted(untrusted) = received else { panic!("{received:?}") };
        assert_eq!(untrusted.reason, UntrustedReason::UnknownSource);
    }

    let request = credit().unauthenticated();
    let delivery = Delivery::of(&request).from_source("127.0.0.1".parse().unwrap());
    let endpoint = EndpointName::new("bank-webhook").unwrap();
    let received = known.notifications().unwrap().receive(&endpoint, &delivery, now());
    let Received::Untrusted(untrusted) = received else { panic!("{received:?}") };
    assert_eq!(untrusted.reason, UntrustedReason::MissingSignature);
}

#[tokio::test]
async fn without_a_reference_the_statements_line_is_known_by_its_memo_in_another_spelling() {
    for (memo, is_known) in [
        ("DH00042 chuyển tiền", true),
        ("DH00042  chuyển\\ntiền ", true),
        ("DH00042 chuye\u{302}\u{309}n tie\u{302}\u{300}n", true),
        ("DH00042 CHUYEN TIEN", true),
        ("DH00043 chuyển tiền", false),
    ] {
        let wire = Wire::new();
        wire.answer(200, page(&[line("1", 50_000, memo)], false));
        let provider = provider(&[BANK, OPEN_WEBHOOK], &wire);
        let webhook = BankWebhook::credit(92704, Money::vnd(50_000), "DH00042 chuyển tiền");
        let request = webhook.with("referenceCode", "").unauthenticated();
        let notification = believed(&provider, "bank-webhook", &request);
        let told = provider.notifications().unwrap().confirm(only_event(&notification)).await;
        match told.unwrap() {
            Confirmation::Confirmed(event) => {
                let EventData::Movement(movement) = event.data() else { panic!("{event:?}") };
                assert_eq!(movement.order.as_ref().unwrap().as_str(), "00042", "{memo}");
                assert!(is_known, "{memo}");
            }
            Confirmation::NotYet { .. } => assert!(!is_known, "{memo}"),
            other => panic!("{memo}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn without_a_reference_and_a_memo_the_line_of_the_same_second_is_known() {
    for (told, booked, is_known) in [
        ("", "", true),
        (" ", "", true),
        ("", " \u{200b}", true),
        ("-", ".", true),
        ("", "DH00042", false),
        ("DH00042", "", false),
    ] {
        let wire = Wire::new();
        wire.answer(200, page(&[line("1", 50_000, booked)], false));
        let provider = provider(&[BANK, OPEN_WEBHOOK], &wire);
        let webhook = BankWebhook::credit(92704, Money::vnd(50_000), told);
        let request = webhook.with("referenceCode", "").unauthenticated();
        let notification = believed(&provider, "bank-webhook", &request);
        let answer = provider.notifications().unwrap().confirm(only_event(&notification)).await;
        let answer = answer.unwrap();
        let confirmed = matches!(answer, Confirmation::Confirmed(_));
        assert_eq!(confirmed, is_known, "{told:?} and {booked:?}: {answer:?}");
    }
}
