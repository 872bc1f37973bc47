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
            "providers.main.pascode: is not a key of this provider; did you mean \"passcode\"?",
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
    assert!(problems[0].message().contains("is written out"), "{problems:?}");
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
