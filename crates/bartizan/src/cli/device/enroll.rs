//! `bartizan device enroll`

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::{Format, Server};
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Issue a certificate with which a device connects over MQTT: `<thing>.crt`, `<thing>.key` and `ca.crt`, with which it
/// verifies the server.
#[derive(Debug, clap::Args)]
pub(crate) struct Enroll {
    /// The device's name, under which it connects.
    thing: String,
    /// The folder that the files go to.
    #[arg(long, default_value = ".")]
    out: PathBuf,
    #[command(flatten)]
    server: Server,
}

impl Enroll {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let answer = self.server.connect()?.post("/v1/device/enroll", &json!({ "ThingName": self.thing }))?;
        let files = [
            (format!("{}.crt", self.thing), "CertificatePem", 0o644),
            (format!("{}.key", self.thing), "PrivateKeyPem", 0o600),
            ("ca.crt".to_owned(), "AuthorityPem", 0o644),
        ];
        let mut written = Vec::with_capacity(files.len());
        for (name, member, mode) in files {
            let path = self.out.join(name);
            write(&path, &output::cell(&answer, member), mode)?;
            written.push(path.display().to_string());
        }
        match format {
            Format::Json => output::json(&json!({ "ThingName": self.thing, "Files": written })),
            Format::Table => written.iter().for_each(|path| output::line(path)),
        }
        Ok(Done::Well)
    }
}

/// Writes a file with this mode, also over an older one.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let refused = |error: std::io::Error| Failure::Refused(format!("`{}` cannot be written: {error}", path.display()));
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(refused(error)),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(mode).open(path).map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)
}
