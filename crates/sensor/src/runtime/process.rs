//! What `/proc` says of a process.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

/// Characters of a command line that are kept.
const COMMAND_CHARACTERS_MAX: usize = 4096;

/// A process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// That of the process that made it.
    pub parent: u32,
    /// Whose it is.
    pub uid: u32,
    /// The link that the kernel shows for its program.
    pub program: String,
    /// What it was called with.
    pub command: String,
    /// The container that it runs in, by the engine's id, or else by its own space of process numbers; `None` outside of any.
    pub container: Option<String>,
}

impl Process {
    /// Reads what is known now; `None` for one that is gone, or whose program may not be known.
    #[must_use]
    pub fn read(pid: u32, own_space: Option<u64>) -> Option<Self> {
        let folder = format!("/proc/{pid}");
        let program = fs::read_link(format!("{folder}/exe")).ok()?.to_string_lossy().into_owned();
        let command = fs::read(format!("{folder}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).trim_end_matches('\0').replace('\0', " ");
        let status = fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
        let uid = fs::metadata(&folder).map(|about| about.uid()).unwrap_or_default();
        let cgroup = fs::read_to_string(format!("{folder}/cgroup")).unwrap_or_default();
        let container = container_id(&cgroup).map(str::to_owned).or_else(|| {
            let space = space(pid).filter(|space| own_space.is_some_and(|own| own != *space))?;
            Some(format!("pid-namespace-{space}"))
        });
        Some(Self {
            pid,
            parent: parent(&status).unwrap_or_default(),
            uid,
            program,
            command: command.chars().take(COMMAND_CHARACTERS_MAX).collect(),
            container,
        })
    }

    /// The name of its program's file.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.program.strip_suffix(" (deleted)").unwrap_or(&self.program);
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// The space of numbers that a process is in.
pub(super) fn space(pid: u32) -> Option<u64> {
    fs::metadata(format!("/proc/{pid}/ns/pid")).ok().map(|about| about.ino())
}

/// The fourth word of `/proc/<pid>/stat`; the second is a name in parentheses, which may have anything in it.
fn parent(status: &str) -> Option<u32> {
    status.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The id of a container in the path of a control group: `docker-<id>.scope`, `cri-containerd-<id>.scope`, `libpod-<id>`,
/// `/kubepods/../<id>`.
fn container_id(cgroup: &str) -> Option<&str> {
    cgroup
        .split(['/', '-', '.', ':', '\n'])
        .find(|part| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_known_by_its_control_group() {
        let id = "0123456789abcdef".repeat(4);
        for path in [
            "0::/system.slice/docker-{}.scope",
            "0::/machine.slice/libpod-{}.scope/container",
            "4:cpu:/docker/{}",
            "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-{}.scope\n",
        ] {
            assert_eq!(container_id(&path.replace("{}", &id)), Some(id.as_str()), "{path}");
        }
        assert_eq!(container_id("0::/user.slice/user-0.slice/session-1.scope"), None);
    }

    #[test]
    fn a_process_is_read() {
        let own = Process::read(std::process::id(), space(std::process::id())).unwrap();
        assert!(own.program.contains("bartizan_sensor") && own.container.is_none());
        assert_eq!(Process::read(u32::MAX - 1, None), None);
        assert_eq!(parent("1 (a) b) S 17 1"), Some(17));
    }
}
