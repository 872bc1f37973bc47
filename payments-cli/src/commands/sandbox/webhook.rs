//! The flag `--webhook`: the address that receives a gateway's webhooks.

use simulator_kit::control::Action;

use crate::{exit::Failure, simulator::RunningSimulator};

/// A webhook to register: `PROVIDER/ENDPOINT=URL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Webhook {
    provider: String,
    endpoint: String,
    url: String,
}

impl std::str::FromStr for Webhook {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = "write PROVIDER/ENDPOINT=URL, such as payos/webhook=http://127.0.0.1:3000/payos";
        let (name, url) = text.split_once('=').ok_or(form)?;
        let (provider, endpoint) = name.split_once('/').ok_or(form)?;
        if [provider, endpoint, url].iter().any(|part| part.is_empty()) {
            return Err(form);
        }
        let [provider, endpoint, url] = [provider, endpoint, url].map(str::to_owned);
        Ok(Self { provider, endpoint, url })
    }
}

/// Registers the webhooks at their gateways.
pub(super) async fn register(
    webhooks: &[Webhook],
    gateways: &[(&str, RunningSimulator)],
) -> Result<(), Failure> {
    for Webhook { provider, endpoint, url } in webhooks {
        let controlled =
            || gateways.iter().filter_map(|(kind, it)| Some((*kind, it.control.as_ref()?)));
        let Some((_, control)) = controlled().find(|(kind, _)| kind == provider) else {
            let known: Vec<_> = controlled().map(|(kind, _)| kind).collect();
            let message = format!(
                "there is no gateway {provider} here; known gateways: {}",
                known.join(", ")
            );
            return Err(Failure::usage("--webhook", message));
        };
        // The state of an earlier run may contain it already.
        let known = control.overview().webhooks;
        if known.iter().any(|it| it.endpoint == *endpoint && it.url == *url) {
            continue;
        }
        let action = Action::RegisterWebhook { endpoint: endpoint.clone(), url: url.clone() };
        control.act(action).await.map_err(|refused| {
            Failure::usage("--webhook", format!("{provider}/{endpoint}: {refused}"))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_names_its_provider_endpoint_and_address() {
        let read: Webhook = "hpay/va-callback=http://127.0.0.1:3000/a?b=c".parse().unwrap();
        assert_eq!(read.endpoint, "va-callback");
        assert_eq!(read.url, "http://127.0.0.1:3000/a?b=c");
        for wrong in ["", "hpay=http://127.0.0.1", "hpay/notify", "/x=http://127.0.0.1", "hpay/x="]
        {
            assert!(wrong.parse::<Webhook>().is_err(), "{wrong}");
        }
    }
}
