//! Bad usage: exit code 2, and a message that names the flag and contains no secret.

use crate::program::payments;

#[test]
fn bad_usage_names_the_flag() {
    let sign = || payments(["sign", "hpay.va_create_request"]);
    let filled = || sign().field("merchantId", "63575").field("condition", "1");
    payments(["sign", "hpay.nonexistent"]).run().refused("FORMULA");
    payments(["sign"]).run().refused("FORMULA");
    payments(["dance"]).run().refused("dance");
    sign().with("--field", "merchantId").run().refused("--field");
    sign().field("merchantId", "63575").secret("s").run().refused("condition");
    filled().field("condition", "2").secret("s").run().refused("--field");
    filled().run().refused("--secret-env");
    filled().secret("").run().refused("--secret-env");
    filled().with("--secret-env", "NOT_SET").run().refused("NOT_SET");
    payments(["check", "hpay.va_create_request"]).run().refused("--signature");
}

#[test]
fn a_secret_where_the_name_of_its_variable_or_file_belongs_is_not_repeated() {
    for secret in [
        "hunter2",
        "sk_live_hunter2",
        "HUNTER2_4F9A",
        "hunter2=",
        "hunter2 x",
        "HUNTER",
        "-hunter2",
    ] {
        let sign = payments(["sign", "hpay.va_create_request"]).field("merchantId", "63575");
        let ran = sign.field("condition", "1").with("--secret-env", secret).run();
        ran.refused("--secret-env");
        assert!(!ran.err.to_lowercase().contains("hunter"), "{ran:?}");
    }
    let key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----";
    let ran = payments(["sign", "hpay.payout_request"]).secret("s").with("--key", key).run();
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!ran.err.contains("hunter2"), "{ran:?}");
}

#[test]
fn an_unknown_formula_signs_and_checks_nothing() {
    payments(["sign", "hpay.order_inquiry_response"]).secret("s").run().refused("FORMULA");
    payments(["check", "hpay.order_inquiry_response", "--signature", "x"])
        .secret("s")
        .run()
        .refused("FORMULA");
}

#[test]
fn a_key_that_is_missing_or_no_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = crate::program::file(&folder, "key.pem", "hunter2");
    let payout = |command| {
        payments([command, "hpay.payout_request"])
            .field("requestId", "1")
            .field("merchantId", "2")
            .field("amount", "3")
            .field("bankAccountName", "A")
            .secret("s")
    };
    let check = || payout("check").with("--signature", "AAAA");
    payout("sign").run().refused("--key");
    payout("sign").with("--key", "/nowhere/key.pem").run().refused("--key");
    check().run().refused("--key");
    for ran in [
        payout("sign").with("--key", garbage.to_str().unwrap()).run(),
        check().with("--key", garbage.to_str().unwrap()).run(),
    ] {
        ran.refused("--key");
        assert!(!ran.err.contains("hunter2"), "{ran:?}");
    }
}

#[test]
fn a_field_that_is_not_signed_is_noted() {
    let ran = payments(["sign", "hpay.va_create_request", "--field", "amount=1"])
        .field("merchantId", "63575")
        .field("condition", "1")
        .secret("s")
        .run();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("amount"), "{ran:?}");
}

#[test]
fn a_formula_may_be_named_in_short() {
    let sign = |name| {
        let ran = payments(["sign", name])
            .field("merchantId", "63575")
            .field("condition", "1")
            .secret("abcdef")
            .run();
        ran.json()
    };
    assert_eq!(sign("VA_CREATE_REQUEST"), sign("hpay.va_create_request"));
    assert_eq!(sign("HPAY.VA_CREATE_REQUEST")["formula"], "hpay.va_create_request");
}

#[test]
fn help_is_for_every_command() {
    let commands = [
        "demo",
        "sandbox",
        "providers",
        "doctor",
        "probe",
        "qr",
        "formulas",
        "sign",
        "check",
        "verify",
    ];
    for command in commands {
        let ran = payments([command, "--help"]).run();
        assert_eq!(ran.code, 0, "{command}: {ran:?}");
        assert!(ran.out.contains("Usage: payments"), "{command}: {ran:?}");
        let widest = ran.out.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!(widest <= 100, "{command}: a line of {widest} characters");
    }
}
