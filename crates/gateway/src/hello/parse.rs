//! Reads a ClientHello out of the records that carry it [RFC 8446, 4.1.2, 5.1].

use super::Hello;

/// The type of records that carry handshakes.
const HANDSHAKE: u8 = 22;
/// The type of the message.
const CLIENT_HELLO: u8 = 1;
const SUPPORTED_GROUPS: u16 = 10;
const EC_POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const PROTOCOLS: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;
/// Bytes of a client's random.
const RANDOM_BYTES: usize = 32;

/// Reads from the front of bytes.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number<const N: usize>(&mut self) -> Option<usize> {
        Some(self.take(N)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    fn short(&mut self) -> Option<u16> {
        self.number::<2>().and_then(|number| u16::try_from(number).ok())
    }

    /// What stands behind a length of `N` bytes.
    fn counted<const N: usize>(&mut self) -> Option<Cursor<'a>> {
        let length = self.number::<N>()?;
        self.take(length).map(Cursor)
    }

    fn shorts(mut self) -> Vec<u16> {
        std::iter::from_fn(|| self.short()).collect()
    }
}

/// The handshake message that the records carry from their beginning on: type and length are part of it.
fn message(sent: &[u8]) -> Option<Vec<u8>> {
    let mut records = Cursor(sent);
    let mut joined = Vec::new();
    loop {
        if let Some(head) = joined.first_chunk::<4>() {
            let length = Cursor(head.get(1..)?).number::<3>()?;
            if joined.len() >= length.checked_add(4)? {
                return Some(joined);
            }
        }
        if records.number::<1>()? != usize::from(HANDSHAKE) {
            return None;
        }
        records.take(2)?;
        joined.extend_from_slice(records.counted::<2>()?.0);
    }
}

impl Hello {
    pub(crate) fn read(sent: &[u8]) -> Option<Self> {
        let message = message(sent)?;
        let mut message = Cursor(&message);
        if message.number::<1>()? != usize::from(CLIENT_HELLO) {
            return None;
        }
        let mut body = message.counted::<3>()?;
        let version = body.short()?;
        body.take(RANDOM_BYTES)?;
        body.counted::<1>()?;
        let ciphers = body.counted::<2>()?.shorts();
        body.counted::<1>()?;
        let mut hello = Self { version, ciphers, ..Self::default() };
        // TLS 1.2 knows messages without extensions
        let Some(mut extensions) = body.counted::<2>() else { return Some(hello) };
        while let Some(kind) = extensions.short() {
            hello.extension(kind, extensions.counted::<2>()?)?;
        }
        Some(hello)
    }

    fn extension(&mut self, kind: u16, mut data: Cursor<'_>) -> Option<()> {
        self.extensions.push(kind);
        match kind {
            SUPPORTED_GROUPS => self.groups = data.counted::<2>()?.shorts(),
            EC_POINT_FORMATS => self.point_formats = data.counted::<1>()?.0.to_vec(),
            SIGNATURE_ALGORITHMS => self.signatures = data.counted::<2>()?.shorts(),
            SUPPORTED_VERSIONS => self.versions = data.counted::<1>()?.shorts(),
            PROTOCOLS => self.protocol = data.counted::<2>()?.counted::<1>().map(|name| name.0.to_vec()),
            _ => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Hello;

    fn counted(width: usize, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[4 - width..], data].concat()
    }

    /// A message with these extensions, in records of so many bytes.
    fn sent(extensions: &[(u16, Vec<u8>)], record: usize) -> Vec<u8> {
        let extensions: Vec<u8> = extensions
            .iter()
            .flat_map(|(kind, data)| [kind.to_be_bytes().to_vec(), counted(2, data)].concat())
            .collect();
        let body = [
            &[3, 3][..],
            &[7; 32],
            &counted(1, &[9; 32]),
            &counted(2, &[0x13, 0x01, 0x0a, 0x0a]),
            &counted(1, &[0]),
            &counted(2, &extensions),
        ]
        .concat();
        let message = [vec![1], counted(3, &body)].concat();
        message.chunks(record).flat_map(|part| [vec![22, 3, 1], counted(2, part)].concat()).collect()
    }

    #[test]
    fn a_message_is_read_from_one_record_or_many() {
        let extensions = [
            (0, vec![]),
            (43, counted(1, &[3, 4, 3, 3])),
            (10, counted(2, &[0, 29])),
            (11, counted(1, &[0])),
            (13, counted(2, &[4, 3])),
            (16, counted(2, &counted(1, b"h2"))),
        ];
        let whole = Hello::read(&sent(&extensions, 4_000)).unwrap();
        assert_eq!(whole.ciphers, [0x1301, 0x0a0a]);
        assert_eq!(whole.extensions, [0, 43, 10, 11, 13, 16]);
        assert_eq!((whole.versions.as_slice(), whole.protocol.as_deref()), (&[0x0304, 0x0303][..], Some(&b"h2"[..])));
        assert_eq!(Hello::read(&sent(&extensions, 10)).as_ref(), Some(&whole));
    }

    #[test]
    fn what_is_cut_off_or_no_hello_is_none() {
        let whole = sent(&[(10, counted(2, &[0, 29]))], 4_000);
        for end in 0..whole.len() {
            assert_eq!(Hello::read(&whole[..end]), None, "{end}");
        }
        assert_eq!(Hello::read(b"GET / HTTP/1.1\r\n\r\n"), None);
        let mut other = whole;
        other[5] = 2;
        assert_eq!(Hello::read(&other), None);
    }
}
