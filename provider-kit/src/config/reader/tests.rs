use super::*;
use crate::config::PaymentsConfig;

fn config(entries: &[(&str, Value)]) -> ProviderConfig {
    let table = entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    PaymentsConfig::single("main", table).providers().0.remove(0)
}

fn sandbox(entries: &[(&str, Value)]) -> ProviderConfig {
    let mut all = vec![("kind", "acme".into()), ("environment", "sandbox".into())];
    all.extend_from_slice(entries);
    config(&all)
}

fn env(name: &str) -> Value {
    Value::Table(BTreeMap::from([("env".to_owned(), name.into())]))
}

#[test]
fn all_problems_are_reported_at_once_and_never_the_value() {
    let config = sandbox(&[
        ("passcode", env("NOT_SET")),
        ("pascode", "hunter2".into()),
        ("account_url", "http://shop.example".into()),
    ]);
    let environ = Environ::of([]);
    let mut read = Reader::new(&config, &environ);
    read.text("merchant_id");
    read.secret("passcode");
    read.url("account_url", "https://account.example");
    let problems: Vec<_> = read.finish().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "providers.main.merchant_id: is missing",
            "providers.main.passcode: the environment variable NOT_SET is not set",
            "providers.main.account_url: is not https; http is for loopback addresses in the \
             sandbox only",
            "providers.main.pascode: is not a known key; did you mean \"passcode\"?",
        ]
    );
}

#[test]
fn a_literal_secret_is_for_the_sandbox_only() {
    let environ = Environ::of([]);
    let live = config(&[
        ("kind", "acme".into()),
        ("environment", "production".into()),
        ("passcode", "hunter2".into()),
    ]);
    let mut read = Reader::new(&live, &environ);
    assert!(read.secret("passcode").is_none());
    let problems = read.finish();
    assert!(problems[0].message().contains("is in plain text"), "{problems:?}");
    assert!(!format!("{problems:?}").contains("hunter2"));
    assert!(!format!("{live:?}").contains("hunter2"));

    let test = sandbox(&[("passcode", "hunter2".into())]);
    assert!(Reader::new(&test, &environ).secret("passcode").is_some());
}

#[test]
fn a_secret_file_is_read_as_it_is_and_a_table_of_texts_by_its_names() {
    let environ = Environ::of([("KEY".into(), "key\n".into())]);
    let banks = BTreeMap::from([("970436".to_owned(), "VCB".into())]);
    let config = sandbox(&[
        ("private_key", env("KEY")),
        ("banks", Value::Table(banks)),
        ("numbers", Value::Table(BTreeMap::from([("a".to_owned(), Value::Integer(1))]))),
    ]);
    let mut read = Reader::new(&config, &environ);
    assert_eq!(read.optional_secret_bytes("private_key").unwrap().expose(), b"key\n");
    assert!(read.optional_secret_bytes("another_key").is_none());
    assert_eq!(read.texts("banks").unwrap()["970436"], "VCB");
    assert!(read.texts("left_out").unwrap().is_empty());
    assert!(read.texts("numbers").is_none());
    assert_eq!(read.finish().len(), 1, "the number");
}

#[test]
fn several_keys_are_read_newest_first() {
    let environ = Environ::of([("NEW".into(), "new".into()), ("OLD".into(), "old".into())]);
    let config = sandbox(&[("passcode", Value::List(vec![env("NEW"), env("OLD")]))]);
    let keys = Reader::new(&config, &environ).keys("passcode").unwrap();
    assert_eq!(keys.newest().unwrap().expose(), "new");
}

#[test]
fn a_list_may_be_one_text_and_every_wrong_one_is_named() {
    let number = |text: &str| text.parse::<u8>().map_err(|_| format!("{text} is no number"));
    let environ = Environ::of([]);
    let list = |values: &[&str]| Value::List(values.iter().map(|text| (*text).into()).collect());
    for (value, read) in [
        ("7".into(), Some(vec![7])),
        (list(&["7", "8"]), Some(vec![7, 8])),
        (list(&[]), None),
        (list(&["7", "x"]), None),
        (Value::Flag(true), None),
    ] {
        let config = sandbox(&[("numbers", value)]);
        let mut reader = Reader::new(&config, &environ);
        assert_eq!(reader.optional_list("numbers", number), read);
        assert_eq!(reader.finish().is_empty(), read.is_some());
    }
}

#[test]
fn an_address_of_our_own_may_carry_a_query_and_has_to_be_one() {
    let environ = Environ::of([]);
    let good = "https://shop.example/thanks?a=1";
    let config = sandbox(&[("return_url", good.into()), ("cancel_url", "/cancel".into())]);
    let mut read = Reader::new(&config, &environ);
    assert_eq!(read.optional_web_address("return_url").as_deref(), Some(good));
    assert_eq!(read.optional_web_address("notify_url"), None);
    assert_eq!(read.optional_web_address("cancel_url"), None);
    let paths: Vec<_> = read.finish().iter().map(|problem| problem.path().to_owned()).collect();
    assert_eq!(paths, ["providers.main.cancel_url"]);
}

#[test]
fn an_empty_secret_is_a_problem() {
    let environ = Environ::of([("EMPTY".into(), String::new())]);
    let config = sandbox(&[("passcode", env("EMPTY"))]);
    let mut read = Reader::new(&config, &environ);
    assert!(read.secret("passcode").is_none());
    assert_eq!(read.finish().len(), 1);
}

/// Reads a secret from a file with these bytes. Returns the secret, the problems and the warnings.
fn from_file(bytes: &[u8]) -> (Option<String>, Vec<String>, Vec<String>) {
    let file = std::env::temp_dir().join(format!("secret-{}-{:x}", std::process::id(), {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        hasher.finish()
    }));
    std::fs::write(&file, bytes).unwrap();
    let source = Value::Table(BTreeMap::from([(
        "file".to_owned(),
        file.to_str().unwrap().to_owned().into(),
    )]));
    let config = sandbox(&[("passcode", source)]);
    let environ = Environ::of([]);
    let mut read = Reader::new(&config, &environ);
    let secret = read.secret("passcode").map(|secret| secret.expose().to_owned());
    let problems = read.finish().iter().map(ToString::to_string).collect();
    std::fs::remove_file(&file).unwrap();
    (secret, problems, config.warnings.take())
}

#[test]
fn a_secret_file_is_read_without_its_byte_order_mark_and_line_end() {
    for bytes in ["hunter2", "hunter2\n", "hunter2\r\n", "\u{feff}hunter2\r\n"] {
        let read = from_file(bytes.as_bytes());
        assert_eq!(read, (Some("hunter2".to_owned()), vec![], vec![]), "{bytes:?}");
    }
}

#[test]
fn a_secret_file_that_looks_empty_or_holds_what_cannot_be_seen_is_a_problem() {
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for bytes in [
        &b""[..],
        b"\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\r\n",
        "\u{200b}\n".as_bytes(),
        b"\0",
        b"\0\0\0\0",
        b" hunter2\n",
        b"hunter2 \n",
        b"hunter2\t",
        b"hun\0ter2",
        b"hunter2\nhunter3\n",
        "hunter2\u{200b}".as_bytes(),
        &utf_16("\u{feff}hunter2"),
        &utf_16("hunter2"),
        b"\xff\xfe",
        b"hunter2\xff",
    ] {
        let (secret, problems, _) = from_file(bytes);
        assert_eq!((secret, problems.len()), (None, 1), "{bytes:?}: {problems:?}");
        assert!(!problems[0].contains("hunter"), "{problems:?}");
    }
    assert!(from_file(&utf_16("hunter2")).1[0].contains("save it as UTF-8"));
}

#[test]
fn what_is_often_copied_along_with_a_secret_is_warned_of() {
    for (text, word) in [
        ("\"hunter2\"", "quotes"),
        ("'hunter2'", "quotes"),
        ("“hunter2”", "quotes"),
        ("PASSCODE=hunter2", "NAME=value"),
        ("export PASSCODE=hunter2", "NAME=value"),
        ("«hunter2»", "quotes"),
        ("„hunter2“", "quotes"),
        ("”hunter2”", "quotes"),
        ("\"hunter2'", "quotes"),
        ("\"hunter2\",", "quotes"),
        ("'hunter2';", "quotes"),
        ("\"\"", "quotes"),
        ("PASSCODE = hunter2", "NAME=value"),
        ("PASSCODE=\"hunter2\"", "NAME=value"),
        ("HPAY_PASSCODE=", "NAME=value"),
        ("HPAY_PASSCODE==", "NAME=value"),
        ("export PASSCODE=", "NAME=value"),
        ("set PASSCODE=hunter2", "NAME=value"),
        ("$env:PASSCODE = \"hunter2\"", "NAME=value"),
        ("passcode: hunter2", "NAME=value"),
        ("\"passcode\": \"hunter2\"", "NAME=value"),
        ("PASSCODE=aHVudGVyMg==", "NAME=value"),
    ] {
        let (secret, problems, warnings) = from_file(text.as_bytes());
        assert_eq!((secret.as_deref(), problems), (Some(text), vec![]));
        assert!(
            warnings.iter().all(|warning| warning.starts_with("passcode: "))
                && warnings.iter().any(|warning| warning.contains(word)),
            "{text}: {warnings:?}"
        );
        assert!(!format!("{warnings:?}").contains("hunter"), "{warnings:?}");
    }
    for text in [
        "aHVudGVyMg==",
        "hunter2=",
        "=hunter2",
        "hunt'er2",
        "a+b=d",
        "a:b",
        "it's",
        "\"",
        "QUJD=",
        "x\"y",
    ] {
        let warnings = from_file(text.as_bytes()).2;
        assert_eq!(warnings, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_secret_where_the_name_of_a_variable_or_file_belongs_is_not_repeated() {
    let source = |from: &str, name: &str| {
        Value::Table(BTreeMap::from([(from.to_owned(), name.to_owned().into())]))
    };
    for source in [
        source("env", "sk_live_canary"),
        source("env", "canary+/=="),
        source("env", "canary 1"),
        source("env", "1CANARY"),
        source("env", "CANARY_4F9A2C7D"),
        source("env", "CANARY_20261129"),
        source("env", "C4N_CANARY_9Z8Y"),
        source("env", "CANARYCANARYCANARY_CANARY"),
        source("env", "CANARY"),
        source("env", "CANARY-1"),
        source("env", "$CANARY"),
        source("env", "CANARY_KEY "),
        source("env", ""),
        source("file", "sk_live_canary"),
        source("file", "/nowhere/canary"),
        source("canary", "x"),
    ] {
        let config = sandbox(&[("passcode", source)]);
        let environ = Environ::of([]);
        let mut read = Reader::new(&config, &environ);
        assert!(read.secret("passcode").is_none());
        let problems = read.finish();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(!format!("{problems:?}").to_lowercase().contains("canary"), "{problems:?}");
    }
}

#[test]
fn a_secret_that_no_header_carries_is_a_problem_where_it_travels_in_one() {
    let environ = Environ::of([]);
    for (text, fits) in [("mật khẩu", false), ("k\u{e9}y", false), ("Abc-123 _.~+/=", true)] {
        let config = sandbox(&[]);
        let mut read = Reader::new(&config, &environ);
        let given = Source::text(text);
        assert_eq!(read.given_header_secret("key", &given).is_some(), fits, "{text}");
        assert_eq!(read.given_header_keys("key", &given).is_some(), fits, "{text}");
        assert_eq!(read.finish().is_empty(), fits, "{text}");
    }
}

#[test]
fn an_address_of_the_provider_is_one_that_calls_can_use() {
    let environ = Environ::of([]);
    for text in [
        "https:/gateway.example",
        "https://gate way.example",
        "https://a\\@b",
        "https://user:hunter2@gateway.example",
        "https://gateway.example/#x",
        "https://gateway.example/?a=1",
        "https://gateway.example/đường",
        "http://127.1",
    ] {
        let config = sandbox(&[("url", text.into())]);
        let mut read = Reader::new(&config, &environ);
        assert!(read.url("url", "https://gateway.example").is_none(), "{text}");
        let problems = read.finish();
        assert!(problems.len() == 1 && !problems[0].message().contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn a_number_is_read_as_text_and_white_space_alone_is_empty() {
    let environ = Environ::of([]);
    let config = sandbox(&[("merchant_id", Value::Integer(12_345)), ("name", " \t".into())]);
    let mut read = Reader::new(&config, &environ);
    assert_eq!(read.text("merchant_id").as_deref(), Some("12345"));
    assert_eq!(read.optional_text("name"), None);
    assert_eq!(read.finish()[0].message(), "is empty");
}

#[test]
fn a_secret_of_twenty_characters_is_long_enough_not_to_be_warned_of() {
    let environ = Environ::of([]);
    for (length, warned) in [(19, true), (20, false)] {
        let secret = Secret::new("ă".repeat(length)).unwrap();
        let config = sandbox(&[]);
        let mut read = Reader::new(&config, &environ);
        read.warn_if_short("passcode", &secret, "one link", "ask for a longer one");
        assert_eq!(!config.warnings.take().is_empty(), warned, "{length}");
    }
}

#[test]
fn a_quote_at_one_end_of_a_secret_is_part_of_it() {
    let environ = Environ::of([]);
    for (text, warned) in [
        ("\"enough-of-a-secret-here", false),
        ("enough-of-a-secret-here\"", false),
        ("\"", false),
        ("\"enough-of-a-secret-here\"", true),
    ] {
        let config = sandbox(&[("passcode", text.into())]);
        let mut read = Reader::new(&config, &environ);
        assert!(read.secret("passcode").is_some(), "{text}");
        let warnings = config.warnings.take();
        assert_eq!(warnings.iter().any(|text| text.contains("in quotes")), warned, "{text}");
    }
}

#[test]
fn a_secret_file_that_begins_as_utf_16_does_is_named_as_such() {
    let environ = Environ::of([]);
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("le", b"\xff\xfea"), ("be", b"\xfe\xffa"), ("nul", b"a\0b")] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let source = |key: &str| {
            Value::Table(BTreeMap::from([(key.to_owned(), path.to_str().unwrap().into())]))
        };
        let config = sandbox(&[("passcode", source("file")), ("other", source("path"))]);
        let mut read = Reader::new(&config, &environ);
        assert!(read.secret("passcode").is_none() && read.secret("other").is_none());
        let problems: Vec<_> = read.finish().iter().map(ToString::to_string).collect();
        assert!(problems[0].contains("UTF-16"), "{problems:?}");
        assert!(problems[1].contains("env"), "{problems:?}");
    }
}
