use std::collections::BTreeMap;

use bartizan_wire::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::behavior::MetricValue;
use crate::metric::Measure;

fn json(text: &str) -> Result<Report, Rejected> {
    read(Format::Json, text.as_bytes())
}

fn customs(name: &str) -> Option<Measure> {
    match name {
        "battery" => Some(Measure::Number),
        "users" => Some(Measure::Strings),
        "codes" => Some(Measure::Numbers),
        "peers" => Some(Measure::Cidrs),
        _ => None,
    }
}

/// Values by metric, as JSON.
fn told(report: &Report) -> BTreeMap<String, String> {
    let text = |value: &MetricValue| serde_json::to_string(value).unwrap();
    let points = report.datapoints(customs).unwrap();
    points.iter().map(|point| (point.measured.metric.to_string(), text(&point.value))).collect()
}

/// The same document in CBOR; every map and list with or without a length.
fn cbor(value: &serde_json::Value, indefinite: bool, out: &mut Vec<u8>) {
    let open = |major: u8, length: usize, out: &mut Vec<u8>| {
        if indefinite {
            out.push(major | 0x1f);
        } else {
            out.push(major | 0x19);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    };
    match value {
        serde_json::Value::Object(members) => {
            open(0xa0, members.len(), out);
            for (name, value) in members {
                out.extend(cbor4ii::serde::to_vec(Vec::new(), name).unwrap());
                cbor(value, indefinite, out);
            }
            out.extend(indefinite.then_some(0xff));
        }
        serde_json::Value::Array(items) => {
            open(0x80, items.len(), out);
            items.iter().for_each(|item| cbor(item, indefinite, out));
            out.extend(indefinite.then_some(0xff));
        }
        serde_json::Value::Null => out.push(0xf6),
        other => out.extend(cbor4ii::serde::to_vec(Vec::new(), other).unwrap()),
    }
}

const WHOLE: &str = r#"{"header":{"report_id":1530304554,"version":"1.0"},"metrics":{
    "listening_tcp_ports":{"ports":[{"interface":"eth0","port":24800},{"interface":"::","port":22},{"port":22}],"total":3},
    "listening_udp_ports":{"ports":[{"interface":null,"port":5353}],"total":1},
    "network_stats":{"bytes_in":29358693495,"bytes_out":26485035,"packets_in":10013573555,"packets_out":11382615.0},
    "tcp_connections":{"established_connections":{"connections":[
        {"local_interface":"eth0","local_port":80,"remote_addr":"192.168.0.1:8000"},
        {"remote_addr":"a:b::c:443"},{"remote_addr":"[a::c]:443"},{"remote_addr":"2001:db8:85a3::8a2e:3"},
        {"remote_addr":"not an address"},{"remote_addr":null}],"total":70}}},
    "custom_metrics":{"battery":[{"number":81.5}],"users":[{"string_list":["root","pi","pi"]}],
        "codes":[{"number_list":[3,1.5]}],"peers":[{"ip_list":["10.0.0.1","nowhere","10.0.0.0/8"]}],
        "unregistered":[{"number":1}]}}"#;

#[test]
fn everything_that_can_be_said_is_read() {
    let report = json(WHOLE).unwrap();
    assert_eq!(report.id().to_string(), "1530304554");
    let told = told(&report);
    let expected = [
        ("aws:all-bytes-in", r#"{"count":29358693495}"#),
        ("aws:all-bytes-out", r#"{"count":26485035}"#),
        ("aws:all-packets-in", r#"{"count":10013573555}"#),
        ("aws:all-packets-out", r#"{"count":11382615}"#),
        ("aws:destination-ip-addresses", r#"{"cidrs":["192.168.0.1","a::c","a:b::c","2001:db8:85a3::8a2e"]}"#),
        ("aws:listening-tcp-ports", r#"{"ports":[22,24800]}"#),
        ("aws:listening-udp-ports", r#"{"ports":[5353]}"#),
        ("aws:num-established-tcp-connections", r#"{"count":70}"#),
        ("aws:num-listening-tcp-ports", r#"{"count":3}"#),
        ("aws:num-listening-udp-ports", r#"{"count":1}"#),
        ("battery", r#"{"number":81.5}"#),
        ("codes", r#"{"numbers":[1.5,3.0]}"#),
        ("peers", r#"{"cidrs":["10.0.0.0/8","10.0.0.1"]}"#),
        ("users", r#"{"strings":["pi","root"]}"#),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(told, BTreeMap::from(expected));
    let value: serde_json::Value = serde_json::from_str(WHOLE).unwrap();
    let report = json(&value.to_string()).unwrap();
    for indefinite in [false, true] {
        let mut bytes = Vec::new();
        cbor(&value, indefinite, &mut bytes);
        assert_eq!(read(Format::Cbor, &bytes).unwrap(), report, "indefinite: {indefinite}");
    }
}

#[test]
fn long_and_short_names_mix() {
    let short = json(
        r#"{"hed":{"rid":18446744073709551615,"v":"1.0"},"met":{"tp":{"pts":[{"port":80,"if":"lo"},{"pt":22}],"t":2},
            "ns":{"bi":1,"bytes_out":2,"pi":3,"po":4},
            "tc":{"established_connections":{"cs":[{"rad":"1.2.3.4:5","lp":6,"li":"x"}],"t":1}}},"cmet":null}"#,
    );
    let short = short.unwrap();
    assert_eq!(short.id().to_string(), "18446744073709551615");
    let told = told(&short);
    assert_eq!(told["aws:listening-tcp-ports"], r#"{"ports":[22,80]}"#);
    assert_eq!(told["aws:all-bytes-out"], r#"{"count":2}"#);
    assert_eq!(told["aws:destination-ip-addresses"], r#"{"cidrs":["1.2.3.4"]}"#);
    assert_eq!(told.len(), 8);
}

#[test]
fn what_is_absent_is_no_datapoint() {
    let report = json(
        r#"{"header":{"report_id":-5,"version":"1.0"},"met":null,"custom_metrics":{"battery":[{"number":null,"number_list":null,
            "number":2}]}}"#,
    );
    assert_eq!(report.unwrap_err().code, Code::InvalidPayload, "a member that is there twice");
    let report = json(
        r#"{"header":{"report_id":-5,"version":"1.0"},"met":{"tp":{"ports":[],"total":0},"up":{"ports":null},"ns":{},
            "tc":{"ec":{"cs":[]}}},"custom_metrics":{"battery":[{"number":2,"ip_list":null}],"other":[{"number":1}]}}"#,
    );
    let report = report.unwrap();
    assert_eq!(report.id(), ReportId::from(-5));
    let told = told(&report);
    assert_eq!(told["aws:listening-tcp-ports"], r#"{"ports":[]}"#);
    assert_eq!(told["aws:num-established-tcp-connections"], r#"{"count":0}"#);
    assert_eq!(told["aws:destination-ip-addresses"], r#"{"cidrs":[]}"#);
    assert_eq!(told["battery"], r#"{"number":2.0}"#);
    assert_eq!(told.len(), 5);
}

#[test]
fn each_rejection_has_its_code() {
    let header = r#""header":{"report_id":7,"version":"1.0"}"#;
    let with = |rest: &str| format!("{{{header},{rest}}}");
    let cases = [
        ("", Code::Malformed, false),
        ("{", Code::Malformed, false),
        ("hello", Code::Malformed, false),
        (r#"{"header":{"report_id":7,"version":"1.0"},"metrics":{}} x"#, Code::Malformed, false),
        ("7", Code::InvalidPayload, false),
        (r#"{"metrics":{}}"#, Code::MissingHeader, false),
        (r#"{"header":null,"metrics":{}}"#, Code::MissingHeader, false),
        (r#"{"header":{"version":"1.0"},"metrics":{}}"#, Code::InvalidPayload, false),
        (r#"{"header":{"report_id":"7","version":"1.0"},"metrics":{}}"#, Code::InvalidPayload, false),
        (r#"{"header":{"report_id":7.5,"version":"1.0"},"metrics":{}}"#, Code::InvalidPayload, false),
        (r#"{"header":{"report_id":7},"metrics":{}}"#, Code::InvalidPayload, true),
        (r#"{"header":{"report_id":7.0,"version":"one"},"metrics":{}}"#, Code::InvalidPayload, true),
        (&with(r#""metrics":null"#), Code::InvalidPayload, true),
        (&with(r#""metrics":[1]"#), Code::InvalidPayload, true),
        (&with(r#""metrics":{"network_stats":{"bytes_in":-1}}"#), Code::InvalidPayload, true),
        (&with(r#""metrics":{"network_stats":{"bytes_in":"1"}}"#), Code::InvalidPayload, true),
        (&with(r#""metrics":{"tp":{"ports":[{"port":65536}]}}"#), Code::InvalidPayload, true),
        (&with(r#""metrics":{"tp":{"ports":[{"port":0}]}}"#), Code::InvalidPayload, true),
        (&with(r#""metrics":{"tp":{"ports":[{}]}}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":{"number":1}}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":[]}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":[{"number":1},{"number":2}]}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":[{"number":1,"ip_list":[]}]}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":[{"words":1}]}"#), Code::InvalidPayload, true),
        (&with(r#""custom_metrics":{"battery":[{"number":1e999}]}"#), Code::InvalidPayload, true),
    ];
    for (text, code, known) in cases {
        let rejected = json(text).unwrap_err();
        assert_eq!((rejected.code, rejected.report_id.is_some()), (code, known), "{text}: {rejected}");
    }
    let large = format!("{header:?}{}", " ".repeat(REPORT_BYTES_MAX));
    assert_eq!(json(&large).unwrap_err().code, Code::Malformed);
}

#[test]
fn a_registered_metric_keeps_its_type() {
    for text in [
        r#""battery":[{"string_list":["full"]}]"#,
        r#""users":[{"number":1}]"#,
        r#""peers":[{"string_list":["10.0.0.1"]}]"#,
        r#""battery":[{"number":1}],"battery":[{"number":2}]"#,
    ] {
        let report = json(&format!(r#"{{"hed":{{"rid":7,"v":"1.0"}},"cmet":{{{text}}}}}"#)).unwrap();
        let rejected = report.datapoints(customs).unwrap_err();
        assert_eq!((rejected.code, rejected.report_id), (Code::InvalidPayload, Some(ReportId::from(7))), "{text}");
    }
    let report = json(r#"{"hed":{"rid":7,"v":"1.0"},"cmet":{"else":[{"string_list":["full"]}]}}"#).unwrap();
    assert_eq!(report.datapoints(customs), Ok(Vec::new()));
}

#[test]
fn depth_and_length_are_bounded() {
    let header = r#""header":{"report_id":7,"version":"1.0"}"#;
    let deep =
        |levels: usize| format!(r#"{{{header},"metrics":{{}},"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(json(&deep(60_000)).is_ok(), "what nobody knows is passed over without recursion");
    let nested = |levels: usize| {
        let mut bytes = Vec::new();
        cbor(&serde_json::from_str(&deep(0).replace(":}", ":0}")).unwrap(), false, &mut bytes);
        bytes.pop();
        bytes.extend(std::iter::repeat_n(0x81, levels));
        bytes.push(0);
        bytes
    };
    assert!(read(Format::Cbor, &nested(100)).is_ok());
    assert_eq!(read(Format::Cbor, &nested(100_000)).unwrap_err().code, Code::Malformed);
    let ports = vec![r#"{"pt":1}"#; LIST_ITEMS_MAX + 1].join(",");
    let rejected = json(&format!(r#"{{{header},"metrics":{{"tp":{{"pts":[{ports}]}}}}}}"#)).unwrap_err();
    assert_eq!((rejected.code, rejected.report_id), (Code::InvalidPayload, Some(ReportId::from(7))));
    // a length that only claims to be
    assert!(read(Format::Cbor, &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err());
    assert!(
        read(Format::Cbor, &[0xa1, 0x63, b'h', b'e', b'd', 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
            .is_err()
    );
}

#[test]
fn answers_are_what_clients_wait_for() {
    let at = Timestamp(1_542_697_506_269);
    let id = ReportId::from(1_542_697_506);
    let text = String::from_utf8(accepted(Format::Json, "MyThing", id, at)).unwrap();
    let expected = r#"{"thingName":"MyThing","reportId":1542697506,"status":"ACCEPTED","timestamp":1542697506269}"#;
    assert_eq!(text, expected);
    let why = Rejected { code: Code::InvalidPayload, message: "Malformed metrics report".to_owned(), report_id: None };
    let text = String::from_utf8(rejected(Format::Json, "MyThing", &why, at)).unwrap();
    let expected = concat!(
        r#"{"thingName":"MyThing","status":"REJECTED","statusDetails":{"ErrorCode":"InvalidPayload","#,
        r#""ErrorMessage":"Malformed metrics report"},"timestamp":1542697506269}"#
    );
    assert_eq!(text, expected);
    let read: BTreeMap<String, serde_json::Value> =
        cbor4ii::serde::from_slice(&rejected(Format::Cbor, "MyThing", &Rejected::throttled(id, 290), at)).unwrap();
    assert_eq!(read["statusDetails"]["ErrorCode"], "Throttled");
    assert_eq!(read["reportId"], 1_542_697_506);
}

/// Bytes of a report with some of them changed.
fn damaged() -> impl Strategy<Value = (bool, Vec<u8>)> {
    let places = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8);
    (any::<bool>(), any::<bool>(), places, any::<prop::sample::Index>()).prop_map(|(json, indefinite, places, end)| {
        let mut bytes = WHOLE.as_bytes().to_vec();
        if !json {
            bytes.clear();
            cbor(&serde_json::from_str(WHOLE).unwrap(), indefinite, &mut bytes);
        }
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(bytes.len() - end.index(bytes.len()) / 4);
        (json, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in [Format::Json, Format::Cbor] {
            if let Ok(report) = read(format, &bytes) {
                let _ = report.datapoints(customs);
            }
        }
    }

    #[test]
    fn damaged_reports_get_an_answer((json, bytes) in damaged()) {
        let format = if json { Format::Json } else { Format::Cbor };
        match read(format, &bytes) {
            Ok(report) => { let _ = report.datapoints(customs); }
            Err(why) => prop_assert!(!why.message.is_empty()),
        }
    }

    #[test]
    fn both_formats_read_the_same(id in any::<i64>(), sent in 0_u64..1 << 53, ports in prop::collection::vec(1_u16.., 0..20),
        number in -1e300..1e300) {
        let value = serde_json::json!({
            "header": {"rid": id, "version": "1.0"},
            "metrics": {"ns": {"bytes_out": sent}, "tp": {"pts": ports.iter().map(|port| serde_json::json!({"port": port}))
                .collect::<Vec<_>>()}},
            "cmet": {"battery": [{"number": number}]},
        });
        let mut bytes = Vec::new();
        cbor(&value, id % 2 == 0, &mut bytes);
        let one = read(Format::Json, value.to_string().as_bytes()).unwrap();
        prop_assert_eq!(one.id(), ReportId::from(id));
        prop_assert_eq!(read(Format::Cbor, &bytes).unwrap(), one);
    }
}
