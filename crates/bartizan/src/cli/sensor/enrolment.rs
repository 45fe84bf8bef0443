//! Where a sensor reports, and how it enrols.

use std::path::PathBuf;

use bartizan_agent::client::Patience;
use bartizan_agent::collect::Root;
use bartizan_agent::{Client, Endpoint, Folder};
use bartizan_container::profile::ProfileType;
use bartizan_sensor::{Activation, enrol};

use crate::exit::Failure;

/// The server, and the sensor's folder.
#[derive(Debug, clap::Args)]
pub(super) struct Enrolment {
    /// Address of the server, such as http://bartizan.example:8470.
    #[arg(long, env = "BARTIZAN_ENDPOINT")]
    pub(super) endpoint: Endpoint,
    #[command(flatten)]
    key: Key,
}

/// The sensor's folder, and what it enrols with.
#[derive(Debug, clap::Args)]
pub(super) struct Key {
    /// Folder for the sensor's credential, what it remembers, and what waits.
    #[arg(long, env = "BARTIZAN_SENSOR_DATA", default_value = "./bartizan-sensor-data")]
    data: PathBuf,
    /// customerId of the activation key; needed at the first start only.
    #[arg(long, env = "BARTIZAN_CUSTOMER_ID", requires = "activation_id")]
    customer_id: Option<String>,
    /// activationId of the activation key.
    #[arg(long, env = "BARTIZAN_SENSOR_ACTIVATION_ID", hide_env_values = true, requires = "customer_id")]
    activation_id: Option<String>,
}

impl Enrolment {
    pub(super) fn client(&self) -> Client {
        client(&self.endpoint)
    }

    /// The sensor's folder, after it has enrolled if need be.
    pub(super) async fn folder(&self, sensor_type: ProfileType) -> Result<Folder, Failure> {
        self.key.folder(&self.endpoint, sensor_type).await
    }
}

/// A patient client of a server.
pub(super) fn client(endpoint: &Endpoint) -> Client {
    Client::new(endpoint.clone(), Patience::default())
}

impl Key {
    /// The sensor's folder, after it has enrolled if need be.
    pub(super) async fn folder(&self, endpoint: &Endpoint, sensor_type: ProfileType) -> Result<Folder, Failure> {
        let refused = |error: &dyn std::fmt::Display| Failure::Refused(error.to_string());
        let folder = Folder::open(&self.data).map_err(|error| refused(&error))?;
        if folder.credential().map_err(|error| refused(&error))?.is_some() {
            return Ok(folder);
        }
        let (Some(customer_id), Some(activation_id)) = (&self.customer_id, &self.activation_id) else {
            return Err(Failure::Refused(
                "this sensor has not enrolled: give --customer-id and --activation-id, as GET \
                 /csapi/v1.3/activationkey answers them"
                    .to_owned(),
            ));
        };
        let activation = Activation { customer_id, activation_id };
        let enrolled = enrol(&folder, &mut client(endpoint), &Root::new("/"), sensor_type, activation).await;
        let credential = enrolled.map_err(|error| refused(&error))?;
        // Standard output is for the report, or for what a sensor that goes on says of itself.
        eprintln!("enrolled as {}", credential.instance_id);
        Ok(folder)
    }
}
