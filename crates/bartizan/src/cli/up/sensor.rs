//! This machine's own sensor: enrols like any other, over the network and with the activation key.

use std::path::PathBuf;

use bartizan_agent::client::{CallError, Patience};
use bartizan_agent::collect::Root;
use bartizan_agent::{Client, Endpoint, Folder};
use bartizan_container::profile::ProfileType;
use bartizan_image::source::stores::Engine;
use bartizan_sensor::find::Places;
use bartizan_sensor::{Activation, Pace, Sensor, SensorError, enrol};
use bartizan_server::Server;

/// The sensor of this machine, in the usual stores of engines and in some folders; `None` where there is nothing to look at.
pub(super) async fn own(server: &Server, layouts: &[PathBuf]) -> Option<Sensor> {
    let engines: Vec<(Engine, PathBuf)> = Engine::ALL
        .into_iter()
        .map(|(engine, usual)| (engine, PathBuf::from(usual)))
        .filter(|(_, folder)| folder.is_dir())
        .collect();
    if engines.is_empty() && layouts.is_empty() {
        return None;
    }
    let places = Places { layouts: layouts.to_vec(), engines, all_processes: false, run_images: false };
    match try_own(server, places).await {
        Ok(sensor) => Some(sensor),
        Err(error) => {
            tracing::warn!(%error, "images of this machine are not scanned");
            None
        }
    }
}

/// Works for ever; says why if it cannot.
pub(super) async fn run(sensor: Option<&mut Sensor>) {
    if let Some(sensor) = sensor
        && let Err(error) = sensor.run(Pace::default(), std::future::pending()).await
    {
        tracing::error!(%error, "images of this machine are not scanned any more");
    }
    std::future::pending::<()>().await;
}

async fn try_own(server: &Server, places: Places) -> Result<Sensor, SensorError> {
    let folder = Folder::open(server.folder().join("sensor"))?;
    let unusable =
        |reason: String| SensorError::Call(CallError::Unavailable { endpoint: server.endpoint().to_owned(), reason });
    let endpoint: Endpoint = server.endpoint().parse().map_err(|error| unusable(format!("{error}")))?;
    let client = || Client::new(endpoint.clone(), Patience::default());
    let root = Root::new("/");
    if folder.credential()?.is_none() {
        let (customer_id, activation_id) = server.sensor_activation().await.map_err(unusable)?;
        let activation = Activation { customer_id: &customer_id, activation_id: &activation_id };
        enrol(&folder, &mut client(), &root, ProfileType::General, activation).await?;
    }
    Sensor::open(folder, client, &root, places)
}
