//! The buttons of the page: what each does to the books of the gateway and sends to the shop.

use serde_json::{Value, json};

use super::{
    receiver::Receiver,
    world::{Sandbox, get, shell},
};

/// A form of the page: its hidden fields, and its buttons as text, name and value.
struct Form {
    hidden: Vec<(String, String)>,
    buttons: Vec<(String, Option<(String, String)>)>,
}

/// The value of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&amp;", "&"))
}

/// Every form of a gateway's part of the page.
fn forms(page: &str, kind: &str) -> Vec<Form> {
    let part = page.split(&format!("id=\"{kind}\"")).nth(1).unwrap();
    let part = part.split("gateway-part").next().unwrap();
    let inner =
        part.split("<form class=\"act\"").skip(1).map(|it| it.split("</form>").next().unwrap());
    inner
        .map(|form| Form {
            hidden: form
                .split("<input type=\"hidden\"")
                .skip(1)
                .map(|tag| {
                    let tag = tag.split('>').next().unwrap();
                    (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap())
                })
                .collect(),
            buttons: form
                .split("<button")
                .skip(1)
                .map(|button| {
                    let (tag, rest) = button.split_once('>').unwrap();
                    let text = rest.split('<').next().unwrap().to_owned();
                    (text, attribute(tag, "name").zip(attribute(tag, "value")))
                })
                .collect(),
        })
        .collect()
}

/// Presses a button of a form that has these hidden fields, with the inputs filled in. Returns whether
/// the page says that it was done.
fn press(
    sandbox: &Sandbox,
    kind: &str,
    of: &[(&str, &str)],
    button: &str,
    filled: &[(&str, &str)],
) -> bool {
    let page = get(&format!("{}/?lang=en", sandbox.page));
    let has = |form: &Form| {
        of.iter().all(|(name, value)| form.hidden.iter().any(|(n, v)| n == name && v == value))
    };
    let forms = forms(&page, kind);
    let mut found = forms.iter().filter(|form| has(form)).filter_map(|form| {
        let (_, pair) = form.buttons.iter().find(|(text, _)| text == button)?;
        Some((form, pair.clone()))
    });
    let (form, pair) =
        found.next().unwrap_or_else(|| panic!("{kind}: no button {button} of {of:?}"));
    assert!(found.next().is_none(), "{kind}: two buttons {button} of {of:?}");
    let filled = filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let fields: String = form
        .hidden
        .iter()
        .cloned()
        .chain(pair)
        .chain(filled)
        .map(|(name, value)| format!(" --data-urlencode '{name}={value}'"))
        .collect();
    let url = format!("{}/actions/{kind}", sandbox.page);
    assert_eq!(shell(&format!("curl -s -o /dev/null -w '%{{http_code}}' {url}{fields}")), "303");
    let live = get(&format!("{}/live/{kind}?lang=en", sandbox.page));
    let said = live.split("role=\"status\"").nth(1).unwrap().split("</p>").next().unwrap();
    let is_done = said.contains("<strong>Done</strong>");
    assert!(is_done || said.contains("<strong>Nothing happened</strong>"), "{said}");
    is_done
}

/// Runs the curl line of an operation.
fn run(sandbox: &Sandbox, kind: &str, operation: &str) {
    let samples = sandbox.read(kind, "samples");
    let mut samples = samples.as_array().unwrap().iter();
    let sample = samples.find(|it| it["operation"] == operation).unwrap();
    let answer = shell(sample["curl"].as_str().unwrap());
    assert!(answer.contains(sample["answers"].as_str().unwrap()), "{answer}\n{sample}");
}

/// The newest row of a list.
fn newest(sandbox: &Sandbox, kind: &str, list: &str) -> Value {
    let overview = sandbox.read(kind, "overview");
    overview[list].as_array().unwrap().last().cloned().unwrap_or_default()
}

/// A gateway with every webhook at a shop.
fn world(kind: &str) -> (Sandbox, Receiver) {
    let (sandbox, shop) = (Sandbox::start([]), Receiver::start());
    let endpoints: &[&str] = match kind {
        "sepay" => &["ipn", "bank-webhook"],
        "hpay" => &["notify", "va-callback"],
        "mock" => &["events"],
        _ => &["webhook"],
    };
    for endpoint in endpoints {
        let filled = [("endpoint", *endpoint), ("url", &*shop.url)];
        assert!(press(&sandbox, kind, &[("action", "register_webhook")], "Register", &filled));
    }
    (sandbox, shop)
}

/// What the shop received, as text: target and body of each, which must be as many.
fn received(sandbox: &Sandbox, kind: &str, shop: &Receiver, number: usize) -> Vec<String> {
    let texts = (0..number).map(|_| {
        let request = shop.next();
        format!("{} {}", request.uri(), String::from_utf8_lossy(request.body()))
    });
    let texts = texts.collect();
    // Nothing else is on its way either.
    let overview = sandbox.read(kind, "overview");
    assert_eq!(overview["deliveries"].as_array().unwrap().len(), number, "{overview}");
    texts
}

/// An order, a button, and what becomes of the order: its status, what is paid, and a text of each
/// webhook. With no status the button does nothing.
type Case =
    (&'static str, &'static str, &'static str, Option<&'static str>, i64, &'static [&'static str]);

const CASES: &[Case] = &[
    ("sepay", "checkout.init", "Pay", Some("paid"), 50_000, &["\"transaction_amount\":\"50000\""]),
    ("sepay", "checkout.init", "Pay short", None, 0, &[]),
    ("sepay", "checkout.init", "Pay over", None, 0, &[]),
    ("sepay", "checkout.init", "Pay late", None, 0, &[]),
    ("sepay", "checkout.init", "Pay twice", None, 0, &[]),
    ("sepay", "checkout.init", "Fail", Some("open"), 0, &[]),
    ("sepay", "checkout.init", "Hold", None, 0, &[]),
    ("sepay", "checkout.init", "Release", None, 0, &[]),
    ("sepay", "va_order.create", "Pay", Some("paid"), 50_000, &["\"transferAmount\":50000"]),
    ("sepay", "va_order.create", "Pay late", Some("paid"), 50_000, &["\"transferAmount\":50000"]),
    // A virtual account of an amount takes exactly that.
    ("sepay", "va_order.create", "Pay short", None, 0, &[]),
    ("sepay", "va_order.create", "Pay over", None, 0, &[]),
    ("sepay", "va_order.create", "Pay twice", None, 0, &[]),
    ("hpay", "open_checkout", "Pay", Some("paid"), 50_000, &["payment_type=1"]),
    ("hpay", "open_checkout", "Pay short", None, 0, &[]),
    ("hpay", "open_checkout", "Pay over", None, 0, &[]),
    ("hpay", "open_checkout", "Pay late", None, 0, &[]),
    ("hpay", "open_checkout", "Pay twice", Some("paid"), 100_000, &["price=50000", "price=50000"]),
    ("hpay", "open_checkout", "Fail", Some("open"), 0, &["error_text=Giao"]),
    ("hpay", "open_checkout", "Hold", Some("held"), 50_000, &["payment_type=2"]),
    ("hpay", "open_checkout", "Release", None, 0, &[]),
    ("payos", "create_link", "Pay", Some("paid"), 50_000, &["\"amount\":50000"]),
    ("payos", "create_link", "Pay short", Some("partly_paid"), 25_000, &["\"amount\":25000"]),
    ("payos", "create_link", "Pay over", Some("paid"), 60_000, &["\"amount\":60000"]),
    ("payos", "create_link", "Pay late", None, 0, &[]),
    ("payos", "create_link", "Pay twice", Some("paid"), 100_000, &["\"amount\":50000"; 2]),
    ("payos", "create_link", "Fail", None, 0, &[]),
    ("payos", "create_link", "Hold", None, 0, &[]),
    ("payos", "create_link", "Release", None, 0, &[]),
    ("mock", "create_payment", "Pay", Some("paid"), 50_000, &["\"settled\""]),
    ("mock", "create_payment", "Pay short", Some("partly_paid"), 25_000, &["\"25000\""]),
    ("mock", "create_payment", "Pay over", Some("paid"), 60_000, &["\"60000\""]),
    ("mock", "create_payment", "Pay late", Some("expired"), 50_000, &["\"expired\""]),
    ("mock", "create_payment", "Pay twice", Some("paid"), 100_000, &["\"50000\"", "\"100000\""]),
    ("mock", "create_payment", "Fail", Some("cancelled"), 0, &["\"failed\""]),
    ("mock", "create_payment", "Hold", None, 0, &[]),
    ("mock", "create_payment", "Release", None, 0, &[]),
];

#[test]
fn each_button_of_an_order_does_to_the_books_and_tells_the_shop_what_it_says() {
    for (kind, operation, button, status, paid, webhooks) in CASES {
        let (sandbox, shop) = world(kind);
        run(&sandbox, kind, operation);
        let order = newest(&sandbox, kind, "orders");
        let name = order["order"].as_str().unwrap();
        let mut of = vec![("order", name)];
        let other = match *button {
            "Pay short" => Some("25000"),
            "Pay over" => Some("60000"),
            _ => None,
        };
        of.extend(other.map(|amount| ("amount", amount)));
        let what = format!("{kind} {operation} {button}");
        assert_eq!(press(&sandbox, kind, &of, button, &[]), status.is_some(), "{what}");
        let after = newest(&sandbox, kind, "orders");
        assert_eq!(after["status"], status.unwrap_or("open"), "{what}: {after}");
        assert_eq!(after["paid"], *paid, "{what}: {after}");
        let texts = received(&sandbox, kind, &shop, webhooks.len());
        for (text, part) in texts.iter().zip(*webhooks) {
            assert!(text.contains(part), "{what}: {part} in {text}");
        }
        if *button == "Pay late" && status.is_some() {
            let end = order["expires_at"].as_i64().unwrap();
            assert!(sandbox.read(kind, "overview")["now"].as_i64().unwrap() > end, "{what}");
        }
    }
}

#[test]
fn held_money_is_released_to_the_merchant() {
    let (sandbox, shop) = world("hpay");
    run(&sandbox, "hpay", "open_checkout");
    let order = newest(&sandbox, "hpay", "orders")["order"].as_str().unwrap().to_owned();
    assert!(press(&sandbox, "hpay", &[("order", &order)], "Hold", &[]));
    assert!(press(&sandbox, "hpay", &[("order", &order)], "Release", &[]));
    let after = newest(&sandbox, "hpay", "orders");
    assert_eq!((&after["status"], &after["paid"]), (&json!("paid"), &json!(50_000)));
    assert!(!press(&sandbox, "hpay", &[("order", &order)], "Release", &[]), "there is no more");
    received(&sandbox, "hpay", &shop, 1);
}

/// A gateway, whether its payout is pending, a button, what becomes of the payout, and what the
/// merchant has less. With no status the button does nothing.
type Payout = (&'static str, bool, &'static str, Option<&'static str>, i64);

const PAYOUTS: &[Payout] = &[
    ("hpay", false, "Let it succeed", Some("paid"), 20_000),
    ("hpay", false, "Refuse", Some("refused"), 0),
    ("hpay", false, "Return", Some("returned"), 0),
    ("hpay", false, "Keep pending", Some("pending"), 20_000),
    ("payos", true, "Let it succeed", Some("paid"), 20_000),
    ("payos", true, "Refuse", Some("refused"), 0),
    ("payos", true, "Keep pending", Some("pending"), 20_000),
    ("payos", false, "Return", Some("returned"), 0),
    // The beneficiary has the money already.
    ("payos", false, "Refuse", None, 20_000),
    ("mock", true, "Let it succeed", Some("paid"), 20_000),
    ("mock", true, "Refuse", Some("refused"), 0),
    ("mock", true, "Keep pending", None, 20_000),
    ("mock", true, "Return", None, 20_000),
];

#[test]
fn each_outcome_of_a_payout_is_in_the_books() {
    for (kind, is_pending, button, status, gone) in PAYOUTS {
        let sandbox = Sandbox::start([]);
        let balance = || {
            let overview = sandbox.read(kind, "overview");
            let accounts = overview["accounts"].as_array().unwrap().clone();
            let dong = accounts.iter().filter(|it| it["currency"] == "VND");
            dong.map(|it| it["balance"].as_i64().unwrap()).max().unwrap()
        };
        let before = balance();
        match (*kind, is_pending) {
            // A payout of the mock is pending until it is settled.
            ("payos", true) => {
                let values = sandbox.read(kind, "failing");
                let mut values = values.as_array().unwrap().iter();
                let value = values.find(|it| it["fate"] == "pending").unwrap();
                shell(value["curl"].as_str().unwrap());
            }
            _ => run(&sandbox, kind, "create_payout"),
        }
        let row = newest(&sandbox, kind, "payouts");
        let payout = row["payout"].as_str().unwrap();
        let of = [("action", "settle_payout"), ("payout", payout)];
        let what = format!("{kind} {button}");
        assert_eq!(press(&sandbox, kind, &of, button, &[]), status.is_some(), "{what}");
        let after = newest(&sandbox, kind, "payouts");
        let unchanged = row["status"].as_str().unwrap();
        assert_eq!(after["status"], status.unwrap_or(unchanged), "{what}: {after}");
        assert_eq!(after["amount"], 20_000, "{what}: {after}");
        assert_eq!(before - balance(), *gone, "{what}");
    }
}

/// A webhook without the time in SePay's IPNs, which is that of each sending.
fn untimed(webhook: &str) -> String {
    let Some((before, after)) = webhook.split_once("\"timestamp\":") else {
        return webhook.to_owned();
    };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn a_delivery_is_sent_again_with_the_same_words() {
    for (kind, operation) in
        [("sepay", "checkout.init"), ("hpay", "open_checkout"), ("payos", "create_link")]
    {
        let (sandbox, shop) = world(kind);
        run(&sandbox, kind, operation);
        let order = newest(&sandbox, kind, "orders")["order"].as_str().unwrap().to_owned();
        assert!(press(&sandbox, kind, &[("order", &order)], "Pay", &[]));
        let first = received(&sandbox, kind, &shop, 1);
        let delivery =
            newest(&sandbox, kind, "deliveries")["delivery"].as_str().unwrap().to_owned();
        let of = [("action", "send_again"), ("delivery", &*delivery)];
        assert!(press(&sandbox, kind, &of, "Send again", &[]));
        let request = shop.next();
        let again = format!("{} {}", request.uri(), String::from_utf8_lossy(request.body()));
        assert_eq!(untimed(&again), untimed(&first[0]), "{kind}");
        let overview = sandbox.read(kind, "overview");
        assert_eq!(overview["deliveries"].as_array().unwrap().len(), 2, "{kind}");
        assert_eq!(newest(&sandbox, kind, "orders")["paid"], 50_000, "{kind}: nothing is booked");
    }
}

#[test]
fn an_answer_is_lost_after_the_booking_or_before() {
    for (kind, operation, list) in [
        ("sepay", "va_order.create", "orders"),
        ("hpay", "create_payout", "payouts"),
        ("payos", "create_payout", "payouts"),
        ("mock", "create_payout", "payouts"),
    ] {
        for (button, booked) in [
            ("Lose the next response, after booking", 1),
            ("Lose the next response, before booking", 0),
        ] {
            let sandbox = Sandbox::start([]);
            let rows =
                |sandbox: &Sandbox| sandbox.read(kind, "overview")[list].as_array().unwrap().len();
            assert!(press(&sandbox, kind, &[("action", "lose_answer")], button, &[]));
            let samples = sandbox.read(kind, "samples");
            let mut samples = samples.as_array().unwrap().iter();
            let sample = samples.find(|it| it["operation"] == operation).unwrap();
            let curl = sample["curl"].as_str().unwrap();
            // 52: curl got no answer.
            assert_eq!(shell(&format!("{curl}; echo \"ended with $?\"")).trim(), "ended with 52");
            assert_eq!(rows(&sandbox), booked, "{kind} {button}");
            run(&sandbox, kind, operation);
            assert_eq!(rows(&sandbox), booked + 1, "{kind} {button}: the next one is answered");
        }
    }
}

#[test]
fn a_transfer_arrives_on_an_account_and_the_shop_hears_of_it() {
    let credit = |kind: &str, sandbox: &Sandbox, account: &str, memo: &str| {
        let filled = [("account", account), ("amount", "12345"), ("memo", memo)];
        assert!(press(sandbox, kind, &[("action", "credit")], "Transfer", &filled), "{kind}");
    };
    let (sandbox, shop) = world("sepay");
    credit("sepay", &sandbox, "0900000001", "SPT111111 thanks");
    let row = newest(&sandbox, "sepay", "credits");
    assert_eq!((&row["amount"], &row["order"]), (&json!(12_345), &json!("SPT111111")), "{row}");
    assert!(received(&sandbox, "sepay", &shop, 1)[0].contains("\"transferAmount\":12345"));

    let (sandbox, shop) = world("hpay");
    run(&sandbox, "hpay", "create_account");
    let account = newest(&sandbox, "hpay", "accounts")["account"].as_str().unwrap().to_owned();
    credit("hpay", &sandbox, &account, "");
    assert_eq!(newest(&sandbox, "hpay", "credits")["amount"], 12_345);
    assert!(received(&sandbox, "hpay", &shop, 1)[0].contains("amount=12345"));

    let (sandbox, shop) = world("payos");
    run(&sandbox, "payos", "create_link");
    let order = newest(&sandbox, "payos", "orders");
    credit("payos", &sandbox, order["account"].as_str().unwrap(), order["memo"].as_str().unwrap());
    assert_eq!(newest(&sandbox, "payos", "orders")["paid"], 12_345);
    assert!(received(&sandbox, "payos", &shop, 1)[0].contains("\"amount\":12345"));
}

#[test]
fn the_clock_moves_and_a_webhook_is_deleted() {
    for kind in ["sepay", "hpay", "payos", "mock"] {
        let (sandbox, _shop) = world(kind);
        for (button, seconds) in [("One hour later", 3_600), ("One day later", 86_400)] {
            let now = || sandbox.read(kind, "overview")["now"].as_i64().unwrap();
            let before = now();
            assert!(press(&sandbox, kind, &[("action", "advance_clock")], button, &[]));
            assert!((seconds..seconds + 60).contains(&(now() - before)), "{kind} {button}");
        }
        let webhooks = || sandbox.read(kind, "overview")["webhooks"].as_array().unwrap().clone();
        let before = webhooks();
        let first = before[0]["webhook"].as_str().unwrap();
        let of = [("action", "delete_webhook"), ("webhook", first)];
        assert!(press(&sandbox, kind, &of, "Delete", &[]));
        assert_eq!(webhooks(), before[1..]);
    }
}
