//! The package database of dpkg: `/var/lib/dpkg/status`, or the files of `/var/lib/dpkg/status.d` in images without dpkg.
//!
//! A package counts as installed in every state but `not-installed` and `config-files`, as in libapt: one that is half
//! configured is on the disk with that version. Such states are listed apart, so that a report can say so.

use bartizan_wire::Timestamp;

use super::control::{Fault, FaultKind, Faults, Scanner, Wanted, text};
use crate::observe::Installed;

static WANTED: Wanted<8> =
    Wanted::new(["Package", "Status", "Priority", "Section", "Architecture", "Version", "Provides", "Multi-Arch"]);

/// What the database says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Database {
    /// In the order of the file.
    pub packages: Vec<Record>,
    /// Paragraphs of packages that are not installed any more (`config-files`) or never were.
    pub absent: u64,
    /// What was malformed. A paragraph that could not be used is in here.
    pub faults: Faults,
}

/// One installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As reported; the time is filled in by whoever can look at the disk.
    pub package: Installed,
    /// dpkg's third word.
    pub state: State,
    /// `Multi-Arch: same`, which puts the architecture into the names of the files that dpkg keeps for the package.
    pub same: bool,
}

/// How far an installed package got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Complete.
    Installed,
    /// Waits for another package's trigger.
    TriggersAwaited,
    /// Has a trigger to run.
    TriggersPending,
    /// Its configuration failed.
    HalfConfigured,
    /// Unpacked, not yet configured.
    Unpacked,
    /// Its installation did not finish.
    HalfInstalled,
}

impl State {
    /// dpkg's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::TriggersAwaited => "triggers-awaited",
            Self::TriggersPending => "triggers-pending",
            Self::HalfConfigured => "half-configured",
            Self::Unpacked => "unpacked",
            Self::HalfInstalled => "half-installed",
        }
    }
}

/// Whether the text has `Status` fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `/var/lib/dpkg/status`.
    Status,
    /// A file of `/var/lib/dpkg/status.d`: what is listed is installed.
    StatusD,
}

/// Reads a database into `out`, which may hold what other files said.
pub fn read(bytes: &[u8], form: Form, out: &mut Database) {
    for stanza in Scanner::new(&WANTED, bytes) {
        let line = stanza.line;
        if let Some(fault) = stanza.fault {
            out.faults.push(fault);
        }
        let [package, status, priority, section, architecture, version, provides, multi_arch] = stanza.or_empty();
        let (held, state) = match (form, status) {
            (Form::StatusD, b"") => (false, State::Installed),
            _ => match parse_status(status) {
                Ok((_, None)) => {
                    out.absent += 1;
                    continue;
                }
                Ok((held, Some(state))) => (held, state),
                Err(kind) => {
                    out.faults.push(Fault { line, kind });
                    continue;
                }
            },
        };
        let required = [(package, "Package"), (architecture, "Architecture"), (version, "Version")];
        if let Some((_, name)) = required.into_iter().find(|(value, _)| value.is_empty()) {
            out.faults.push(Fault { line, kind: FaultKind::Absent(name) });
            continue;
        }
        let mut owned = |value| text(value, line, &mut out.faults).into_owned();
        let package = Installed {
            name: owned(package),
            architecture: owned(architecture),
            version: owned(version),
            priority: owned(priority),
            section: owned(section),
            provides: owned(provides),
            held,
            installed_at: None::<Timestamp>,
        };
        let same = multi_arch.eq_ignore_ascii_case(b"same");
        out.packages.push(Record { package, state, same });
    }
}

/// `want flag state`: on hold, and how far it is installed.
fn parse_status(status: &[u8]) -> Result<(bool, Option<State>), FaultKind> {
    let mut words = status.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (Some(want), Some(_flag), Some(state), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err(if status.is_empty() { FaultKind::Absent("Status") } else { FaultKind::Unknown("Status") });
    };
    let state = match state {
        b"installed" => Some(State::Installed),
        b"triggers-awaited" => Some(State::TriggersAwaited),
        b"triggers-pending" => Some(State::TriggersPending),
        b"half-configured" => Some(State::HalfConfigured),
        b"unpacked" => Some(State::Unpacked),
        b"half-installed" => Some(State::HalfInstalled),
        b"config-files" | b"not-installed" => None,
        _ => return Err(FaultKind::Unknown("Status")),
    };
    Ok((want == b"hold", state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(bytes: &[u8], form: Form) -> Database {
        let mut out = Database::default();
        read(bytes, form, &mut out);
        out
    }

    #[test]
    fn every_state_is_told_apart() {
        let text = b"\
Package: whole\nStatus: install ok installed\nPriority: optional\nSection: libs\nMulti-Arch: same\nArchitecture: amd64\n\
Version: 1:2-3\nProvides: virtual (= 1),\n other\nConffiles:\n /etc/x 123\n\n\
Package: held\nStatus: hold ok half-configured\nArchitecture: all\nVersion: 1\n\n\
Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n\
Package: never\nStatus: unknown ok not-installed\nArchitecture: all\n\n\
Package: odd\nStatus: install ok strange\nArchitecture: all\nVersion: 1\n\n\
Package: bare\nStatus: install ok installed\nArchitecture: all\n\n\
Package: nothing\nArchitecture: all\nVersion: 1\n\n";
        let found = database(text, Form::Status);
        assert_eq!(found.absent, 2);
        let kinds: Vec<_> = found.faults.kept.iter().map(|fault| (fault.line, fault.kind)).collect();
        let expected =
            [(27, FaultKind::Unknown("Status")), (32, FaultKind::Absent("Version")), (36, FaultKind::Absent("Status"))];
        assert_eq!(kinds, expected);
        let [whole, held] = &found.packages[..] else { panic!("{found:?}") };
        assert_eq!(
            whole.package,
            Installed {
                name: "whole".into(),
                architecture: "amd64".into(),
                version: "1:2-3".into(),
                priority: "optional".into(),
                section: "libs".into(),
                provides: "virtual (= 1),\n other".into(),
                held: false,
                installed_at: None,
            }
        );
        assert!(whole.same && whole.state == State::Installed);
        assert!(held.package.held && !held.same);
        assert_eq!(held.state.word(), "half-configured");
    }

    #[test]
    fn files_of_status_d_need_no_status() {
        let found = database(b"Package: base-files\nVersion: 12.4\nArchitecture: amd64\n", Form::StatusD);
        assert_eq!(found.packages.len(), 1);
        assert_eq!(found.faults.total, 0);
    }
}
