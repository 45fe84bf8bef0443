//! Reports of the vendor's own agent, as it sent them from a real machine.

use bartizan_device::report::{self, Code, Format};

use crate::shared::shared;

fn field<'a>(line: &'a serde_json::Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

#[test]
fn the_agents_reports_are_accepted() {
    let Some(path) = shared("data/device/agent-reports.jsonl") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let (mut whole, mut cut) = (0, 0);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let (_, level) = field(&line, "topic").rsplit_once('/').unwrap();
        let format = Format::of(level).unwrap();
        let Some(document) = line["text"].as_str() else {
            // of reports in CBOR only the first bytes were kept
            let hex = field(&line, "hex").as_bytes().chunks(2);
            let bytes: Vec<u8> =
                hex.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect();
            assert_eq!(report::read(format, &bytes).unwrap_err().code, Code::Malformed);
            cut += 1;
            continue;
        };
        let report = report::read(format, document.as_bytes()).unwrap();
        let sent: serde_json::Value = serde_json::from_str(document).unwrap();
        assert_eq!(report.id().to_string(), sent["header"]["report_id"].to_string());
        let points = report.datapoints(|_| None).unwrap();
        let counts = [
            ("aws:all-bytes-in", "/metrics/network_stats/bytes_in"),
            ("aws:all-packets-out", "/metrics/network_stats/packets_out"),
            ("aws:num-listening-tcp-ports", "/metrics/listening_tcp_ports/total"),
            ("aws:num-established-tcp-connections", "/metrics/tcp_connections/established_connections/total"),
        ];
        for (metric, place) in counts {
            let point = points.iter().find(|point| &*point.measured.metric == metric);
            assert_eq!(point.unwrap().value.count, sent.pointer(place).unwrap().as_i64(), "{metric} of {document}");
        }
        whole += 1;
    }
    assert!(whole >= 3 && cut >= 3, "{whole} whole, {cut} cut");
}
