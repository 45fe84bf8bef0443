//! Where devices connect, and how they are judged.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bartizan_server::{BridgeSettings, Broker, DeviceConfig, Doors, Listeners, Settings};

use crate::output;

/// What can be set about devices.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Devices")]
pub(super) struct DeviceFlags {
    /// Where devices connect over MQTT without encryption, such as 127.0.0.1:1883: user name and password are an access
    /// key's id and secret. Repeat for more addresses.
    #[arg(long, env = "BARTIZAN_MQTT", value_delimiter = ',')]
    mqtt: Vec<SocketAddr>,
    /// Where devices connect over MQTT with TLS and a client certificate, such as 0.0.0.0:8883; clients of AWS know port
    /// 443 alone. Repeat for more addresses.
    #[arg(long, env = "BARTIZAN_MQTTS", value_delimiter = ',')]
    mqtts: Vec<SocketAddr>,
    /// Host names and addresses by which devices know the server, for the certificate that it issues to itself.
    #[arg(long, env = "BARTIZAN_MQTT_NAMES", value_delimiter = ',')]
    mqtt_name: Vec<String>,
    /// Files in PEM with authorities whose client certificates are accepted beside the server's own.
    #[arg(long, env = "BARTIZAN_MQTT_CLIENT_CA", value_delimiter = ',')]
    mqtt_client_ca: Vec<PathBuf>,
    /// Seconds between ticks, at which windows of cloud-side metrics close; a device may report once in it. For trying
    /// things out.
    #[arg(long, env = "BARTIZAN_DEVICE_PERIOD_SECONDS", default_value_t = 300, value_parser = clap::value_parser!(i64).range(1..=3600))]
    device_period_seconds: i64,
    /// Leave bytes and packets of the first report after a device has connected out: some agents count everything since
    /// the machine started in it. The rest of the report is judged.
    #[arg(long, env = "BARTIZAN_DEVICE_SKIP_FIRST_REPORT")]
    device_skip_first_report: bool,
    /// A broker that devices are connected to already, such as mqtts://user@broker.example:8883; its password is in
    /// BARTIZAN_BRIDGE_PASSWORD.
    #[arg(long, env = "BARTIZAN_BRIDGE")]
    bridge: Option<Broker>,
    /// Files in PEM with the authority of the broker's certificate.
    #[arg(long, env = "BARTIZAN_BRIDGE_CA", value_delimiter = ',')]
    bridge_ca: Vec<PathBuf>,
}

impl DeviceFlags {
    /// Between two reports of a device.
    pub(super) fn period(&self) -> Duration {
        Duration::from_secs(self.device_period_seconds.unsigned_abs())
    }

    pub(super) fn config(&self) -> DeviceConfig {
        DeviceConfig {
            listeners: Listeners {
                plain: self.mqtt.clone(),
                encrypted: self.mqtts.clone(),
                names: self.mqtt_name.clone(),
                client_authorities: self.mqtt_client_ca.clone(),
                ..Listeners::default()
            },
            settings: Settings {
                period_seconds: self.device_period_seconds,
                skip_first_report: self.device_skip_first_report,
            },
            bridges: self.bridge.iter().map(|broker| self.bridge_to(broker)).collect(),
        }
    }

    fn bridge_to(&self, broker: &Broker) -> BridgeSettings {
        let password = std::env::var("BARTIZAN_BRIDGE_PASSWORD").ok().filter(|password| !password.is_empty());
        BridgeSettings { password, authorities: self.bridge_ca.clone(), ..BridgeSettings::new(broker.clone()) }
    }
}

/// Says where devices connect.
pub(super) fn greet(doors: &Doors) {
    for address in &doors.plain {
        output::line(&format!("  devices   mqtt://{address} with an access key as user name and password"));
    }
    for address in &doors.encrypted {
        output::line(&format!("  devices   mqtts://{address} with a client certificate"));
    }
    if let Some(authority) = &doors.authority {
        output::line(&format!("            the server's authority is {}", authority.display()));
    }
}
