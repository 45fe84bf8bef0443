//! What extended headers say about the entry after them.

/// Values that replace those of the header.
#[derive(Debug, Default)]
pub(super) struct Extended {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
}

/// Up to the first NUL.
pub(super) fn until_nul(bytes: &[u8]) -> Vec<u8> {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

impl Extended {
    /// Reads records of the form `<length> <key>=<value>\n`, where the length counts all of it.
    pub(super) fn read_pax(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        const WRONG: &str = "an extended header that is malformed";
        let mut rest = bytes;
        let mut name = None;
        while !rest.is_empty() {
            // Some writers fill up with NULs.
            if rest.iter().all(|byte| *byte == 0) {
                break;
            }
            let space = rest.iter().take(20).position(|byte| *byte == b' ').ok_or(WRONG)?;
            let digits = rest.get(..space).filter(|digits| digits.iter().all(u8::is_ascii_digit)).ok_or(WRONG)?;
            let length: usize = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).ok_or(WRONG)?;
            let record = rest.get(space + 1..length).ok_or(WRONG)?;
            let record = record.strip_suffix(b"\n").ok_or(WRONG)?;
            rest = rest.get(length..).ok_or(WRONG)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or(WRONG)?;
            let (key, value) = (record.get(..equals).unwrap_or_default(), record.get(equals + 1..).unwrap_or_default());
            match key {
                b"path" if value.contains(&0) => return Err(WRONG),
                b"path" => self.path = (!value.is_empty()).then(|| value.to_vec()),
                b"linkpath" if value.contains(&0) => return Err(WRONG),
                b"linkpath" => self.link = (!value.is_empty()).then(|| value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    self.size = Some(size.filter(|size| *size <= 1 << 60).ok_or(WRONG)?);
                }
                b"GNU.sparse.name" => name = Some(value.to_vec()),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        if let Some(name) = name {
            self.path = Some(name);
            self.sparse = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With its length, which counts its own digits.
    fn record(text: &str) -> Vec<u8> {
        format!("{} {text}\n", text.len() + 4).into_bytes()
    }

    #[test]
    fn records_replace_what_the_header_says() {
        let mut extended = Extended::default();
        let records = ["path=a/b", "linkpath=", "size=17", "mtime=1350244992.02396010"].map(record).concat();
        extended.read_pax(&records).unwrap();
        assert_eq!(extended.path.as_deref(), Some(&b"a/b"[..]));
        assert_eq!((extended.link, extended.size, extended.sparse), (None, Some(17), false));
    }

    #[test]
    fn malformed_records_are_refused() {
        for text in
            ["x", "5 a=b\n", "6 a=b\nx", "999 path=a\n", "11 path=a\0\n", " 6 a=b\n", "0 a=b\n", "12 size=-17\n"]
        {
            assert!(Extended::default().read_pax(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(Extended::default().read_pax(b"6 a=b\n\0\0\0").is_ok());
    }

    #[test]
    fn a_sparse_file_keeps_its_own_name() {
        let mut extended = Extended::default();
        let records = ["GNU.sparse.major=1", "GNU.sparse.name=real", "path=GNUSparseFile.17/real"].map(record).concat();
        extended.read_pax(&records).unwrap();
        assert_eq!(extended.path.as_deref(), Some(&b"real"[..]));
        assert!(extended.sparse);
    }
}
