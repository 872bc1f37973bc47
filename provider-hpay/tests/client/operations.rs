//! Every call to HPay, as one table: what settings, hosts and faults are tried on.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Request;
use payments_core::{
    EndpointName, Error, ErrorKind, GatewayRef, Lookup, PayoutRef, Provider, Secret, Submission,
    Timestamp, UncertainCause,
    bank::{AccountNumber, BankAccount, Bin},
    money::Money,
    notification::{Confirmation, Delivery, Received},
    payout::{Beneficiary, CreatePayout},
    virtual_account::{OpenVirtualAccount, UpdateVirtualAccount, VirtualAccountRef},
};
use provider_hpay::{
    HPay,
    endpoints::{NOTIFY, VA_CALLBACK},
    testing::Deliveries,
};
use serde_json::{Value, json};

use crate::support::{self, HPAY_KEY, NOW, PASSCODE};

/// One call, and the service of HPay that it goes to.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) service: Service,
    pub(crate) call: for<'a> fn(&'a Provider) -> BoxFuture<'a, Outcome>,
}

/// HPay's services, each with a host of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Checkout,
    Account,
    OpenApi,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The instruction was carried out.
    Accepted,
    /// The instruction was refused.
    Declined {
        confirmed: bool,
    },
    Uncertain(UncertainCause),
    /// The inquiry was answered.
    Answered,
    /// The inquiry was answered: there is nothing.
    Absent,
    Failed(ErrorKind),
}

impl Operation {
    pub(crate) fn is_instruction(&self) -> bool {
        INSTRUCTIONS.iter().any(|instruction| instruction.name == self.name)
    }
}

/// Every operation.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    INSTRUCTIONS.iter().chain(&INQUIRIES)
}

pub(crate) const INSTRUCTIONS: [Operation; 5] = [
    Operation {
        name: "open",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                let request = OpenVirtualAccount::new(support::order(), "NGUYEN VAN A").unwrap();
                let request = request.with_amount(Money::vnd(100_000)).unwrap();
                submitted(provider.virtual_accounts().unwrap().open(&request).await)
            })
        },
    },
    Operation {
        name: "update",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                let request = UpdateVirtualAccount::new(virtual_account(), "TRAN THI B").unwrap();
                submitted(provider.virtual_accounts().unwrap().update(&request).await)
            })
        },
    },
    Operation {
        name: "close",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                submitted(provider.virtual_accounts().unwrap().close(&virtual_account()).await)
            })
        },
    },
    Operation {
        name: "reopen",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                let role = provider.virtual_accounts().unwrap();
                submitted(role.reopen(&virtual_account(), None).await)
            })
        },
    },
    Operation {
        name: "create_payout",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                submitted(provider.payouts().unwrap().create_payout(&ordered()).await)
            })
        },
    },
];

pub(crate) const INQUIRIES: [Operation; 10] = [
    Operation {
        name: "find_payment",
        service: Service::Checkout,
        call: |provider| {
            Box::pin(async {
                found(provider.payments().unwrap().find_payment(&support::order()).await)
            })
        },
    },
    Operation {
        name: "find_transaction",
        service: Service::Checkout,
        call: |provider| {
            Box::pin(async {
                let hpay = provider.extension::<HPay>().unwrap();
                found(hpay.find_transaction(&support::order(), &transaction()).await)
            })
        },
    },
    Operation {
        name: "credits",
        service: Service::OpenApi,
        call: |provider| {
            Box::pin(async {
                answered(provider.virtual_accounts().unwrap().credits(&virtual_account()).await)
            })
        },
    },
    Operation {
        name: "find_payout",
        service: Service::Account,
        call: |provider| {
            Box::pin(async { found(provider.payouts().unwrap().find_payout(&payout()).await) })
        },
    },
    Operation {
        name: "find_payout_transaction",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                let hpay = provider.extension::<HPay>().unwrap();
                found(hpay.find_payout_transaction(&payout(), &transaction()).await)
            })
        },
    },
    Operation {
        name: "find_payout_like",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                found(provider.extension::<HPay>().unwrap().find_payout_like(&ordered()).await)
            })
        },
    },
    Operation {
        name: "verify_beneficiary",
        service: Service::Account,
        call: |provider| {
            Box::pin(async {
                answered(provider.payouts().unwrap().verify_beneficiary(&account()).await)
            })
        },
    },
    Operation {
        name: "balance",
        service: Service::Account,
        call: |provider| Box::pin(async { answered(provider.payouts().unwrap().balance().await) }),
    },
    Operation {
        name: "confirm_payment",
        service: Service::Checkout,
        call: |provider| {
            Box::pin(async {
                // A failure is never proven by its notification.
                let hpays = deliveries();
                let failed = hpays.payment(&support::order(), Money::vnd(200_000));
                let failed = failed.failed("Het han").notify("/notify").unwrap();
                confirmed(provider, NOTIFY, &failed).await
            })
        },
    },
    Operation {
        name: "confirm_credit",
        service: Service::OpenApi,
        call: |provider| {
            Box::pin(async {
                let hpays = deliveries();
                let credit = hpays.credit(CASHIN, NUMBER, Money::vnd(30_000));
                confirmed(provider, VA_CALLBACK, &credit.callback("/callback").unwrap()).await
            })
        },
    },
];

/// What HPay answers to an operation that works. `code` is the code over the answer, where it
/// carries one of a formula that the reference does not print.
pub(crate) fn good(operation: &str, code: &str) -> Value {
    let payout_row = json!({
        "request_id": "P-1", "merchant_id": "12345", "transaction_id": TRANSACTION,
        "amount": "1000000", "bankAccount_number": NUMBER, "transaction_status": 4,
        "cashout_status": 3, "refund_status": 1,
    });
    match operation {
        "open" => json!({"error_code": "00", "checksum": code, "data": {
            "merchant_id": "12345", "va_account": NUMBER, "va_status": "1",
            "va_amount": "100000", "va_bank": "BIDV",
        }}),
        "update" => json!({"error_code": "00", "data": {
            "va_account": NUMBER, "va_name": "TRAN THI B",
        }}),
        "close" => json!({"error_code": "00", "checksum": code, "data": {
            "account_va": NUMBER, "va_status": "3",
        }}),
        "reopen" => json!({"error_code": "00", "checksum": code, "data": {
            "account_va": NUMBER, "va_status": "1",
        }}),
        "create_payout" => accepted_payout(PASSCODE),
        "find_payment" | "find_transaction" | "confirm_payment" => {
            json!({"error_code": "00", "checksum": code, "data": {
                "transaction_status": "00", "order_code": support::order().as_str(),
                "total_amount": "200000", "transaction_id": TRANSACTION,
            }})
        }
        "credits" | "confirm_credit" => json!({"error_code": "00", "secure_code": code, "data": [
            {"full_account_number": NUMBER, "amount": 30_000, "cashin": CASHIN},
        ]}),
        "find_payout" | "find_payout_transaction" | "find_payout_like" => {
            json!({"error_code": "000", "secure_chain": code, "data": payout_row})
        }
        "verify_beneficiary" => json!({"error_code": "000", "checksum": code, "data": {
            "bank_account_number": NUMBER, "bank_name": "BIDV", "bank_account_name": "NGUYEN VAN A",
        }}),
        "balance" => {
            json!({"error_code": "0", "data": {"balance": "101,747,939", "signature": code}})
        }
        other => panic!("{other}"),
    }
}

/// The answer to an accepted payout, signed by HPay's key over this passcode.
pub(crate) fn accepted_payout(passcode: &str) -> Value {
    let signer = provider_kit::signature::rsa::SignerKind::Rsa.read(HPAY_KEY.as_bytes()).unwrap();
    let text = format!("P-1|{NUMBER}|231423|{passcode}");
    json!({"error_code": "000", "data": {
        "requestId": "P-1", "bankAccountNumber": NUMBER, "omiCashoutId": "231423",
        "omiTransactionId": TRANSACTION,
        "secureChain": STANDARD.encode(signer.sign(text.as_bytes()).unwrap()),
    }})
}

const CASHIN: &str = "28275709";
pub(crate) const NUMBER: &str = "9631241000000000178";
pub(crate) const TRANSACTION: &str = "96061677";

fn transaction() -> GatewayRef {
    GatewayRef::new(TRANSACTION).unwrap()
}

fn payout() -> PayoutRef {
    PayoutRef::new("P-1").unwrap()
}

fn account() -> BankAccount {
    BankAccount::new(Bin::new("970418").unwrap(), AccountNumber::new(NUMBER).unwrap())
}

fn virtual_account() -> VirtualAccountRef {
    VirtualAccountRef::new(support::order()).with_number(AccountNumber::new(NUMBER).unwrap())
}

fn ordered() -> CreatePayout {
    let beneficiary = Beneficiary::new(account(), "NGUYEN VAN A").unwrap();
    CreatePayout::new(payout(), Money::vnd(1_000_000), beneficiary).unwrap()
}

fn deliveries() -> Deliveries {
    Deliveries::new("12345", Secret::new(PASSCODE).unwrap())
}

/// Receives a delivery and asks about its one event.
async fn confirmed(provider: &Provider, endpoint: &str, request: &Request<Bytes>) -> Outcome {
    let role = provider.notifications().unwrap();
    let endpoint = EndpointName::new(endpoint).unwrap();
    let now = Timestamp::from_unix(NOW);
    let received = role.receive(&endpoint, &Delivery::of(request), now);
    let Received::Notification(notification) = received else { panic!("{received:?}") };
    match role.confirm(&notification.events()[0]).await {
        Ok(Confirmation::NotYet { .. }) => Outcome::Absent,
        other => answered(other),
    }
}

fn submitted<T>(submission: Result<Submission<T>, Error>) -> Outcome {
    match submission {
        Ok(Submission::Accepted(_)) => Outcome::Accepted,
        Ok(Submission::Declined(decline)) => {
            Outcome::Declined { confirmed: decline.is_confirmed() }
        }
        Ok(Submission::Uncertain(uncertain)) => Outcome::Uncertain(uncertain.cause),
        Err(error) => Outcome::Failed(error.kind()),
    }
}

fn found<T>(lookup: Result<Lookup<T>, Error>) -> Outcome {
    match lookup {
        Ok(Lookup::Absent(_)) => Outcome::Absent,
        other => answered(other),
    }
}

fn answered<T>(answer: Result<T, Error>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Answered,
        Err(error) => Outcome::Failed(error.kind()),
    }
}
