use payments_core::{PayoutProvider, Result, Submission, payout::CreatePayout};

async fn pay(provider: &dyn PayoutProvider, request: &CreatePayout) -> Result<String> {
    Ok(match provider.create_payout(request).await? {
        Submission::Accepted(payout) => format!("on its way: {}", payout.payout),
        Submission::Declined(decline) => format!("refused: {decline}"),
        Submission::Uncertain(uncertain) => format!("ask, never resend: {uncertain}"),
    })
}

fn main() {}
