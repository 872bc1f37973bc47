//! Runs the shop: `cargo run -p example-shop --example shop -- payments.toml`.

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use example_shop::{Settings, Shop, router};
use payments::{Payments, config::Environ};
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
    let payments = Payments::from_toml(&std::fs::read_to_string(path)?)?;
    let shop = Arc::new(Shop::start(&payments, &settings).await?);

    let listener = tokio::net::TcpListener::bind(settings.address).await?;
    tracing::info!("the shop is open at {}", settings.url);
    let stopped = async {
        // If the signal cannot be received, the shop runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let service = router(Arc::clone(&shop)).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped).await?;
    shop.stop().await;
    Ok(())
}
