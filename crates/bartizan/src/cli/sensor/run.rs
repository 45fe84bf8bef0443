//! `bartizan sensor run`

use std::path::PathBuf;

use bartizan_agent::client::Patience;
use bartizan_agent::collect::Root;
use bartizan_agent::{Client, Endpoint, Folder};
use bartizan_container::profile::ProfileType;
use bartizan_image::source::stores::Engine;
use bartizan_sensor::find::Places;
use bartizan_sensor::{Activation, Pace, Sensor, enrol};
use clap::ValueEnum;

use crate::exit::{Done, Failure, Outcome};
use crate::{output, stop};

/// Find the images of this host, scan them when the sensor profile says so, and report them. The first start enrols with the
/// activation key (GET /csapi/v1.3/activationkey); what was found waits on disk while the server is away.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Address of the server, such as http://bartizan.example:8470.
    #[arg(long, env = "BARTIZAN_ENDPOINT")]
    endpoint: Endpoint,
    /// Folder for the sensor's credential, what it remembers, and what waits.
    #[arg(long, env = "BARTIZAN_SENSOR_DATA", default_value = "./bartizan-sensor-data")]
    data: PathBuf,
    /// customerId of the activation key; needed at the first start only.
    #[arg(long, env = "BARTIZAN_CUSTOMER_ID", requires = "activation_id")]
    customer_id: Option<String>,
    /// activationId of the activation key.
    #[arg(long, env = "BARTIZAN_SENSOR_ACTIVATION_ID", hide_env_values = true, requires = "customer_id")]
    activation_id: Option<String>,
    /// What it does; it cannot be changed later.
    #[arg(long, value_enum, default_value_t = Type::General)]
    r#type: Type,
    /// A folder with OCI layouts in it and below. May be given several times.
    #[arg(long, value_name = "FOLDER")]
    layouts: Vec<PathBuf>,
    /// An engine whose images and containers are looked at: docker, containers (Podman, Buildah, CRI-O) or containerd, with =FOLDER
    /// where its store is not in the usual place; or none. All, if absent.
    #[arg(long, value_name = "ENGINE")]
    engine: Vec<Place>,
    /// With --type runtime: also tell of processes outside of containers.
    #[arg(long)]
    all_processes: bool,
    /// Seconds between looks for images.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    look: u64,
    /// Look, scan and report once, then stop.
    #[arg(long)]
    once: bool,
}

/// The types of sensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Type {
    /// Images of this host.
    General,
    /// Images of the registries that its profile names, by their schedules.
    Registry,
    /// What processes in containers do, from the kernel's process connector.
    Runtime,
    /// Images that a build has marked: tagged `qualys_scan_target:<digest>`.
    Cicd,
}

impl From<Type> for ProfileType {
    fn from(said: Type) -> Self {
        match said {
            Type::General => Self::General,
            Type::Registry => Self::Registry,
            Type::Runtime => Self::Runtime,
            Type::Cicd => Self::Cicd,
        }
    }
}

/// An engine and where its store is; none at all for `none`.
#[derive(Debug, Clone)]
struct Place(Option<(Engine, PathBuf)>);

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let (word, folder) = text.split_once('=').map_or((text, None), |(word, folder)| (word, Some(folder)));
        let known = Engine::ALL.into_iter().find(|(engine, _)| engine.word() == word);
        let (engine, usual) = known.ok_or("docker, containers, containerd or none")?;
        Ok(Self(Some((engine, PathBuf::from(folder.unwrap_or(usual))))))
    }
}

/// Those that are said, or all.
fn engines(said: &[Place]) -> Vec<(Engine, PathBuf)> {
    if said.is_empty() {
        return Engine::ALL.into_iter().map(|(engine, usual)| (engine, PathBuf::from(usual))).collect();
    }
    said.iter().filter_map(|place| place.0.clone()).collect()
}

impl Run {
    pub(crate) fn run(&self) -> Outcome {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("the program cannot start: {error}")))?;
        runtime.block_on(self.serve())
    }

    async fn serve(&self) -> Outcome {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let stopped = stop::asked().map_err(|error| refused(&error))?;
        let folder = Folder::open(&self.data).map_err(|error| refused(&error))?;
        let client = || Client::new(self.endpoint.clone(), Patience::default());
        let root = Root::new("/");
        if folder.credential().map_err(|error| refused(&error))?.is_none() {
            let (Some(customer_id), Some(activation_id)) = (&self.customer_id, &self.activation_id) else {
                return Err(Failure::Refused(
                    "this sensor has not enrolled: give --customer-id and --activation-id, as GET \
                     /csapi/v1.3/activationkey answers them"
                        .to_owned(),
                ));
            };
            let activation = Activation { customer_id, activation_id };
            let enrolled = enrol(&folder, &mut client(), &root, self.r#type.into(), activation).await;
            let credential = enrolled.map_err(|error| refused(&error))?;
            output::line(&format!("enrolled as {}", credential.instance_id));
        }
        let places =
            Places { layouts: self.layouts.clone(), engines: engines(&self.engine), all_processes: self.all_processes };
        let mut sensor = Sensor::open(folder, client, &root, places).map_err(|error| refused(&error))?;
        if self.once {
            sensor.once().await.map_err(|error| refused(&error))?;
            return Ok(Done::Well);
        }
        output::line(&format!("sensor {} reports to {}", sensor.id(), self.endpoint));
        let pace = Pace { look: std::time::Duration::from_secs(self.look), ..Pace::default() };
        sensor.run(pace, stopped).await.map_err(|error| refused(&error))?;
        Ok(Done::Well)
    }
}
