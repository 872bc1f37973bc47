use payments_core::{PayoutProvider, Result, payout::{CreatePayout, Payout}};

async fn pay(provider: &dyn PayoutProvider, r: &CreatePayout) -> Result<Payout> {
    let x = provider.create_payout(&r).await?.accepted()?;
    Ok(x)
}

fn main() {}
