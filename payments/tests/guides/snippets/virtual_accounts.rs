use payments::{
    Listed, Lookup, Movement, OrderRef, Provider, Submission,
    virtual_account::{OpenVirtualAccount, VirtualAccount, VirtualAccountRef},
};

/// Opens an account number for an order. Returns `None` if it is not open, and prints the reason.
pub async fn open(
    provider: &Provider,
    order: &OrderRef,
    holder: &str,
) -> payments::Result<Option<VirtualAccount>> {
    let role = provider.virtual_accounts()?;
    // Without an amount the number accepts any amount, if the capability `any_amount` says so.
    let request = OpenVirtualAccount::new(order.clone(), holder)?;
    let why = match role.open(&request).await? {
        // Store `account.reference()` with the order.
        Submission::Accepted(account) => return Ok(Some(account)),
        Submission::Declined(decline) if decline.is_confirmed() => {
            println!("no account is open, let the buyer choose another way to pay: {decline}");
            return Ok(None);
        }
        // Nothing proves this refusal, or the response was lost: the account may be open.
        Submission::Declined(decline) => decline.to_string(),
        Submission::Uncertain(uncertain) => uncertain.to_string(),
    };
    if !role.capabilities().find {
        println!("nobody has seen a number, so another one may be opened: {why}");
        return Ok(None);
    }
    // Look for the account before you open another one.
    match role.find(&VirtualAccountRef::new(order.clone())).await? {
        Lookup::Found(account) => Ok(Some(account)),
        Lookup::Several(_) | Lookup::Absent(_) => {
            println!("look again later: {why}");
            Ok(None)
        }
    }
}

/// Returns the credits that the provider lists for an account. Count each one by its key, with
/// `match_credit`, because a notification may have reported it already.
pub async fn credits(
    provider: &Provider,
    account: &VirtualAccountRef,
) -> payments::Result<Vec<Movement>> {
    let mut credits = Vec::new();
    for row in provider.virtual_accounts()?.credits(account).await? {
        match row {
            Listed::Read(credit) => credits.push(credit),
            Listed::Unreadable(row) => println!("a person has to look at it: {row}"),
        }
    }
    Ok(credits)
}
