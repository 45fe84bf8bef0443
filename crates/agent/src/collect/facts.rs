//! What the host is: os-release(5), its names and its kernel.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use bartizan_host::observe::Facts;
use bartizan_wire::Timestamp;

use super::CollectError;
use super::root::Root;

/// Reads everything but the architecture, which the package database knows.
pub(super) fn read(root: &Root) -> Result<Facts, CollectError> {
    let release = match root.read("/etc/os-release")? {
        Some(bytes) => bytes,
        None => root.read("/usr/lib/os-release")?.unwrap_or_default(),
    };
    let mut facts = os_release(&String::from_utf8_lossy(&release));
    facts.hostname = match root.line("/proc/sys/kernel/hostname") {
        name if name.is_empty() => root.line("/etc/hostname"),
        name => name,
    };
    facts.kernel = root.line("/proc/sys/kernel/osrelease");
    facts.booted_at = booted_at(root);
    facts.ip_address = if root.is_live() { address() } else { String::new() };
    env!("CARGO_PKG_VERSION").clone_into(&mut facts.agent_version);
    Ok(facts)
}

fn os_release(text: &str) -> Facts {
    let mut facts = Facts::default();
    for line in text.lines() {
        let Some((name, value)) = line.trim().split_once('=') else { continue };
        let field = match name {
            "ID" => &mut facts.os_id,
            "VERSION_ID" => &mut facts.os_version,
            "VERSION_CODENAME" => &mut facts.codename,
            "PRETTY_NAME" => &mut facts.pretty_name,
            _ => continue,
        };
        *field = unquote(value);
    }
    facts
}

/// The shell's quoting, as far as os-release(5) allows it.
fn unquote(value: &str) -> String {
    let value = value.trim();
    if let Some(inside) = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) {
        return inside.to_owned();
    }
    let Some(inside) = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            character => out.push(character),
        }
    }
    out
}

fn booted_at(root: &Root) -> Option<Timestamp> {
    let bytes = root.read("/proc/stat").ok().flatten()?;
    let text = String::from_utf8_lossy(&bytes);
    let seconds: i64 = text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    seconds.checked_mul(1_000).map(Timestamp)
}

/// The address from which this machine would reach others. Connecting a datagram socket asks the routing table and sends
/// nothing; the addresses asked for belong to documentation (RFC 5737, RFC 3849).
fn address() -> String {
    let ways: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    for (from, to) in ways {
        let socket = UdpSocket::bind((from, 0)).and_then(|socket| socket.connect((to, 9)).map(|()| socket));
        if let Ok(own) = socket.and_then(|socket| socket.local_addr())
            && !own.ip().is_unspecified()
        {
            return own.ip().to_string();
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_is_read_as_the_shell_reads_it() {
        let text = "# comment\nID=debian\n VERSION_ID=\"12\"\nVERSION_CODENAME='bookworm'\nPRETTY_NAME=\"A \\\"B\\\" \\$C\"\nodd\n";
        let facts = os_release(text);
        assert_eq!(
            (facts.os_id.as_str(), facts.os_version.as_str(), facts.codename.as_str(), facts.pretty_name.as_str()),
            ("debian", "12", "bookworm", "A \"B\" $C")
        );
        assert_eq!(os_release(""), Facts::default());
    }
}
