//! Events as OCSF has them: Process Activity, class 1007 [schema.ocsf.io, 1.3.0].

use bartizan_wire::Timestamp;
use serde_json::{Value, json};

use super::watch::Seen;

const SCHEMA: &str = "1.3.0";

/// An event of a host.
#[must_use]
pub fn event(seen: &Seen, hostname: &str, at: Timestamp) -> Value {
    let process = &seen.process;
    let (activity_id, activity_name) = if seen.exit_code.is_some() { (2, "Terminate") } else { (1, "Launch") };
    let mut event = json!({
        "metadata": {
            "version": SCHEMA,
            "product": { "name": "Bartizan sensor", "vendor_name": "Bartizan", "version": env!("CARGO_PKG_VERSION") },
            "log_name": "process connector",
        },
        "time": at.0,
        "category_uid": 1, "category_name": "System Activity",
        "class_uid": 1007, "class_name": "Process Activity",
        "activity_id": activity_id, "activity_name": activity_name,
        "type_uid": 100_700 + activity_id,
        "severity_id": 1, "severity": "Informational",
        "device": { "hostname": hostname, "type_id": 0, "type": "Unknown" },
        "actor": { "process": { "pid": process.parent } },
        "process": {
            "pid": process.pid,
            "name": process.name(),
            "cmd_line": process.command,
            "file": { "name": process.name(), "path": process.program, "type_id": 1, "type": "Regular File" },
            "user": { "uid": process.uid.to_string() },
            "parent_process": { "pid": process.parent },
        },
    });
    if let (Some(code), Some(members)) = (seen.exit_code, event.as_object_mut()) {
        members.insert("exit_code".to_owned(), json!(code));
    }
    if let (Some(container), Some(process)) =
        (&process.container, event.pointer_mut("/process").and_then(Value::as_object_mut))
    {
        process.insert("container".to_owned(), json!({ "uid": container }));
    }
    event
}
