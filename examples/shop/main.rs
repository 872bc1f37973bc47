//! Runs the shop: `cargo run -p example-shop --example shop -- payments.toml`.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use example_shop::{Settings, Shop, follow_up, router};
use payments::config::Environ;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();

    let path = std::env::args_os().nth(1).ok_or("say where payments.toml is")?;
    let settings = Settings::from_environ(&Environ::system())?;
    let shop = Arc::new(Shop::new(&std::fs::read_to_string(path)?, &settings)?);

    let asking = tokio::spawn(follow_up(Arc::clone(&shop), Duration::from_secs(60)));
    let listener = tokio::net::TcpListener::bind(settings.address).await?;
    tracing::info!("the shop is open at {}", settings.url);
    let stopped = async {
        // If the signal cannot be received, the shop runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    axum::serve(listener, router(shop)).with_graceful_shutdown(stopped).await?;
    asking.abort();
    Ok(())
}
