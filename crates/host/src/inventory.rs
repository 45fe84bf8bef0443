//! Inventories as they are kept, packed: on the board the latest of each host, on the tape every one that differs from
//! the last.

use bartizan_wire::Timestamp;
use sha2::{Digest, Sha256};

use crate::observe::Inventory;

/// Latest inventories by managed node, and the track of all of them.
pub const TOPIC: &str = "host/inventory";

/// Installed packages of one host at most; a full desktop has some 5,000.
pub const PACKAGES_MAX: usize = 50_000;
/// Indices of one host at most.
pub const INDICES_MAX: usize = 1_000;
/// What tells two inventories apart, whenever they were captured: SHA-256, lower-case hexadecimal.
#[must_use]
pub fn digest(inventory: &Inventory) -> String {
    let timeless = Inventory { captured_at: Timestamp(0), ..inventory.clone() };
    let text = serde_json::to_vec(&timeless).unwrap_or_default();
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Facts;

    fn inventory(captured_at: i64) -> Inventory {
        Inventory {
            instance: "mi-0123456789abcdef0".to_owned(),
            captured_at: Timestamp(captured_at),
            facts: Facts::default(),
            installed: Vec::new(),
            indices: Vec::new(),
            refreshed_at: None,
            blind: vec!["nothing".to_owned()],
        }
    }

    #[test]
    fn the_time_of_capture_makes_no_difference() {
        assert_eq!(digest(&inventory(1)), digest(&inventory(2)));
        assert_ne!(digest(&inventory(1)), digest(&Inventory { blind: Vec::new(), ..inventory(1) }));
    }
}
