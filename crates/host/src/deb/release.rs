//! The fields of a `Release` or `InRelease` file that say where an index comes from.
//!
//! Signatures are not checked here: apt has done that before it kept the file. The wrapper of a clear-signed file is
//! taken off, and [`Release::wrapped`] says that there was one.

use bartizan_wire::Timestamp;

use super::control::{Fault, FaultKind, Faults, Scanner, Wanted, text};
use crate::observe::Origin;

static WANTED: Wanted<8> = Wanted::new([
    "Origin",
    "Label",
    "Suite",
    "Codename",
    "Date",
    "Valid-Until",
    "NotAutomatic",
    "ButAutomaticUpgrades",
]);

/// What a Release file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// The fields found. What a Release file does not know (site, component, architecture, trust) is left empty.
    pub origin: Origin,
    /// The file stands in a clear-signed message.
    pub wrapped: bool,
    /// What was malformed, a date that cannot be read included.
    pub faults: Faults,
}

/// Reads a Release file, or its first lines: the fields stand before the long lists of digests.
#[must_use]
pub fn read(bytes: &[u8]) -> Release {
    let (body, wrapped) = unwrap(bytes);
    let mut faults = Faults::default();
    let Some(stanza) = Scanner::new(&WANTED, body).next() else {
        return Release { wrapped, ..Release::default() };
    };
    if let Some(fault) = stanza.fault {
        faults.push(fault);
    }
    let [origin, label, suite, codename, date, valid_until, not_automatic, but_automatic] = stanza.or_empty();
    let [origin, label, archive, codename] =
        [origin, label, suite, codename].map(|value| text(value, stanza.line, &mut faults).into_owned());
    let [date, valid_until] = [(date, "Date"), (valid_until, "Valid-Until")].map(|(written, name)| {
        let read = parse_date(written);
        if read.is_none() && !written.is_empty() {
            faults.push(Fault { line: stanza.line, kind: FaultKind::Unknown(name) });
        }
        read
    });
    let yes = |value: &[u8]| value.eq_ignore_ascii_case(b"yes");
    let origin = Origin {
        archive,
        codename,
        label,
        origin,
        date,
        valid_until,
        not_automatic: yes(not_automatic),
        but_automatic_upgrades: yes(but_automatic),
        ..Origin::default()
    };
    Release { origin, wrapped, faults }
}

/// Takes the wrapper of a clear-signed message off: armour headers up to the first blank line, and the signature.
fn unwrap(bytes: &[u8]) -> (&[u8], bool) {
    if !bytes.starts_with(b"-----BEGIN PGP SIGNED MESSAGE-----") {
        return (bytes, false);
    }
    let mut at = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
    }
    let body = bytes.get(at..).unwrap_or_default();
    let end = memchr::memmem::find(body, b"\n-----BEGIN PGP SIGNATURE-----").map_or(body.len(), |at| at + 1);
    (body.get(..end).unwrap_or_default(), true)
}

/// Reads a date as Release files and HTTP headers write it: `Sat, 21 Nov 2026 00:53:02 UTC` (RFC 5322, in universal
/// time). `None` if it is another text.
#[must_use]
pub fn parse_date(written: &[u8]) -> Option<Timestamp> {
    let written = std::str::from_utf8(written).ok()?;
    let mut words = written.split_ascii_whitespace();
    let mut day = words.next()?;
    if day.ends_with(',') {
        day = words.next()?;
    }
    let day: i64 = day.parse().ok()?;
    let month = words.next()?;
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| name.eq_ignore_ascii_case(month))?;
    let month = i64::try_from(month).ok()? + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<i64>().ok());
    let (Some(Some(hour)), Some(Some(minute)), second) = (clock.next(), clock.next(), clock.next()) else {
        return None;
    };
    let second = second.map_or(Some(0), |second| second)?;
    let zone = words.next().unwrap_or("UTC");
    let universal = ["UTC", "GMT", "Z", "UT", "+0000", "-0000"].iter().any(|name| name.eq_ignore_ascii_case(zone));
    let in_range = (1..=31).contains(&day)
        && (1970..=9999).contains(&year)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !universal || !in_range || clock.next().is_some() || words.next().is_some() {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp(seconds * 1_000))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. The year is counted from March, so that the leap day is its last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURITY: &[u8] =
        b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian-Security\n\
Suite: oldstable-security\nVersion: 12\nCodename: bookworm-security\nDate: Sat, 21 Nov 2026 00:53:02 UTC\n\
Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC\nNotAutomatic: yes\nComponents: updates/main\nMD5Sum:\n d41d8c 0 main/x\n\
-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n";

    #[test]
    fn a_signed_file_is_read() {
        let found = read(SECURITY);
        assert!(found.wrapped);
        assert_eq!(found.faults.total, 0);
        let expected = Origin {
            archive: "oldstable-security".into(),
            codename: "bookworm-security".into(),
            label: "Debian-Security".into(),
            origin: "Debian".into(),
            date: Some(Timestamp(1_795_222_382_000)),
            valid_until: Some(Timestamp(1_795_827_182_000)),
            not_automatic: true,
            ..Origin::default()
        };
        assert_eq!(found.origin, expected);
    }

    #[test]
    fn a_file_cut_short_and_a_plain_one_are_read() {
        let cut = &SECURITY[..SECURITY.windows(5).position(|bytes| bytes == b"Date:").unwrap()];
        assert_eq!(read(cut).origin.codename, "bookworm-security");
        let plain = read(b"Origin: Artifactory\nDate: Thu, 01 Jan 1970 00:00:01 +0000\n");
        assert!(!plain.wrapped);
        assert_eq!((plain.origin.origin.as_str(), plain.origin.date), ("Artifactory", Some(Timestamp(1000))));
        assert_eq!(read(b""), Release::default());
    }

    #[test]
    fn dates_follow_the_calendar() {
        let cases = [
            ("Thu, 29 Feb 2024 12:00:00 UTC", Some(1_709_208_000)),
            ("Fri, 01 Mar 2024 00:00:00 GMT", Some(1_709_251_200)),
            ("31 Dec 1999 23:59:59 Z", Some(946_684_799)),
            ("Wed, 1 Mar 2000 00:00 UTC", Some(951_868_800)),
            ("Sat, 21 Nov 2026 00:53:02 +0100", None),
            ("Sat, 21 Nix 2026 00:53:02 UTC", None),
            ("Sat, 21 Nov 2026 25:53:02 UTC", None),
            ("soon", None),
        ];
        for (written, expected) in cases {
            assert_eq!(parse_date(written.as_bytes()), expected.map(|s| Timestamp(s * 1000)), "{written}");
        }
        let odd = read(b"Date: soon\n");
        assert_eq!((odd.origin.date, odd.faults.total), (None, 1));
    }
}
