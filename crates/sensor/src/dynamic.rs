//! What a scanning policy asks for: images that are run, to ask their own package managers what is installed, or layers alone.
//!
//! Layers are read in any case: what files say of languages comes from there. What the package managers say takes the place of
//! what was read of their files.

mod bundle;
mod run;

use bartizan_container::engine::ScanningPolicy;
use bartizan_container::observe::ScanType;
use bartizan_image::analyze::{Interest, wanted};
use bartizan_image::inventory::Inventory;
use bartizan_image::scan::Scanned;
use bartizan_image::source::Store;

pub use run::{Runner, Unable};

/// How an image was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// By what.
    pub scan_type: ScanType,
    /// Why not in the way that the policy asks for first, if it was another one.
    pub fallback: Option<String>,
}

impl Way {
    /// From layers, as the policy wants it.
    pub const STATIC: Self = Self { scan_type: ScanType::Static, fallback: None };
    const DYNAMIC: Self = Self { scan_type: ScanType::Dynamic, fallback: None };
}

/// Does what a scanning policy asks for beyond the layers, which were read already.
///
/// # Errors
/// The policy is satisfied with nothing but a run, and there could be none: why, in words.
pub fn follow(
    policy: ScanningPolicy,
    runner: &Result<Runner, Unable>,
    store: &impl Store,
    scanned: &mut Scanned,
) -> Result<Way, String> {
    match policy {
        ScanningPolicy::RunOnly => run(runner, store, scanned),
        ScanningPolicy::RunFirst => {
            Ok(run(runner, store, scanned).unwrap_or_else(|why| Way { fallback: Some(why), ..Way::STATIC }))
        }
        ScanningPolicy::LayersFirst => {
            let Some(unclear) = unclear(&scanned.inventory) else { return Ok(Way::STATIC) };
            Ok(match run(runner, store, scanned) {
                Ok(way) => Way { fallback: Some(unclear), ..way },
                Err(why) => Way { fallback: Some(format!("{unclear}; {why}")), ..Way::STATIC },
            })
        }
        ScanningPolicy::LayersOnly => Ok(Way::STATIC),
    }
}

/// Runs an image, and puts what its package managers say in the place of what was read of their files.
fn run(runner: &Result<Runner, Unable>, store: &impl Store, scanned: &mut Scanned) -> Result<Way, String> {
    let runner = runner.as_ref().map_err(ToString::to_string)?;
    runner.ask(store, &scanned.image)?.amend(&mut scanned.inventory)?;
    Ok(Way::DYNAMIC)
}

/// Why layers do not say all of what the system's package manager has installed, if they do not.
fn unclear(inventory: &Inventory) -> Option<String> {
    let of_system =
        |path: &str| wanted(path).is_some_and(|interest| !interest.of_language() && interest != Interest::DpkgList);
    let blind = inventory.blind.iter().find(|blind| of_system(&blind.path))?;
    Some(format!("`{}` could not be read from the layers: {}", blind.path, blind.why))
}
