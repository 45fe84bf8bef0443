//! This machine's own agent: registers like any other, over the network and with an activation.

use std::time::Duration;

use bartizan_agent::agent::{Activation, register};
use bartizan_agent::caller::{AccessKey, Call, Caller, Method};
use bartizan_agent::collect::{CollectError, Progress, Root};
use bartizan_agent::device::{Device, thing_name};
use bartizan_agent::{Agent, AgentError, Client, Endpoint, Folder, client::Patience, spool};
use bartizan_server::Server;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::cli::Format;
use crate::output;

/// What takes longer than this is shown while it goes on.
const QUIET_FOR: Duration = Duration::from_millis(800);

/// This machine, observed once.
pub(super) struct Observed {
    pub(super) agent: Agent,
    pub(super) summary: Value,
}

/// Registers if need be, reports, and asks how the machine stands. `None` if it cannot be observed, which is said.
pub(super) async fn first(server: &Server, region: &str, format: Format) -> Option<Observed> {
    match try_first(server, region).await {
        Ok(observed) => Some(observed),
        Err(AgentError::Collect(CollectError::Unsupported(unsupported))) => {
            say(format, &format!("this machine is not observed: {unsupported}. Everything else is served."));
            None
        }
        Err(error) => {
            say(format, &format!("this machine is not observed: {error}"));
            None
        }
    }
}

fn say(format: Format, text: &str) {
    match format {
        Format::Table => output::line(text),
        Format::Json => tracing::warn!("{text}"),
    }
}

async fn try_first(server: &Server, region: &str) -> Result<Observed, AgentError> {
    let folder = Folder::open(server.folder().join("agent"))?;
    let root = Root::new("/");
    let unusable = |why: String| {
        AgentError::Call(bartizan_agent::client::CallError::Unavailable {
            endpoint: server.endpoint().to_owned(),
            reason: why,
        })
    };
    let endpoint: Endpoint = server.endpoint().parse().map_err(|error| unusable(format!("{error}")))?;
    let mut client = Client::new(endpoint, Patience::default());
    if folder.credential()?.is_none() {
        let enlistment = server.enlist().await.map_err(unusable)?;
        let activation = Activation { id: &enlistment.activation_id, code: &enlistment.activation_code };
        register(&folder, &mut client, &root, activation).await?;
    }
    let mut agent = Agent::open(folder, client, root, spool::Limits::default())?;
    let bar = bar();
    let shown = bar.clone();
    let reported = agent.report(move |progress: Progress<'_>| show(&shown, progress)).await;
    bar.finish_and_clear();
    reported?;
    let summary = summary(server, region, agent.instance()).await.map_err(unusable)?;
    Ok(Observed { agent, summary })
}

/// Drawn on a terminal only, and only when the work is not done at once.
fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("  reading {msg} {bar:30} {percent}%") {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    if bar.elapsed() < QUIET_FOR {
        return;
    }
    bar.set_length(progress.length);
    bar.set_position(progress.read);
    bar.set_message(progress.file.to_owned());
}

/// A client of the server with its root key.
fn root_caller(server: &Server, region: &str) -> Caller {
    let (key, _) = server.root_key();
    let key = AccessKey { access_key_id: key.access_key_id.clone(), secret_access_key: key.secret_access_key.clone() };
    Caller::new(server.endpoint(), region, key)
}

/// This machine as one of the devices.
pub(super) fn device(server: &Server, region: &str) -> Device {
    let root = Root::new("/");
    Device::new(thing_name(&root), root_caller(server, region), root)
}

async fn summary(server: &Server, region: &str, instance: &str) -> Result<Value, String> {
    let target = format!("/v1/host/summary/{instance}");
    let caller = root_caller(server, region);
    let call = Call { service: "bartizan", method: Method::Get, target: &target, headers: &[], body: b"" };
    let answer = caller.send(call).await.map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
    if answer.status == 200 { Ok(value) } else { Err(output::cell(&value, "message")) }
}
