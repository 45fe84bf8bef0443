//! What a container that is to answer may do: next to nothing [OCI runtime specification 1.0, config.json].

use bartizan_image::asked::SCRIPT;
use serde_json::{Value, json};

/// Of the machine, that all processes of the container have together.
const MEMORY_BYTES_MAX: u64 = 800 << 20;
/// Processes at once.
const PROCESSES_MAX: u64 = 64;
/// Of one processor, for each process.
const CPU_SECONDS_MAX: u64 = 60;
/// That a process has open.
const FILES_MAX: u64 = 1024;
/// Of a file that a process writes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Calls by which a program gets at more of the kernel than a package manager needs.
const DENIED: &[&str] = &[
    "acct",
    "add_key",
    "bpf",
    "clock_settime",
    "delete_module",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "mount",
    "mount_setattr",
    "move_mount",
    "name_to_handle_at",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "ptrace",
    "reboot",
    "request_key",
    "setns",
    "settimeofday",
    "socket",
    "socketpair",
    "swapon",
    "umount2",
    "unshare",
    "userfaultfd",
];

/// The configuration of a container over the folder `root`: no capability, no network, nothing to write to but a small `/tmp`.
pub(super) fn config() -> Value {
    let limit = |kind: &str, most: u64| json!({ "type": kind, "hard": most, "soft": most });
    let nothing = ["nosuid", "noexec", "nodev"];
    json!({
        "ociVersion": "1.0.2",
        "process": {
            "terminal": false,
            "user": { "uid": 0, "gid": 0 },
            "args": ["/bin/sh", "-c", SCRIPT],
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/tmp"],
            "cwd": "/",
            "capabilities": { "bounding": [], "effective": [], "inheritable": [], "permitted": [], "ambient": [] },
            "rlimits": [
                limit("RLIMIT_CPU", CPU_SECONDS_MAX),
                limit("RLIMIT_NOFILE", FILES_MAX),
                limit("RLIMIT_FSIZE", FILE_BYTES_MAX),
                limit("RLIMIT_CORE", 0),
            ],
            "noNewPrivileges": true,
        },
        "root": { "path": "root", "readonly": true },
        "hostname": "scan",
        "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc", "options": nothing },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "noexec", "mode=755", "size=64k"] },
            { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "noexec", "nodev", "size=16m"] },
        ],
        "linux": {
            "namespaces": [
                { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" },
            ],
            "resources": {
                "devices": [{ "allow": false, "access": "rwm" }],
                "memory": { "limit": MEMORY_BYTES_MAX },
                "pids": { "limit": PROCESSES_MAX },
            },
            "seccomp": {
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [{ "names": DENIED, "action": "SCMP_ACT_ERRNO", "errnoRet": 1 }],
            },
            "maskedPaths": [
                "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
                "/proc/timer_list", "/proc/timer_stats",
            ],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    })
}
