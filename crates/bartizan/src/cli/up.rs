//! `bartizan up`

mod commands;
mod devices;
mod observe;
mod protect;
mod sensor;

use std::net::SocketAddr;
use std::path::PathBuf;

use bartizan_agent::Pace;
use bartizan_agent::device::Device;
use bartizan_server::{Config, RootKey, Server};
use bartizan_wire::Realm;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Format;
use super::host::status::print_summary;
use crate::exit::{Done, Failure, Outcome};
use crate::{output, stop};

/// Run API, engine and agent in one process, on one data folder, observing this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Up {
    /// Where the API listens; port 0 takes a free one, which is printed and written to the data folder.
    #[arg(long, env = "BARTIZAN_LISTEN", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Everything that is kept lives in this folder.
    #[arg(long, env = "BARTIZAN_DATA", default_value = "./bartizan-data")]
    data: PathBuf,
    /// Account of the realm: twelve digits.
    #[arg(long, env = "BARTIZAN_ACCOUNT", default_value = "000000000000")]
    account: String,
    /// Region of the realm.
    #[arg(long, env = "BARTIZAN_REGION", default_value = "us-east-1")]
    region: String,
    /// Do not observe this machine.
    #[arg(long)]
    no_observe: bool,
    /// A file, folder or archive of advisories that images are judged by (see `bartizan sensor scan --help`). May be given
    /// several times.
    #[arg(long, env = "BARTIZAN_FEEDS", value_delimiter = ',')]
    feed: Vec<PathBuf>,
    /// A folder with OCI layouts in it and below, whose images this machine's own sensor scans beside those of Docker, Podman, CRI-O
    /// and containerd. May be given several times.
    #[arg(long, value_name = "FOLDER")]
    layouts: Vec<PathBuf>,
    #[command(flatten)]
    devices: devices::DeviceFlags,
    #[command(flatten)]
    protect: protect::ProtectFlags,
}

impl Up {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("the program cannot start: {error}")))?;
        runtime.block_on(self.serve(format))
    }

    async fn serve(&self, format: Format) -> Outcome {
        let stopped = stop::asked().map_err(|error| Failure::Refused(format!("signals cannot be heard: {error}")))?;
        let config = Config {
            listen: self.listen,
            data: self.data.clone(),
            realm: Realm::new(&self.account, &self.region).map_err(|error| Failure::Refused(error.to_string()))?,
            root_key: root_key()?,
            devices: self.devices.config(),
            feeds: self.feed.clone(),
            protection: self.protect.config(),
        };
        let server = Server::start(config).await.map_err(|error| Failure::Refused(error.to_string()))?;
        if format == Format::Table {
            greet(&server);
        }
        let mut device = (!self.no_observe).then(|| observe::device(&server, &self.region));
        if let (Some(device), Format::Table) = (&device, format) {
            output::line(&format!("  device    this machine, as the thing `{}`", device.thing()));
        }
        let mut sensor = if self.no_observe { None } else { sensor::own(&server, &self.layouts).await };
        if let (Some(sensor), Format::Table) = (&sensor, format) {
            output::line(&format!("  images    scanned by this machine's sensor {}", sensor.id()));
        }
        let ended = tokio::select! {
            () = sensor::run(sensor.as_mut()) => Done::Well,
            () = self.attend(&server, format) => Done::Well,
            () = self.report(device.as_mut()) => Done::Well,
            () = stopped => Done::Well,
        };
        if format == Format::Table {
            output::line("stopping: requests under way are finished first");
        }
        server.stop().await;
        Ok(ended)
    }

    /// Reports this machine as a device. Does not return.
    async fn report(&self, device: Option<&mut Device>) {
        if let Some(device) = device {
            device.run(self.devices.period(), std::future::pending()).await;
        }
        std::future::pending::<()>().await;
    }

    /// Observes this machine, says what to try next, and then goes on observing. Does not return.
    async fn attend(&self, server: &Server, format: Format) {
        let mut observed = if self.no_observe { None } else { observe::first(server, &self.region, format).await };
        let summary = observed.as_ref().map_or(&Value::Null, |observed| &observed.summary);
        match format {
            Format::Json => output::json(&json!({
                "Endpoint": server.endpoint(),
                "RootKeyFile": server.folder().root_key_path(),
                "Gateway": server.protects().map(|(url, _)| url),
                "GatewayMetrics": server.measures().map(|address| format!("http://{address}/metrics")),
                "GatewayResource": server.protects().map(|(_, resource)| resource),
                "Host": summary,
            })),
            Format::Table => {
                if !summary.is_null() {
                    output::line("");
                    print_summary(summary);
                }
                commands::print(&self.data, summary);
            }
        }
        if let Some(observed) = &mut observed {
            // The stop of the whole program ends this as well, so that it needs no end of its own.
            let (_hold, mut never) = watch::channel(());
            let stop = async move { while never.changed().await.is_ok() {} };
            if let Err(error) = observed.agent.run(Pace::default(), stop).await {
                tracing::error!(%error, "this machine is not observed any more");
            }
        }
        std::future::pending::<()>().await;
    }
}

/// The root key from the environment: only from there, because command lines can be read by others.
fn root_key() -> Result<Option<RootKey>, Failure> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (of("BARTIZAN_ROOT_ACCESS_KEY_ID"), of("BARTIZAN_ROOT_SECRET_ACCESS_KEY")) {
        (Some(access_key_id), Some(secret_access_key)) => Ok(Some(RootKey { access_key_id, secret_access_key })),
        (None, None) => Ok(None),
        _ => Err(Failure::Refused(
            "set both BARTIZAN_ROOT_ACCESS_KEY_ID and BARTIZAN_ROOT_SECRET_ACCESS_KEY, or neither".to_owned(),
        )),
    }
}

fn greet(server: &Server) {
    let (key, new) = server.root_key();
    let file = server.folder().root_key_path();
    output::line(&format!("bartizan {} is ready", env!("CARGO_PKG_VERSION")));
    output::line(&format!("  endpoint  {}", server.endpoint()));
    if file.exists() {
        output::line(&format!("  root key  {} in {}", key.access_key_id, file.display()));
    } else {
        output::line(&format!("  root key  {} from the environment", key.access_key_id));
    }
    if new {
        output::line(&format!("            secret {} (shown this once)", key.secret_access_key));
    }
    devices::greet(server.doors());
    protect::greet(server);
}
