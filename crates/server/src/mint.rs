//! New identifiers from the operating system's random source.

use bartizan_policy::Mint;

/// The operating system's random source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RandomMint;

impl Mint for RandomMint {
    fn hex(&self, digits: usize) -> String {
        let mut bytes = vec![0_u8; digits.div_ceil(2)];
        // INVARIANT: an identifier that can be guessed is worse than none. Without a random source nothing can go on,
        // and `DataFolder::open` has already refused to start in that case.
        while getrandom::fill(&mut bytes).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let mut text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.truncate(digits);
        text
    }
}

impl RandomMint {
    /// A number that nobody can guess.
    pub(crate) fn number(self) -> u64 {
        u64::from_str_radix(&self.hex(16), 16).unwrap_or_default()
    }
}
