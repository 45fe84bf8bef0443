//! The gateway before an application: which web ACL protects it, what is logged and recorded of its requests.

mod follow;
mod log_file;
mod log_webhook;
mod recorder;
mod starter;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bartizan_courier::Trust;
use bartizan_gateway::token::KEY_BYTES;
use bartizan_gateway::{
    Gateway, GatewayError, Guard, LiveTraffic, MaxMindAtlas, Running, Settings, TlsFiles, TokenKey, Watcher, WhenBlind,
};
use bartizan_operation::Table;
use bartizan_policy::Authorizer;
use bartizan_web::engine::{AddressSet, Network};
use bartizan_wire::Realm;
use tokio::task::JoinHandle;

use crate::clock;
use crate::data_folder::{DataFolder, write_private};
use crate::surroundings::Surroundings;
use follow::{Followed, Loggings};
use log_file::WebLog;
pub use log_webhook::LogWebhook;
use recorder::Recorder;

/// What an operator can set of the gateway.
#[derive(Debug, Clone)]
pub struct ProtectionConfig {
    /// Where clients connect; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the application answers: `http://host:port` or `https://host:port`, one or several that are asked in turn.
    pub upstreams: Vec<String>,
    /// Whose certificates are believed of those with `https`.
    pub upstream_trust: Trust,
    /// The path by which those are asked whether they are well.
    pub health: Option<String>,
    /// Certificates for clients, and the key of each.
    pub certificates: Vec<PathBuf>,
    /// The key of each certificate, in the same order.
    pub keys: Vec<PathBuf>,
    /// Where what is measured can be read.
    pub metrics: Option<SocketAddr>,
    /// Where log records are sent, beside their files.
    pub log_webhook: Option<LogWebhook>,
    /// How long the application may take until its answer begins.
    pub timeout: Duration,
    /// How much of a body is inspected, in bytes.
    pub inspected: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted: Vec<Network>,
    /// Databases in MaxMind's form that say where addresses are.
    pub places: Vec<PathBuf>,
    /// Requests that cannot be judged pass.
    pub fail_open: bool,
}

/// Where the key of tokens is kept in the data folder.
const TOKEN_KEY_FILE: &str = "web-token.key";

/// The gateway that runs.
#[derive(Debug)]
pub(crate) struct Protection {
    running: Running,
    resource: String,
    /// Clients connect with TLS.
    secure: bool,
    following: JoinHandle<()>,
    recording: JoinHandle<()>,
    sending: Option<JoinHandle<()>>,
}

/// The ARN by which the gateway is associated with a web ACL: that of a load balancer, as clients know them.
fn resource(realm: &Realm) -> String {
    let balancer = "loadbalancer/app/bartizan-gateway/0000000000000001";
    format!("arn:aws:elasticloadbalancing:{}:{}:{balancer}", realm.region, realm.account)
}

/// The key of tokens: made once, so that a restart leaves tokens as they are.
fn token_key(folder: &DataFolder) -> Option<[u8; KEY_BYTES]> {
    let path = folder.join(TOKEN_KEY_FILE);
    let mut bytes = [0_u8; KEY_BYTES];
    match std::fs::read(&path) {
        Ok(kept) => bytes = kept.try_into().ok()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            getrandom::fill(&mut bytes).ok()?;
            write_private(&path, &bytes).ok()?;
        }
        Err(_) => return None,
    }
    Some(bytes)
}

impl Protection {
    /// Starts the gateway. An application without a web ACL gets one that only counts.
    pub(crate) async fn start(
        config: &ProtectionConfig,
        folder: &DataFolder,
        surroundings: &Arc<Surroundings>,
        traffic: &Arc<LiveTraffic>,
        table: &Arc<Table>,
        authorizer: &Arc<dyn Authorizer>,
        realm: &Realm,
    ) -> Result<Self, GatewayError> {
        let resource = resource(realm);
        let read = |text: &String| text.parse().map_err(|_| GatewayError::Upstream(text.clone()));
        let upstreams = config.upstreams.iter().map(read).collect::<Result<_, _>>()?;
        let secure_upstream = config.upstreams.iter().any(|text| text.starts_with("https:"));
        let upstream_tls = secure_upstream.then(|| config.upstream_trust.config()).transpose();
        if config.certificates.len() != config.keys.len() {
            return Err(GatewayError::Keys);
        }
        let pair =
            |(certificate, key): (&PathBuf, &PathBuf)| TlsFiles { certificate: certificate.clone(), key: key.clone() };
        let certificates = config.certificates.iter().zip(&config.keys).map(pair).collect();
        let health = config.health.as_ref().map(|path| path.parse().map_err(|_| GatewayError::Health(path.clone())));
        if let Err(error) = starter::ensure(surroundings, table, authorizer, &resource).await {
            tracing::error!(%error, "the first web ACL could not be made; make one, and associate it with {resource}");
        }
        let kept = token_key(folder).ok_or(GatewayError::Key)?;
        let key = TokenKey::new(&kept).ok_or(GatewayError::Key)?;
        // a key for each purpose
        let secret = [&kept[..], b" of digests in logs"].concat();
        let guard = Arc::new(Guard::default());
        traffic.watch(Arc::clone(&guard));
        let loggings = Arc::new(Loggings::default());
        let (recorder, recording) = Recorder::start(Arc::clone(surroundings));
        let (sent, sending) = config.log_webhook.clone().map(log_webhook::start).unzip();
        let watchers: Vec<Arc<dyn Watcher>> = vec![
            Arc::clone(traffic) as _,
            Arc::new(WebLog::start(folder.join("web-logs"), Arc::clone(&loggings), sent)),
            Arc::new(recorder),
        ];
        let atlas = Arc::new(MaxMindAtlas::read(&config.places)?);
        let mut settings = Settings::new(config.listen, upstreams, resource.clone());
        let secure = !config.certificates.is_empty();
        settings.upstream_tls = upstream_tls.map_err(GatewayError::Trust)?;
        settings.certificates = certificates;
        settings.health = health.transpose()?;
        settings.response = config.timeout;
        settings.metrics = config.metrics;
        settings.inspected = config.inspected;
        settings.trusted = AddressSet::new(config.trusted.iter().copied());
        settings.when_blind = if config.fail_open { WhenBlind::Open } else { WhenBlind::Close };
        let mut followed =
            Followed::new(Arc::clone(surroundings), Arc::clone(&guard), resource.clone(), loggings, secret);
        // the first client is judged already
        followed.catch_up().await;
        let running = Gateway::start(settings, guard, watchers, atlas, key, clock::now).await?;
        let following = tokio::spawn(followed.run());
        Ok(Self { running, resource, secure, following, recording, sending })
    }

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.running.address())
    }

    /// Where what is measured can be read.
    pub(crate) const fn metrics(&self) -> Option<SocketAddr> {
        self.running.metrics()
    }

    /// The ARN of the gateway.
    pub(crate) fn resource(&self) -> &str {
        &self.resource
    }

    /// Lets running requests finish, then stops.
    pub(crate) async fn stop(self) {
        self.running.stop().await;
        self.following.abort();
        // the recorder ends when nobody can hand it requests any more
        if tokio::time::timeout(recorder::LAST_WRITE, self.recording).await.is_err() {
            tracing::warn!("the last requests were not recorded");
        }
        if let Some(sending) = self.sending
            && tokio::time::timeout(log_webhook::LAST_SEND, sending).await.is_err()
        {
            tracing::warn!("the last log records of requests were not sent");
        }
    }
}
