//! This machine as a device: reports its own network metrics as any device does that AWS IoT Device Defender watches, by
//! publishing to its reserved topic over HTTP [IoT Core developer guide, "Publishing with HTTPS"; boto3 `iot-data`].

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::caller::{Call, Caller, CallerError, Method};
use crate::clock;
use crate::collect::network::{Look, NetworkState};
use crate::collect::{CollectError, Root};

/// Between two reports: the vendor takes one in five minutes.
pub const EVERY: Duration = Duration::from_secs(300);
/// The name of a machine that says none.
const NAMELESS: &str = "this-machine";
/// Bytes of the longest name that a device may have.
const THING_BYTES_MAX: usize = 128;
/// The service in a signature's scope.
const SERVICE: &str = "iotdata";
/// Characters of a refusal that are shown.
const TEXT_CHARS_MAX: usize = 300;

/// Reports this machine as one thing to one server.
#[derive(Debug)]
pub struct Device {
    thing: String,
    caller: Caller,
    state: NetworkState,
}

/// Why a report did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The machine cannot be read.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// The server cannot be reached.
    #[error(transparent)]
    Call(#[from] CallerError),
    /// The server does not take it.
    #[error("the server refused the report with status {status}: {text}")]
    Refused {
        /// Of the answer.
        status: u16,
        /// What it said.
        text: String,
    },
}

/// The name under which the machine reports if nobody says another: its host name.
#[must_use]
pub fn thing_name(root: &Root) -> String {
    let name = [root.line("/proc/sys/kernel/hostname"), root.line("/etc/hostname")];
    let fits = |name: &String| !name.is_empty() && name.len() <= THING_BYTES_MAX && !name.contains(char::is_control);
    name.into_iter().find(fits).unwrap_or_else(|| NAMELESS.to_owned())
}

impl Device {
    /// A device of that name; `caller` has a key that may publish for it.
    #[must_use]
    pub fn new(thing: String, caller: Caller, root: Root) -> Self {
        Self { thing, caller, state: NetworkState::new(root) }
    }

    /// The thing's name.
    #[must_use]
    pub fn thing(&self) -> &str {
        &self.thing
    }

    /// Reports once. What a report that did not arrive would have counted is in the next one.
    ///
    /// # Errors
    /// See [`DeviceError`].
    pub async fn report(&mut self) -> Result<(), DeviceError> {
        let look = self.state.look(clock::now())?;
        self.send(&look).await?;
        self.state.arrived(look);
        Ok(())
    }

    /// Reports at once and then again and again, until `stop` is ready or the machine turns out not to be one that can be
    /// read. The vendor has no use for old reports, so that
    /// none is kept for later: what failed is logged, and the next one counts further back.
    pub async fn run(&mut self, every: Duration, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut turns = interval(every);
        // Never two reports within less than the time that the server asks for.
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turns.tick() => {}
                () = &mut stop => return,
            }
            let reported = tokio::select! {
                reported = self.report() => reported,
                () = &mut stop => return,
            };
            match reported {
                Ok(()) => tracing::debug!(thing = self.thing, "reported as a device"),
                // What cannot be read now is not there later either.
                Err(DeviceError::Collect(error)) => {
                    tracing::warn!(%error, "this machine is not observed as a device");
                    return;
                }
                Err(error) => tracing::warn!(thing = self.thing, %error, "not reported as a device"),
            }
        }
    }

    async fn send(&self, look: &Look) -> Result<(), DeviceError> {
        // A struct of texts and numbers has no way to fail.
        let body = serde_json::to_string(&look.report).unwrap_or_default();
        let topic = format!("$aws/things/{}/defender/metrics/json", self.thing);
        let call = Call {
            service: SERVICE,
            method: Method::Post,
            target: &format!("/topics/{}?qos=1", escape(&topic)),
            headers: &[("content-type", "application/json")],
            body: body.as_bytes(),
        };
        let answer = self.caller.send(call).await?;
        if answer.is_success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&answer.body).chars().take(TEXT_CHARS_MAX).collect();
        Err(DeviceError::Refused { status: answer.status, text })
    }
}

/// Percent-encodes a segment of a path, slashes included, as the vendor's clients do.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
