//! `bartizan agent device`

use std::time::Duration;

use bartizan_agent::collect::Root;
use bartizan_agent::device::{self, thing_name};

use crate::cli::Server;
use crate::exit::{Done, Failure, Outcome};
use crate::{output, stop};

/// Report what this machine does on the network, as a device that AWS IoT Device Defender watches does.
#[derive(Debug, clap::Args)]
pub(super) struct Device {
    /// Name of the thing; the host name if absent.
    #[arg(long, env = "BARTIZAN_THING")]
    thing: Option<String>,
    /// Seconds between two reports; the server takes one in five minutes.
    #[arg(long, default_value_t = device::EVERY.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// Report once, then stop.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    server: Server,
}

impl Device {
    pub(super) fn run(&self) -> Outcome {
        let connection = self.server.connect()?;
        let root = Root::new("/");
        let thing = self.thing.clone().unwrap_or_else(|| thing_name(&root));
        let mut device = device::Device::new(thing, connection.caller(), root);
        connection.wait(async {
            if self.once {
                device.report().await.map_err(|error| Failure::Refused(error.to_string()))?;
                output::line(&format!("reported as `{}`", device.thing()));
                return Ok(Done::Well);
            }
            let stopped =
                stop::asked().map_err(|error| Failure::Refused(format!("signals cannot be heard: {error}")))?;
            output::line(&format!("reporting as `{}` to {}", device.thing(), connection.endpoint()));
            device.run(Duration::from_secs(self.every), stopped).await;
            Ok(Done::Well)
        })
    }
}
