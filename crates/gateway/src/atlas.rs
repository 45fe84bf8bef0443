//! [`MaxMindAtlas`]: where addresses are, from databases in MaxMind's form that the operator provides.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use bartizan_web::engine::{Atlas, Place};
use maxminddb::{MaxMindDbError, Reader, path};

/// A database cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{}` cannot be read as a database of places: {source}", file.display())]
pub struct AtlasError {
    file: PathBuf,
    source: MaxMindDbError,
}

/// Databases of countries, cities and autonomous systems. What one does not know, the next may.
pub struct MaxMindAtlas(Vec<Reader<Vec<u8>>>);

impl fmt::Debug for MaxMindAtlas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaxMindAtlas").field("databases", &self.0.len()).finish()
    }
}

impl MaxMindAtlas {
    /// Reads the files into memory.
    ///
    /// # Errors
    /// One of them is no such database.
    pub fn read<P: AsRef<Path>>(files: &[P]) -> Result<Self, AtlasError> {
        let open = |file: &P| {
            let file = file.as_ref();
            Reader::open_readfile(file).map_err(|source| AtlasError { file: file.to_owned(), source })
        };
        files.iter().map(open).collect::<Result<_, _>>().map(Self)
    }
}

impl Atlas for MaxMindAtlas {
    fn place(&self, address: IpAddr) -> Place {
        let mut place = Place::default();
        for database in &self.0 {
            let Ok(found) = database.lookup(address.to_canonical()) else { continue };
            if !found.has_data() {
                continue;
            }
            if place.country.is_none() {
                let code: Option<&str> = found.decode_path(&path!["country", "iso_code"]).ok().flatten();
                place.country = code.and_then(|code| code.as_bytes().try_into().ok());
            }
            if place.region.is_none() {
                let code: Option<&str> = found.decode_path(&path!["subdivisions", 0, "iso_code"]).ok().flatten();
                place.region = code.and_then(|code| region(code.as_bytes()));
            }
            if place.asn.is_none() {
                place.asn = found.decode_path(&path!["autonomous_system_number"]).ok().flatten();
            }
        }
        place
    }
}

/// Up to three letters, filled up with zeros.
fn region(code: &[u8]) -> Option<[u8; 3]> {
    let mut filled = [0; 3];
    filled.get_mut(..code.len())?.copy_from_slice(code);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use bartizan_web::engine::Atlas as _;

    use super::MaxMindAtlas;

    #[test]
    fn addresses_are_where_the_test_databases_have_them() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/web");
        let files = ["GeoIP2-City-Test.mmdb", "GeoLite2-ASN-Test.mmdb"].map(|name| folder.join(name));
        if !files.iter().all(|file| file.exists()) {
            println!("DID NOT RUN: MaxMind's test databases are not there");
            return;
        }
        let atlas = MaxMindAtlas::read(&files).unwrap();
        let place = |text: &str| atlas.place(text.parse().unwrap());
        assert_eq!((place("2.125.160.216").country, place("2.125.160.216").region), (Some(*b"GB"), Some(*b"ENG")));
        assert_eq!(place("81.2.69.142").country, Some(*b"GB"));
        assert_eq!(place("::ffff:81.2.69.142").country, Some(*b"GB"));
        assert_eq!(place("1.128.0.0").asn, Some(1221));
        assert_eq!(place("10.0.0.1").country, None);
        assert!(MaxMindAtlas::read(&[folder.join("nothing.mmdb")]).is_err());
    }
}
