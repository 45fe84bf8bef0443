//! `bartizan agent`

mod device;

use std::path::PathBuf;
use std::time::Duration;

use bartizan_agent::agent::{Activation, register};
use bartizan_agent::collect::Root;
use bartizan_agent::{Agent as HostAgent, Client, Endpoint, Folder, Pace, client::Patience, spool};

use crate::exit::{Done, Failure, Outcome};
use crate::{output, stop};

/// Observe this machine and report it to a server elsewhere. The first start registers with an activation; reports wait
/// on disk while the server is away.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Agent {
    #[command(subcommand)]
    other: Option<Other>,
    /// Address of the server, such as http://bartizan.example:8470.
    #[arg(long, env = "BARTIZAN_ENDPOINT", required = true)]
    endpoint: Option<Endpoint>,
    /// Folder for the agent's credential and spool.
    #[arg(long, env = "BARTIZAN_AGENT_DATA", default_value = "./bartizan-agent-data")]
    data: PathBuf,
    /// Id of an activation (CreateActivation); needed at the first start only.
    #[arg(long, env = "BARTIZAN_ACTIVATION_ID", requires = "activation_code")]
    activation_id: Option<String>,
    /// Code of the activation.
    #[arg(long, env = "BARTIZAN_ACTIVATION_CODE", hide_env_values = true, requires = "activation_id")]
    activation_code: Option<String>,
    /// Where the host's files are.
    #[arg(long, default_value = "/")]
    root: PathBuf,
    /// Seconds between reports when nothing changes.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(10..=86_400))]
    interval: u64,
    /// Report once, then stop.
    #[arg(long)]
    once: bool,
}

/// What else this machine can be observed as.
#[derive(Debug, clap::Subcommand)]
enum Other {
    Device(device::Device),
}

impl Agent {
    pub(crate) fn run(&self) -> Outcome {
        if let Some(Other::Device(device)) = &self.other {
            return device.run();
        }
        let Some(endpoint) = &self.endpoint else {
            return Err(Failure::Refused("name the server with --endpoint".to_owned()));
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("the program cannot start: {error}")))?;
        runtime.block_on(self.observe(endpoint))
    }

    async fn observe(&self, endpoint: &Endpoint) -> Outcome {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let stopped = stop::asked().map_err(|error| refused(&error))?;
        let folder = Folder::open(&self.data).map_err(|error| refused(&error))?;
        let mut client = Client::new(endpoint.clone(), Patience::default());
        let root = Root::new(&self.root);
        if folder.credential().map_err(|error| refused(&error))?.is_none() {
            let (Some(id), Some(code)) = (&self.activation_id, &self.activation_code) else {
                return Err(Failure::Refused(
                    "this host is not registered: give --activation-id and --activation-code, as CreateActivation \
                     answers them"
                        .to_owned(),
                ));
            };
            let activation = Activation { id, code };
            let credential =
                register(&folder, &mut client, &root, activation).await.map_err(|error| refused(&error))?;
            output::line(&format!("registered as {}", credential.instance_id));
        }
        let mut agent =
            HostAgent::open(folder, client, root, spool::Limits::default()).map_err(|error| refused(&error))?;
        if self.once {
            let delivered = agent.report(|_| {}).await.map_err(|error| refused(&error))?;
            output::line(&format!("{}: {delivered}", agent.instance()));
            return Ok(Done::Well);
        }
        output::line(&format!("observing this machine as {} for {}", agent.instance(), endpoint));
        let pace = Pace { interval: Duration::from_secs(self.interval), ..Pace::default() };
        agent.run(pace, stopped).await.map_err(|error| refused(&error))?;
        Ok(Done::Well)
    }
}
