use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusRecorder};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;

/// Sends the spans to OpenTelemetry through an exporter, such as that of `opentelemetry-otlp`. Call
/// `shutdown` of the provider at the end of the program, so that the last spans are sent.
pub fn spans(exporter: impl SpanExporter + 'static) -> (impl Subscriber, SdkTracerProvider) {
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    (tracing_subscriber::registry().with(layer), provider)
}

/// Collects the metrics for Prometheus. `recorder.handle().render()` returns the text that
/// Prometheus reads; serve it on a route that only Prometheus can reach.
pub fn metrics() -> Result<PrometheusRecorder, BuildError> {
    let seconds = [0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0];
    Ok(PrometheusBuilder::new().set_buckets(&seconds)?.build_recorder())
}
