//! Reads orders with virtual accounts as SePay writes them.

use payments_core::{OrderRef, Raw, money::Money};
use provider_kit::wire::Number;

use super::{
    status::{order_status, va_status},
    wire,
};
use crate::{
    bank::user_api::order::{CreatedOrder, OrderVa, VaOrder},
    field::{Unclear, dong, owned, said, time},
};

/// Reads an order.
pub(crate) fn va_order(row: &wire::VaOrder<'_>) -> Result<VaOrder, Unclear> {
    let va = row.va.iter().flatten().map(order_va).collect::<Result<_, _>>()?;
    Ok(VaOrder {
        id: owned(&row.id).ok_or_else(|| Unclear::new("the order has no id"))?,
        code: owned(&row.order_code),
        amount: asked("amount", row.amount)?,
        paid_amount: row.paid_amount.map(|paid| dong("paid_amount", paid)).transpose()?,
        status: order_status(said(&row.status).unwrap_or_default()),
        bank_name: owned(&row.bank_name),
        account_number: owned(&row.account_number),
        created_at: time(&row.created_at),
        updated_at: time(&row.updated_at),
        va,
    })
}

/// Reads a virtual account of an order.
pub(crate) fn order_va(row: &wire::OrderVa<'_>) -> Result<OrderVa, Unclear> {
    Ok(OrderVa {
        va_number: owned(&row.va_number)
            .ok_or_else(|| Unclear::new("a virtual account has no number"))?,
        holder: owned(&row.va_holder_name),
        amount: asked("amount of a virtual account", row.amount)?,
        status: va_status(said(&row.status).unwrap_or_default()),
        paid_at: time(&row.paid_at),
        expires_at: time(&row.expired_at),
    })
}

/// Reads a newly created order. `code` is the code in the request.
pub(crate) fn created_order(
    row: &wire::CreatedOrder<'_>,
    code: &OrderRef,
    raw: Raw,
) -> Result<CreatedOrder, Unclear> {
    let missing = |what: &'static str| move || Unclear::new(what);
    Ok(CreatedOrder {
        id: owned(&row.id)
            .or(owned(&row.order_id))
            .ok_or_else(missing("the created order has no id"))?,
        code: code.clone(),
        va_number: owned(&row.va_number)
            .ok_or_else(missing("the created order has no va_number"))?,
        holder: owned(&row.va_holder_name).or(owned(&row.account_holder_name)),
        amount: asked("amount", row.amount)?,
        status: order_status(said(&row.status).unwrap_or_default()),
        bank_name: owned(&row.bank_name),
        account_number: owned(&row.account_number),
        expires_at: time(&row.expired_at),
        qr_code: owned(&row.qr_code),
        qr_code_url: owned(&row.qr_code_url),
        raw,
    })
}

/// Reads an amount asked. Null, zero or a missing field means that any amount is accepted.
fn asked(field: &'static str, amount: Option<Number>) -> Result<Option<Money>, Unclear> {
    let amount = amount.map(|amount| dong(field, amount)).transpose()?;
    Ok(amount.filter(Money::is_positive))
}
