//! What a scanning policy asks for: images that are run, to ask their own package managers what is installed, or layers alone.
//!
//! Layers are read in any case: what files say of languages comes from there. What the package managers say takes the place of
//! what was read of their files.

mod bundle;
mod run;

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
    policy: &str,
    runner: &Result<Runner, Unable>,
    store: &impl Store,
    scanned: &mut Scanned,
) -> Result<Way, String> {
    let run = |scanned: &mut Scanned| -> Result<Way, String> {
        let runner = runner.as_ref().map_err(ToString::to_string)?;
        let answer = runner.ask(store, &scanned.image)?;
        let silent = answer.managers.is_empty();
        if silent && scanned.inventory.packages.iter().any(|located| located.package.manager.of_system()) {
            return Err("no package manager answered in the image".to_owned());
        }
        answer.amend(&mut scanned.inventory);
        Ok(Way::DYNAMIC)
    };
    match policy {
        "Dynamic" | "DynamicScanningOnly" => run(scanned),
        "StaticScanningOnly" => Ok(Way::STATIC),
        "StaticWithDynamicScanningAsFallback" => {
            let Some(unclear) = unclear(&scanned.inventory) else { return Ok(Way::STATIC) };
            Ok(match run(scanned) {
                Ok(way) => Way { fallback: Some(unclear), ..way },
                Err(why) => Way { fallback: Some(format!("{unclear}; {why}")), ..Way::STATIC },
            })
        }
        // `DynamicWithStaticScanningAsFallback`
        _ => Ok(run(scanned).unwrap_or_else(|why| Way { fallback: Some(why), ..Way::STATIC })),
    }
}

/// Why layers do not say all of what the system's package manager has installed, if they do not.
fn unclear(inventory: &Inventory) -> Option<String> {
    let of_system =
        |path: &str| wanted(path).is_some_and(|interest| !interest.of_language() && interest != Interest::DpkgList);
    let blind = inventory.blind.iter().find(|blind| of_system(&blind.path))?;
    Some(format!("`{}` could not be read from the layers: {}", blind.path, blind.why))
}
