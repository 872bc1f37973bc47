//! The names by which money finds an order: payment codes, and numbers of virtual accounts.

use std::iter;

use payments_core::{
    Movement, OrderRef, ProviderId, SameMoney,
    payment::{NextAction, Payment, PaymentCode, PaymentMethod},
    same_credit,
};

use super::{COMPARED, same_money::is_of_one_source};
use crate::{
    record::{CreditRecord, PaymentRecord},
    store::{Route, RouteKind, Rows, StoreError},
};

/// Returns the names by which money finds an order.
pub(super) fn routes(record: &PaymentRecord) -> Vec<Route> {
    let opened = record.openings.iter().filter_map(|opening| {
        Some((&opening.provider, opening.method(), opening.payment.as_ref()?))
    });
    let mut routes: Vec<_> = opened
        .flat_map(|(provider, method, payment)| {
            let names = routes_of(payment, method).into_iter();
            names.map(|(kind, name)| Route { provider: provider.clone(), kind, name })
        })
        .collect();
    for account in &record.accounts {
        let numbers = account.accounts().flat_map(|account| &account.numbers);
        for number in numbers.flat_map(|one| iter::once(&one.number).chain(&one.short)) {
            let (provider, name) = (account.provider.clone(), number.as_str().to_owned());
            let route = Route { provider, kind: RouteKind::Account, name };
            if !routes.contains(&route) {
                routes.push(route);
            }
        }
    }
    routes
}

/// Returns the names of orders that a movement states: its payment code and its virtual account.
pub(super) fn names_of(movement: &Movement) -> Vec<(RouteKind, &str)> {
    let code = movement.code.as_ref().map(|code| (RouteKind::Code, code.as_str()));
    let account = movement.virtual_account.as_ref();
    let account = account.map(|number| (RouteKind::Account, number.as_str()));
    code.into_iter().chain(account).collect()
}

/// Finds the order of a movement: the one that it names, or that its payment code, its virtual
/// account or another report of the same money names.
pub(crate) fn order_of(
    rows: &mut dyn Rows,
    provider: &ProviderId,
    movement: &Movement,
) -> Result<Option<OrderRef>, StoreError> {
    if movement.order.is_some() {
        return Ok(movement.order.clone());
    }
    for (kind, name) in names_of(movement) {
        let route = Route { provider: provider.clone(), kind, name: name.to_owned() };
        let mut orders = rows.payments().orders_of(&route)?;
        match (orders.pop(), orders.pop()) {
            (Some(order), None) => return Ok(Some(order)),
            (Some(_), Some(_)) => return Ok(None),
            (None, _) => {}
        }
    }
    let mut same = rows.payments().credits_like(movement, COMPARED)?;
    same.retain(|known| same_credit(&known.movement, movement) == SameMoney::Same);
    let (others, own): (Vec<_>, Vec<_>) =
        same.into_iter().partition(|known| is_same(known, provider, movement));
    let mut orders: Vec<OrderRef> = Vec::new();
    for known in &others {
        let Some(order) = known.order.as_ref().filter(|order| !orders.contains(order)) else {
            continue;
        };
        let is_here = |one: &&CreditRecord| one.order.as_ref() == Some(order);
        let name = known.name();
        let is_of_it = |one: &&CreditRecord| is_of_one_source(&one.name(), &name) && is_here(one);
        // This source's earlier reports are already matched with the reports of the other source.
        let told =
            own.iter().filter(|one| one.movement.key != movement.key && is_here(one)).count();
        if told < others.iter().filter(is_of_it).count() {
            orders.push(order.clone());
        }
    }
    Ok(orders.pop().filter(|_| orders.is_empty()))
}

/// Returns whether a known credit is the same money as a movement of another source.
pub(super) fn is_same(known: &CreditRecord, provider: &ProviderId, movement: &Movement) -> bool {
    let is_own_source =
        known.provider == *provider && known.movement.key.scope() == movement.key.scope();
    !is_own_source && same_credit(&known.movement, movement) == SameMoney::Same
}

/// Returns the names by which money for an opening finds its order: the words of the memo that a
/// transfer must have, and the number of a virtual account.
fn routes_of(payment: &Payment, method: Option<PaymentMethod>) -> Vec<(RouteKind, String)> {
    let method = payment.method.or(method);
    let transfers = payment.next.iter().filter_map(|next| match next {
        NextAction::Transfer(transfer) => Some(transfer),
        _ => None,
    });
    let mut routes = Vec::new();
    for transfer in transfers {
        let words = transfer.memo.iter().flat_map(|memo| memo.split_whitespace());
        let is_code = |word: &&str| {
            let quoted = serde_json::Value::from(*word);
            serde_json::from_value::<PaymentCode>(quoted).is_ok()
        };
        routes.extend(words.filter(is_code).map(|word| (RouteKind::Code, word.to_owned())));
        if method == Some(PaymentMethod::VirtualAccount) {
            let number = transfer.account.number.as_str().to_owned();
            routes.push((RouteKind::Account, number));
        }
    }
    routes
}
