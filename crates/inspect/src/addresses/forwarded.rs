use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Of a longer list the last addresses are looked at, where all are.
pub const ADDRESSES_MAX: usize = 10;

/// Which addresses of a list count (`ForwardedIPPosition` of the API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ForwardedPlace {
    First,
    Last,
    /// Each of the last [`ADDRESSES_MAX`].
    Any,
}

/// The addresses that a header such as `X-Forwarded-For` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarded {
    /// There is no such header.
    Absent,
    /// There is one, and no address where it was looked for.
    Invalid,
    /// There are addresses.
    Found(Addresses),
}

/// A few addresses in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    list: [IpAddr; ADDRESSES_MAX],
    count: usize,
}

impl Addresses {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[IpAddr] {
        self.list.get(..self.count).unwrap_or_default()
    }
}

impl Forwarded {
    /// Reads the values of all headers of the name, in the order in which they came: together they are one list, with commas
    /// between. An address may have a port, brackets, quotes and white space around it.
    pub fn read<'a>(values: impl Iterator<Item = &'a [u8]> + Clone, place: ForwardedPlace) -> Self {
        let mut entries = values.flat_map(|value| value.split(|byte| *byte == b','));
        let mut found = Addresses { list: [Ipv6Addr::UNSPECIFIED.into(); ADDRESSES_MAX], count: 0 };
        match place {
            ForwardedPlace::First => match entries.next() {
                None => return Self::Absent,
                Some(entry) => found.push(entry),
            },
            ForwardedPlace::Last => match entries.last() {
                None => return Self::Absent,
                Some(entry) => found.push(entry),
            },
            ForwardedPlace::Any => {
                let count = entries.clone().count();
                if count == 0 {
                    return Self::Absent;
                }
                entries.skip(count.saturating_sub(ADDRESSES_MAX)).for_each(|entry| found.push(entry));
            }
        }
        if found.count == 0 { Self::Invalid } else { Self::Found(found) }
    }
}

impl Addresses {
    fn push(&mut self, entry: &[u8]) {
        if let Some(address) = address(entry)
            && let Some(slot) = self.list.get_mut(self.count)
        {
            *slot = address;
            self.count += 1;
        }
    }
}

/// The longest address with a port: an IPv6 one in brackets, and some white space.
const ENTRY_MAX: usize = 64;

fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry.trim_ascii()).ok().filter(|text| text.len() <= ENTRY_MAX)?;
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let plain = text.parse().ok();
    let with_port = || text.parse().ok().map(|socket: SocketAddr| socket.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    plain.or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str], place: ForwardedPlace) -> Result<Vec<String>, bool> {
        match Forwarded::read(values.iter().map(|value| value.as_bytes()), place) {
            Forwarded::Absent => Err(false),
            Forwarded::Invalid => Err(true),
            Forwarded::Found(found) => Ok(found.as_slice().iter().map(ToString::to_string).collect()),
        }
    }

    fn found(addresses: &[&str]) -> Result<Vec<String>, bool> {
        Ok(addresses.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_place_counts() {
        use ForwardedPlace::{Any, First, Last};
        let values = ["192.0.2.1, 192.0.2.2:8080", "\"[2001:db8::1]:443\" ,[2001:db8::2]"];
        assert_eq!(read(&values, First), found(&["192.0.2.1"]));
        assert_eq!(read(&values, Last), found(&["2001:db8::2"]));
        assert_eq!(read(&values, Any), found(&["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]));
        assert_eq!(read(&["unknown, 192.0.2.1"], First), Err(true));
        assert_eq!(read(&["unknown, 192.0.2.1"], Any), found(&["192.0.2.1"]));
        assert_eq!(read(&["192.0.2.1,"], Last), Err(true));
        assert_eq!(read(&[""], Any), Err(true));
        assert_eq!(read(&[], Any), Err(false));
        assert_eq!(read(&["::ffff:192.0.2.9"], First), found(&["192.0.2.9"]));
    }

    #[test]
    fn of_many_the_last_count() {
        let values: Vec<String> = (0..30).map(|number| format!("192.0.2.{number}")).collect();
        let joined = values.join(",");
        let Ok(found) = read(&[&joined], ForwardedPlace::Any) else { panic!("addresses are there") };
        assert_eq!(found, values[20..]);
    }
}
