//! The application that stands behind the gateway.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bartizan_server::{LogWebhook, Network, ProtectionConfig, Server, Trust};

use crate::output;

/// What can be set about the gateway.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Web application")]
pub(super) struct ProtectFlags {
    /// Stand before the application at this address, such as http://127.0.0.1:3000 or https://app.internal, and judge its requests by a web ACL; the
    /// first one only counts. Several addresses are asked in turn.
    #[arg(long, env = "BARTIZAN_PROTECT", value_delimiter = ',')]
    protect: Vec<String>,
    /// Believe of applications at https addresses the certificates in this PEM file and no others, instead of those that this host
    /// trusts.
    #[arg(long, env = "BARTIZAN_PROTECT_CA", requires = "protect")]
    protect_ca: Option<PathBuf>,
    /// Ask those addresses for this path every few seconds, and leave out those that do not answer it below 400.
    #[arg(long, env = "BARTIZAN_PROTECT_HEALTH", requires = "protect")]
    protect_health: Option<String>,
    /// Serve clients with TLS, HTTP/2 among it: the certificate and those above it in PEM. Of several, the first that is made
    /// out for the name that a client asks for is shown. The files are read again when they change.
    #[arg(long, env = "BARTIZAN_PROTECT_CERTIFICATE", value_delimiter = ',', requires = "protect_key")]
    protect_certificate: Vec<PathBuf>,
    /// The key of each certificate, in the same order.
    #[arg(long, env = "BARTIZAN_PROTECT_KEY", value_delimiter = ',', requires = "protect_certificate")]
    protect_key: Vec<PathBuf>,
    /// Seconds that the application may take until its answer begins.
    #[arg(long, env = "BARTIZAN_PROTECT_TIMEOUT", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    protect_timeout: u32,
    /// Where clients of the application connect; port 0 takes a free one.
    #[arg(long, env = "BARTIZAN_PROTECT_LISTEN", default_value = "127.0.0.1:8480")]
    protect_listen: SocketAddr,
    /// How many bytes of a body are inspected, up to a mebibyte.
    #[arg(long, env = "BARTIZAN_PROTECT_INSPECT", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    protect_inspect: u32,
    /// Networks of proxies whose X-Forwarded-For names the client, such as 10.0.0.0/8.
    #[arg(long, env = "BARTIZAN_PROTECT_TRUST", value_delimiter = ',')]
    protect_trust: Vec<Network>,
    /// Databases in MaxMind's form that say where addresses are: of countries or cities, and of autonomous systems.
    #[arg(long, env = "BARTIZAN_PROTECT_PLACES", value_delimiter = ',')]
    protect_places: Vec<PathBuf>,
    /// Tell at this address, under /metrics, what is measured of each rule, in Prometheus' form.
    #[arg(long, env = "BARTIZAN_PROTECT_METRICS", requires = "protect")]
    protect_metrics: Option<SocketAddr>,
    /// Send the records of logged requests to this address, too: one JSON object a line, several in one request.
    #[arg(long, env = "BARTIZAN_PROTECT_LOG_WEBHOOK", requires = "protect")]
    protect_log_webhook: Option<String>,
    /// Sign them with this secret.
    #[arg(long, env = "BARTIZAN_PROTECT_LOG_SECRET", hide_env_values = true, requires = "protect_log_webhook")]
    protect_log_secret: Option<String>,
    /// Let requests pass that would cost too much to judge, instead of refusing them.
    #[arg(long, env = "BARTIZAN_PROTECT_FAIL_OPEN")]
    protect_fail_open: bool,
}

impl ProtectFlags {
    pub(super) fn config(&self) -> Option<ProtectionConfig> {
        if self.protect.is_empty() {
            return None;
        }
        Some(ProtectionConfig {
            listen: self.protect_listen,
            upstreams: self.protect.clone(),
            upstream_trust: self.protect_ca.clone().map_or(Trust::Host, Trust::File),
            health: self.protect_health.clone(),
            certificates: self.protect_certificate.clone(),
            keys: self.protect_key.clone(),
            metrics: self.protect_metrics,
            log_webhook: self
                .protect_log_webhook
                .clone()
                .map(|url| LogWebhook { url, secret: self.protect_log_secret.clone() }),
            timeout: Duration::from_secs(self.protect_timeout.into()),
            inspected: usize::try_from(self.protect_inspect).unwrap_or(usize::MAX),
            trusted: self.protect_trust.clone(),
            places: self.protect_places.clone(),
            fail_open: self.protect_fail_open,
        })
    }
}

/// Says where the application is now.
pub(super) fn greet(server: &Server) {
    if let Some((url, resource)) = server.protects() {
        output::line(&format!("  gateway   {url}, associated with web ACLs as"));
        output::line(&format!("            {resource}"));
    }
}
