//! The package database: dpkg's, or the `status.d` folder of images that have no dpkg.

use std::path::PathBuf;

use bartizan_host::deb::status::{Database, Form, Record, State, read};
use bartizan_host::observe::{Facts, Installed};

use super::blind::Blind;
use super::root::Root;
use super::{CollectError, Unsupported};

const STATUS: &str = "/var/lib/dpkg/status";
const STATUS_D: &str = "/var/lib/dpkg/status.d";

/// Reads what is installed. Fills in the architecture of `facts`.
pub(super) fn installed(root: &Root, facts: &mut Facts, blind: &mut Blind) -> Result<Vec<Installed>, CollectError> {
    let mut database = Database::default();
    let status = root.read(STATUS)?;
    if let Some(bytes) = &status {
        read(bytes, Form::Status, &mut database);
        blind.faults(STATUS, &database.faults);
        if !root.names("/var/lib/dpkg/updates")?.is_empty() {
            blind.say("dpkg was at work: its database may lack the last changes".to_owned());
        }
    }
    let files = root.names(STATUS_D)?;
    if status.is_none() && files.is_empty() {
        return Err(CollectError::Unsupported(Unsupported {
            system: facts.pretty_name.clone(),
            path: root.path(STATUS),
        }));
    }
    for name in files.iter().filter(|name| !name.ends_with(".md5sums")) {
        let path = format!("{STATUS_D}/{name}");
        let mut one = Database::default();
        read(&root.read(&path)?.unwrap_or_default(), Form::StatusD, &mut one);
        blind.faults(&path, &one.faults);
        database.packages.append(&mut one.packages);
    }
    facts.architecture = architecture(root, &database.packages);
    let times = Times::new(root);
    let mut installed = Vec::with_capacity(database.packages.len());
    for record in database.packages {
        if record.state != State::Installed {
            blind.say(format!(
                "package `{}` is {}: its update or removal did not finish",
                record.package.name,
                record.state.word()
            ));
        }
        let installed_at = times.of(&record);
        installed.push(Installed { installed_at, ..record.package });
    }
    Ok(installed)
}

/// dpkg's own architecture: that of the package `dpkg`, or the first one listed where others are allowed too.
fn architecture(root: &Root, packages: &[Record]) -> String {
    let own = |name| packages.iter().find(|record| record.package.name == name);
    match own("dpkg").or_else(|| own("base-files")) {
        Some(record) if record.package.architecture != "all" => record.package.architecture.clone(),
        _ => root.line("/var/lib/dpkg/arch"),
    }
}

/// When packages were installed: the times of the lists of their files.
struct Times {
    folder: PathBuf,
}

impl Times {
    fn new(root: &Root) -> Self {
        Self { folder: root.path("/var/lib/dpkg/info") }
    }

    fn of(&self, record: &Record) -> Option<bartizan_wire::Timestamp> {
        let Installed { name, architecture, .. } = &record.package;
        let plain = format!("{name}.list");
        let qualified = format!("{name}:{architecture}.list");
        let (first, second) = if record.same { (qualified, plain) } else { (plain, qualified) };
        let time = |name: &str| super::root::modified(&std::fs::metadata(self.folder.join(name)).ok()?);
        time(&first).or_else(|| time(&second))
    }
}
