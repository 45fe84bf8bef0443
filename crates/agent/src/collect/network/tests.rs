use std::net::{TcpListener, TcpStream, UdpSocket};

use tempfile::TempDir;

use super::*;

const DEV: &str = "Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 99773687  118464    0    0    0     0          0         0 99773687  118464    0    0    0     0       0          0
  eth0: 1000  10    0    0    0     0          0         0   500    5    0    0    0     0       0          0
 wlan0:7000      70    0    0    0     0          0         0 300    3    0    0    0     0       0          0
";
const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 530 1 0 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 531 1 0 100 0 0 10 0
   2: 020200C0:D431 0A0B0C0D:01BB 01 00000000:00000000 00:00000000 00000000     0        0 532 1 0 100 0 0 10 0
   3: 020200C0:D432 0A0B0C0D:01BB 06 00000000:00000000 00:00000000 00000000     0        0 533 1 0 100 0 0 10 0
";
const TCP6: &str = "  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:07E8 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1
   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 1
   2: 000000FD000000000000000002000000:C001 B80D0120000000000000000001000000:01BB 01 0:0 0:0 0 0 0 1
";
const UDP: &str = "   sl  local_address rem_address   st tx_queue
  10: 00000000:0044 00000000:0000 07 0:0 0:0 0 0 0 1
  11: 020200C0:C002 08080808:0035 01 0:0 0:0 0 0 0 1
";
const ROUTE: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
";
const IF_INET6: &str = "fd000000000000000000000000000002 04 40 00 82     eth0
00000000000000000000000000000001 01 80 10 80       lo
";

fn machine(dev: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let net = folder.path().join("proc/net");
    std::fs::create_dir_all(&net).unwrap();
    let files = [("dev", dev), ("tcp", TCP), ("tcp6", TCP6), ("udp", UDP), ("route", ROUTE), ("if_inet6", IF_INET6)];
    for (name, text) in files {
        std::fs::write(net.join(name), text).unwrap();
    }
    folder
}

// The fixtures were recorded on machines that keep the lowest byte first.
#[cfg(target_endian = "little")]
#[test]
fn a_report_has_the_vendor_s_form() {
    let machine = machine(DEV);
    let mut state = NetworkState::new(Root::new(machine.path()));
    let report = device_report(&mut state, Timestamp(1_790_000_000_999)).unwrap();
    let expected = serde_json::json!({
        "header": { "report_id": 1_790_000_000, "version": "1.0" },
        "metrics": {
            "listening_tcp_ports": { "total": 4, "ports": [
                { "port": 2024, "interface": "0.0.0.0" },
                { "port": 2024, "interface": "::" },
                { "port": 8080, "interface": "lo" },
                { "port": 8081, "interface": "lo" },
            ]},
            "listening_udp_ports": { "total": 1, "ports": [{ "port": 68, "interface": "0.0.0.0" }] },
            "network_stats": { "bytes_in": 0, "bytes_out": 0, "packets_in": 0, "packets_out": 0 },
            "tcp_connections": { "established_connections": { "total": 2, "connections": [
                { "remote_addr": "13.12.11.10:443", "local_interface": "eth0", "local_port": 54_321 },
                { "remote_addr": "[2001:db8::1]:443", "local_interface": "eth0", "local_port": 49_153 },
            ]}},
        },
    });
    assert_eq!(serde_json::to_value(&report).unwrap(), expected);
}

#[test]
fn traffic_is_counted_since_the_last_report_that_arrived() {
    let machine = machine(DEV);
    let mut state = NetworkState::new(Root::new(machine.path()));
    let stats = |state: &mut NetworkState| device_report(state, Timestamp(0)).unwrap().metrics.network_stats;
    assert_eq!(stats(&mut state), NetworkStats::default(), "the first knows no beginning");
    let dev = machine.path().join("proc/net/dev");
    std::fs::write(&dev, DEV.replace(" 1000 ", " 1600 ").replace(":7000 ", ":7001 ")).unwrap();
    let unsent = state.look(Timestamp(0)).unwrap();
    assert_eq!(unsent.report.metrics.network_stats.bytes_in, 601);
    assert_eq!(state.look(Timestamp(0)).unwrap().report.metrics.network_stats.bytes_in, 601, "it did not arrive");
    assert_eq!(stats(&mut state), NetworkStats { bytes_in: 601, ..NetworkStats::default() }, "loopback does not count");
    assert_eq!(stats(&mut state), NetworkStats::default());
}

#[test]
fn counters_that_begin_anew_begin_at_zero() {
    let before = Counters::parse(DEV);
    let restarted = Counters::parse(&DEV.replace(" 1000  10 ", " 40  1 "));
    let expected = NetworkStats { bytes_in: 40, bytes_out: 500, packets_in: 1, packets_out: 5 };
    assert_eq!(restarted.since(&before), expected);
    let plugged = Counters::parse(&DEV.replace("eth0", "eth1"));
    let expected = NetworkStats { bytes_in: 1000, bytes_out: 500, packets_in: 10, packets_out: 5 };
    assert_eq!(plugged.since(&before), expected);
}

#[test]
fn long_lists_are_cut_and_their_totals_are_true() {
    let socket = |port: u16, state| Socket {
        local: std::net::SocketAddr::from(([0, 0, 0, 0], port)),
        remote: std::net::SocketAddr::from(([10, 0, 0, 1], port)),
        state,
    };
    let listening: Vec<Socket> = (1..=300).rev().map(|port| socket(port, State::Listening)).collect();
    let listed = ports(&[&listening[..], &listening[..]].concat(), &Interfaces::default());
    assert_eq!((listed.total, listed.ports.len()), (300, PORTS_MAX));
    assert_eq!(listed.ports[0].port, 1);
    let established: Vec<Socket> = (1..=300).map(|port| socket(port, State::Established)).collect();
    let listed = connections(&established, &Interfaces::default());
    assert_eq!((listed.total, listed.connections.len()), (300, CONNECTIONS_MAX));
    // The longest form of every line.
    let connection = Connection {
        remote_addr: format!("[{}]:65535", ["ffff"; 8].join(":")),
        local_interface: Some("x".repeat(15)),
        local_port: 65_535,
    };
    let port = Port { port: 65_535, interface: Some("x".repeat(15)) };
    let connection = serde_json::to_string(&connection).unwrap().len() + 1;
    let port = serde_json::to_string(&port).unwrap().len() + 1;
    let largest = connection * CONNECTIONS_MAX + 2 * port * PORTS_MAX;
    assert!(largest < 100_000, "{largest} bytes");
}

#[test]
fn what_is_malformed_is_left_out() {
    for text in
        ["", "x", " 0: 0100007F 0 0A", " 0: 0100007F:XYZ 0:0 0A", " 0: 01:0001 00000000:0000 0A", "\u{fc}: \u{fc}"]
    {
        assert_eq!(sockets::parse(text, Proto::Tcp), []);
        assert_eq!(Counters::parse(text), Counters::default());
        assert_eq!(Interfaces::parse(text, text).of([10, 0, 0, 1].into()), None);
    }
}

#[test]
fn this_very_machine_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut state = NetworkState::new(Root::new("/"));
    let metrics = device_report(&mut state, Timestamp(0)).unwrap().metrics;
    let on_loopback = |port| Port { port, interface: Some("lo".to_owned()) };
    assert!(metrics.listening_tcp_ports.ports.contains(&on_loopback(port)), "{metrics:?}");
    let datagram_port = datagrams.local_addr().unwrap().port();
    assert!(metrics.listening_udp_ports.ports.contains(&on_loopback(datagram_port)), "{metrics:?}");
    let expected = Connection {
        remote_addr: format!("127.0.0.1:{port}"),
        local_interface: Some("lo".to_owned()),
        local_port: client.local_addr().unwrap().port(),
    };
    let established = metrics.tcp_connections.established_connections;
    assert!(established.connections.contains(&expected) || established.total > CONNECTIONS_MAX, "{established:?}");
    drop(listener);
    let metrics = device_report(&mut state, Timestamp(0)).unwrap().metrics;
    assert!(!metrics.listening_tcp_ports.ports.contains(&on_loopback(port)), "{metrics:?}");
}
