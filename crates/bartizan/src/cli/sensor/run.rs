//! `bartizan sensor run`

use std::path::PathBuf;

use bartizan_agent::collect::Root;
use bartizan_container::profile::ProfileType;
use bartizan_image::source::stores::Engine;
use bartizan_sensor::find::Places;
use bartizan_sensor::{Pace, Sensor};
use clap::ValueEnum;

use super::enrolment::Enrolment;
use crate::exit::{Done, Failure, Outcome};
use crate::{output, stop};

/// Find the images of this host, scan them when the sensor profile says so, and report them. The first start enrols with the
/// activation key (GET /csapi/v1.3/activationkey); what was found waits on disk while the server is away.
#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    enrolment: Enrolment,
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
    /// Run images where the profile's scanning policy asks for it, each once, in a container of `runc` without rights and without a
    /// network, to ask its package managers. Needs root; without this, images are scanned from their layers.
    #[arg(long)]
    run_images: bool,
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
    /// Images that a build has marked: tagged `qualys_scan_target:<digest>`. `sensor scan` with --endpoint scans one at once.
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
        let (folder, root) = (self.enrolment.folder(self.r#type.into()).await?, Root::new("/"));
        let client = || self.enrolment.client();
        let places = Places {
            layouts: self.layouts.clone(),
            engines: engines(&self.engine),
            all_processes: self.all_processes,
            run_images: self.run_images,
        };
        let mut sensor = Sensor::open(folder, client, &root, places).map_err(|error| refused(&error))?;
        if self.once {
            sensor.once().await.map_err(|error| refused(&error))?;
            return Ok(Done::Well);
        }
        output::line(&format!("sensor {} reports to {}", sensor.id(), self.enrolment.endpoint));
        let pace = Pace { look: std::time::Duration::from_secs(self.look), ..Pace::default() };
        sensor.run(pace, stopped).await.map_err(|error| refused(&error))?;
        Ok(Done::Well)
    }
}
