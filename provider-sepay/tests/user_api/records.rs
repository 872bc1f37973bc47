//! Every list and row of both versions, as the books have them.

use futures_util::TryStreamExt as _;
use payments_core::{Direction, ErrorKind, Listed};
use provider_sepay::user_api::{Sort, v1, v2};

use crate::world::{BIDV, MBBANK, SACOMBANK, VIETCOMBANK, World, provider, vnd};

/// Two credits and a debit.
async fn world() -> World {
    let world = World::open().await;
    world.sepay.bank_transfer("0900000001", 50_000, "SPT111111").await.unwrap();
    world.sepay.bank_transfer("0900000002", 60_000, "mua SPT222222").await.unwrap();
    world.sepay.bank_transfer_out("0900000001", 700, "hoan tien").await.unwrap();
    world
}

#[tokio::test]
async fn v2_lists_narrows_and_finds_transactions() {
    let world = world().await;
    let api = world.v2();
    let all = api.transactions(&v2::TransactionFilter::new(), 1).await.unwrap();
    assert_eq!((all.rows.len(), all.more, all.total), (3, false, Some(3)));
    assert_eq!(
        all.rows[0].as_result().unwrap().direction,
        Some(Direction::Out),
        "the newest comes first"
    );

    let filter = v2::TransactionFilter::new().q("SPT222222").transfer_type(Direction::In);
    let found = api.transactions(&filter, 1).await.unwrap();
    let found = Listed::all(found.rows).unwrap();
    let [line] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((line.amount_in, line.amount_out), (vnd(60_000), vnd(0)));
    assert_eq!(line.code.as_deref(), Some("SPT222222"));
    assert_eq!(line.content.as_deref(), Some("mua SPT222222"));
    assert_eq!(line.bank_account_id, Some(world.uuid(MBBANK)));
    assert_eq!(line.accumulated, Some(vnd(5_060_000)));
    assert_eq!(line.at.unwrap(), world.now());

    assert_eq!(api.transaction(&line.id).await.unwrap().as_ref(), Some(line));
    assert_eq!(api.transaction("a1b2c3d4-e5f6-4890-abcd-ef1234567890").await.unwrap(), None);

    let told = api.every_transaction(&v2::TransactionFilter::new()).into_stream();
    let told = Listed::all(told.try_collect::<Vec<_>>().await.unwrap()).unwrap();
    let amounts: Vec<_> =
        told.iter().map(|line| line.amount_in.minor() - line.amount_out.minor()).collect();
    assert_eq!(amounts, [50_000, 60_000, -700], "a listing is told oldest first");
}

#[tokio::test]
async fn v2_lists_and_finds_bank_accounts() {
    let world = world().await;
    let api = world.v2();
    let by_balance = v2::BankAccountFilter::new().accumulated_sort(Sort::Descending);
    let all = api.bank_accounts(&by_balance, 1).await.unwrap();
    let all = Listed::all(all.rows).unwrap();
    let banks: Vec<_> =
        all.iter().map(|row| row.bank_short_name.clone().unwrap_or_default()).collect();
    assert_eq!(banks[..2], ["Vietcombank", "MBBank"]);

    let one = api.bank_account(&world.uuid(BIDV)).await.unwrap().unwrap();
    assert_eq!(one.bank_bin.as_deref(), Some("970418"));
    assert_eq!((one.active, one.last_transaction), (Some(true), None));
    assert_eq!(api.bank_account("nobody").await.unwrap(), None);

    let at_mb = v2::BankAccountFilter::new().bank_short_name("MBBank");
    let mut told = api.every_bank_account(&at_mb);
    let account = told.next().await.unwrap().unwrap().into_result().unwrap();
    assert_eq!(account.accumulated, Some(vnd(5_060_000)));
    assert_eq!(told.next().await.unwrap(), None);
}

#[tokio::test]
async fn v2_lists_prefixes_and_terminals() {
    let world = World::open().await;
    let api = world.v2();
    let prefixes = Listed::all(api.prefixes(&world.uuid(SACOMBANK)).await.unwrap()).unwrap();
    assert_eq!(prefixes[0].va_prefix, "SEP200001WEB");
    let prefix = api.prefix(&world.uuid(SACOMBANK), "SEP200001WEB").await.unwrap();
    assert_eq!(prefix.as_ref(), prefixes.first());
    assert_eq!(api.prefix(&world.uuid(SACOMBANK), "SEP2").await.unwrap(), None);
    assert!(api.prefixes(&world.uuid(BIDV)).await.unwrap().is_empty());

    let terminals = Listed::all(api.terminals(&world.uuid(VIETCOMBANK)).await.unwrap()).unwrap();
    assert_eq!(terminals[0].tid, "20933557");
    assert_ne!(terminals[0].xid.as_deref(), Some("20933557"));
}

#[tokio::test]
async fn v1_lists_counts_and_finds_transactions() {
    let world = world().await;
    let api = world.v1();
    let all = Listed::all(api.transactions(&v1::TransactionFilter::new()).await.unwrap()).unwrap();
    let ids: Vec<_> = all.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["3", "2", "1"], "the newest comes first");
    assert_eq!((all[0].direction, all[0].amount_out), (Some(Direction::Out), vnd(700)));
    assert_eq!(api.count_transactions(&v1::TransactionFilter::new()).await.unwrap(), 3);

    let of_one = v1::TransactionFilter::new().account_number("0900000002");
    assert_eq!(api.count_transactions(&of_one).await.unwrap(), 1);
    let exact = v1::TransactionFilter::new().amount_in(vnd(60_000));
    let found = Listed::all(api.transactions(&exact).await.unwrap()).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code.as_deref(), Some("SPT222222"));

    assert_eq!(api.transaction("2").await.unwrap().as_ref(), found.first());
    assert_eq!(api.transaction("9").await.unwrap(), None);

    let mut told =
        api.every_transaction(&v1::TransactionFilter::new().since_id(2_u64).limit(2_u64));
    let mut ids = Vec::new();
    while let Some(page) = told.next_page().await.unwrap() {
        ids.extend(page.into_iter().map(|line| line.into_result().unwrap().id));
    }
    assert_eq!(ids, ["2", "3"], "from the line asked for on, each once");
}

#[tokio::test]
async fn v1_lists_counts_and_finds_bank_accounts() {
    let world = world().await;
    let api = world.v1();
    let all = Listed::all(api.bank_accounts(&v1::BankAccountFilter::new()).await.unwrap()).unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(all[0].accumulated, Some(vnd(10_049_300)));
    assert_eq!(all[0].active, Some(true));
    assert_eq!(api.count_bank_accounts(&v1::BankAccountFilter::new()).await.unwrap(), 4);
    let rich = v1::BankAccountFilter::new().accumulated_min(vnd(6_000_000));
    assert_eq!(api.count_bank_accounts(&rich).await.unwrap(), 1);
    assert_eq!(api.bank_account(&all[1].id).await.unwrap().as_ref(), all.get(1));
    assert_eq!(api.bank_account("1").await.unwrap(), None);
}

#[tokio::test]
async fn a_wrong_token_is_an_authentication_failure_in_both_versions() {
    let world = World::open().await;
    let text = format!(
        "[providers.sepay]\nkind = \"sepay\"\nenvironment = \"sandbox\"\napi_token = \"wrong\"\n\
         userapi_url = \"{}\"\nuserapi_v1_url = \"{}/userapi\"\n",
        world.sepay.url(simulator_sepay::Host::UserApi),
        world.sepay.url(simulator_sepay::Host::My),
    );
    let stranger = World { provider: provider(&text, world.sepay.settings().clock()), ..world };
    let v2 = stranger.v2().transactions(&v2::TransactionFilter::new(), 1).await.unwrap_err();
    assert_eq!((v2.kind(), v2.code()), (ErrorKind::Authentication, Some("unauthorized")));
    let v1 = stranger.v1().transactions(&v1::TransactionFilter::new()).await.unwrap_err();
    assert_eq!(v1.kind(), ErrorKind::Authentication, "v1 answers HTTP 200 with nothing in it");
}
