//! Scans one image and prints its packages and how much was read: `scan_once IMAGE [CACHE]`. For measuring the library alone.

use std::path::Path;

use bartizan_image::layer::Cache;
use bartizan_image::scan::{Options, scan};
use bartizan_image::source::open;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let image = arguments.next().ok_or("name an image")?;
    let cache = arguments.next().map(|folder| Cache::new(Path::new(&folder)));
    let scanned = scan(&open(Path::new(&image))?, &Options { cache, ..Options::default() })?;
    println!(
        "{} packages, {} bytes of {} layers read, {} layers known, {} blind spots",
        scanned.inventory.packages.len(),
        scanned.bytes_read,
        scanned.layers_read,
        scanned.layers_known,
        scanned.inventory.blind.len(),
    );
    Ok(())
}
