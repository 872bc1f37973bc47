//! The owner's actions.

use std::fmt::Display;
use std::sync::Arc;

use axum::{
    Form,
    extract::{Path, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use payments::{
    Error, ErrorKind, OrderRef, PayoutRef, Result, Role,
    bank::{AccountNumber, BankAccount, Bin},
    engine::{CaseId, Decision},
    money::{Currency, Money},
    payout::Beneficiary,
    vietqr::Bank,
};
use serde::Deserialize;

use crate::{
    Shop,
    pages::{self, Admin},
    reference,
};

/// The number of reconciliations that are shown.
const SHOWN: usize = 20;

/// Admits only the owner, by the password of HTTP Basic authentication. Requests that change
/// something must also come from the shop's own pages. Without a password the owner's page does not
/// exist.
pub(super) async fn only_the_owner(
    State(shop): State<Arc<Shop>>,
    request: Request,
    next: Next,
) -> Response {
    let settings = shop.settings();
    let Some(expected) = &settings.admin else { return pages::unknown() };
    let presented = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    if !presented.is_some_and(|presented| expected.matches(presented)) {
        let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"shop\", charset=\"UTF-8\"")];
        return (StatusCode::UNAUTHORIZED, ask).into_response();
    }
    // A browser also sends the password with a form of another site, but it sends that site's
    // origin.
    let origin = request.headers().get(header::ORIGIN).map(HeaderValue::as_bytes);
    if request.method() != Method::GET && origin != Some(settings.url.as_bytes()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// Shows cases, orders, payouts and reconciliations.
pub(super) async fn show(State(shop): State<Arc<Shop>>) -> Response {
    shown(&shop, StatusCode::OK, None).await
}

#[derive(Deserialize)]
pub(super) struct Decided {
    case: String,
    decision: Decision,
    #[serde(default)]
    order: String,
    who: String,
    why: String,
}

/// Decides a case.
pub(super) async fn decide(
    State(shop): State<Arc<Shop>>,
    Form(decided): Form<Decided>,
) -> Response {
    let outcome = settle(&shop, &decided).await.map(|()| "It is decided.");
    after(&shop, outcome).await
}

async fn settle(shop: &Shop, decided: &Decided) -> Result<()> {
    let case: CaseId = decided.case.parse()?;
    let (who, why) = (decided.who.as_str(), decided.why.as_str());
    if decided.decision == Decision::BelongsTo {
        let order = OrderRef::new(decided.order.trim())?;
        shop.engine().assign(&case, &order, who, why).await.map(|_| ())
    } else {
        shop.engine().decide(&case, decided.decision, who, why).await.map(|_| ())
    }
}

#[derive(Deserialize)]
pub(super) struct PaidOut {
    reference: String,
    bank: String,
    account: String,
    name: String,
    amount: String,
}

/// Makes a payout.
pub(super) async fn pay_out(
    State(shop): State<Arc<Shop>>,
    Form(paid_out): Form<PaidOut>,
) -> Response {
    let outcome = match read(&paid_out) {
        Ok((reference, beneficiary, amount)) => shop.pay_out(reference, beneficiary, amount).await,
        Err(error) => Err(error),
    };
    after(&shop, outcome.map(|payout| format!("The payout {payout} is on its way."))).await
}

fn read(paid_out: &PaidOut) -> Result<(PayoutRef, Beneficiary, Money)> {
    let reference = PayoutRef::new(&paid_out.reference)?;
    let bank = Bank::one_by_code(paid_out.bank.trim())
        .map_err(|error| Error::invalid("bank", "is not the code of a bank").with_source(error))?;
    let number = AccountNumber::new(paid_out.account.trim())
        .map_err(|error| Error::invalid("account", "is not an account").with_source(error))?;
    let bin = Bin::new(bank.bin())
        .map_err(|error| Error::invalid("bank", "has no number").with_source(error))?;
    let amount = Money::parse(paid_out.amount.trim(), Currency::VND)
        .map_err(|error| Error::invalid("amount", "is not an amount").with_source(error))?;
    let beneficiary = Beneficiary::new(BankAccount::new(bin, number), paid_out.name.trim())?;
    Ok((reference, beneficiary, amount))
}

#[derive(Deserialize)]
pub(super) struct Compared {
    provider: String,
    days: u16,
}

/// Compares a provider's statement with the records.
pub(super) async fn reconcile(
    State(shop): State<Arc<Shop>>,
    Form(compared): Form<Compared>,
) -> Response {
    let outcome = shop.reconcile(&compared.provider, compared.days).await;
    let said = outcome.map(|run| {
        let (number, lines, found) = (run.number, run.lines, run.need_a_person());
        format!("Reconciliation {number} is done. Lines: {lines}; for a person: {found}.")
    });
    after(&shop, said).await
}

/// Shows a reconciliation.
pub(super) async fn reconciliation(
    State(shop): State<Arc<Shop>>,
    Path(number): Path<u64>,
) -> Response {
    let engine = shop.engine();
    let read = async {
        match engine.reconciliation(number).await? {
            Some(run) => Ok(Some((run, engine.reconciliation_rows(number, 0).await?))),
            None => Ok::<_, Error>(None),
        }
    };
    match read.await {
        Ok(Some((run, rows))) => pages::reconciliation(&run, &rows),
        Ok(None) => pages::unknown(),
        Err(error) => {
            tracing::error!(%error, "a reconciliation cannot be shown");
            pages::unreadable()
        }
    }
}

/// Shows the result of an action.
async fn after(shop: &Shop, outcome: Result<impl Display>) -> Response {
    match outcome {
        Ok(said) => shown(shop, StatusCode::OK, Some(said.to_string())).await,
        Err(error) => {
            tracing::warn!(%error, "the owner's action was refused");
            let said = match error.kind() {
                ErrorKind::Unavailable => "Look below whether it was done",
                _ => "Nothing was done",
            };
            shown(shop, StatusCode::CONFLICT, Some(format!("{said}: {error}"))).await
        }
    }
}

async fn shown(shop: &Shop, status: StatusCode, said: Option<String>) -> Response {
    let read = async {
        let (cases, health) = (shop.engine().cases().await?, shop.engine().health().await?);
        let can_pay_out = shop.payments().with_role(Role::Payouts).next().is_some();
        let next_payout = can_pay_out.then(reference::fresh).transpose()?;
        let mut reconciliations = shop.engine().reconciliations().await?;
        reconciliations.truncate(SHOWN);
        let with_statements = shop.payments().with_role(Role::Statements);
        Ok::<_, Error>(Admin {
            books: shop.books()?,
            cases,
            health,
            reconciliations,
            with_statements: with_statements.map(|provider| provider.id().clone()).collect(),
            said,
            next_payout,
        })
    };
    match read.await {
        Ok(admin) => pages::admin(status, &admin),
        Err(error) => {
            tracing::error!(%error, "the owner's page cannot be shown");
            pages::unreadable()
        }
    }
}
