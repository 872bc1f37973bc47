use std::error::Error;

use payments_core::{PayoutProvider, payout::{CreatePayout, Payout}};

async fn pay(provider: &dyn PayoutProvider, r: &CreatePayout) -> Result<Payout, Box<dyn Error>> {
    Ok(provider.create_payout(r).await?.accepted()?)
}

fn main() {}
