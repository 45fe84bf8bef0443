//! This machine as a device.

use std::time::Duration;

use bartizan_agent::caller::{AccessKey, Caller};
use bartizan_agent::collect::Root;
use bartizan_agent::device::{Device, DeviceError, thing_name};
use serde_json::json;

use crate::server::{Answer, Server};

fn device(server: &Server) -> Device {
    let key = AccessKey { access_key_id: "AKIDEXAMPLE".into(), secret_access_key: "s3cret".into() };
    let caller = Caller::new(&format!("http://{}", server.address), "us-east-1", key);
    Device::new("my thing".into(), caller, Root::new("/"))
}

#[tokio::test]
async fn a_report_is_published_to_the_device_s_own_topic() {
    let server = Server::start(|_, _| Answer::Json(200, json!({ "message": "OK" })));
    let mut device = device(&server);
    device.report().await.unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.path, "/topics/%24aws%2Fthings%2Fmy%20thing%2Fdefender%2Fmetrics%2Fjson?qos=1");
    assert!(asked.header("authorization").contains("/us-east-1/iotdata/aws4_request"), "{asked:?}");
    let report = asked.json();
    assert_eq!(report["header"]["version"], "1.0");
    assert_eq!(report["metrics"]["network_stats"]["bytes_out"], 0, "the first report knows no beginning");
    // The server itself listens on this machine.
    let ports = report["metrics"]["listening_tcp_ports"]["ports"].as_array().unwrap();
    assert!(ports.contains(&json!({ "port": server.address.port(), "interface": "lo" })), "{ports:?}");
}

#[tokio::test]
async fn what_the_server_refuses_is_said() {
    let server = Server::start(|_, _| Answer::Json(403, json!({ "message": "no" })));
    let error = device(&server).report().await.unwrap_err();
    assert!(matches!(&error, DeviceError::Refused { status: 403, text } if text.contains("no")), "{error}");
}

#[tokio::test]
async fn the_loop_reports_at_once_and_goes_on_through_failures() {
    let server = Server::start(|before, _| match before {
        0 => Answer::Json(503, json!({ "message": "later" })),
        _ => Answer::Json(200, json!({})),
    });
    let mut device = device(&server);
    device.run(Duration::from_millis(20), tokio::time::sleep(Duration::from_millis(500))).await;
    assert!(server.asked().len() >= 3, "{}", server.asked().len());
}

#[test]
fn a_machine_has_a_name() {
    assert_eq!(thing_name(&Root::new("/nowhere")), "this-machine");
    assert!(!thing_name(&Root::new("/")).is_empty());
}
