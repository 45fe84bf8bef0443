//! How long what was measured is kept, and looked at.

use bartizan_ledger::StoreError;
use bartizan_policy::Cx;

use super::DeviceRoom;
use crate::engine::LEARNING_DAYS;

/// Days that values are kept and that a preview goes back [IoT Device Defender quotas].
pub const DAYS: i64 = 14;
/// Days that values are kept where a model judges any of them: it learns before it judges, so a preview needs what was
/// measured before as well.
pub const DAYS_WITH_MODELS: i64 = DAYS + LEARNING_DAYS;

impl DeviceRoom {
    /// How many days values of the caller's realm are to be kept.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn days_kept(&self, cx: &Cx) -> Result<i64, StoreError> {
        let ward = self.ready(cx).await?;
        let learns = ward.look(|state| state.compiled.has_models());
        Ok(if learns == Some(true) { DAYS_WITH_MODELS } else { DAYS })
    }
}
