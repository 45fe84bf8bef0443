//! Images of this host.

use std::collections::{BTreeMap, VecDeque};

use bartizan_agent::clock;
use bartizan_container::engine::Next;
use bartizan_container::observe::Obeyed;
use tokio::sync::watch;

use super::Work;
use crate::find::{Look, Spotted};
use crate::orders::Orders;
use crate::sensor::SensorError;

impl Work {
    /// Looks once, and scans what is due.
    pub(super) async fn local(
        &mut self,
        current: &Orders,
        orders: &watch::Receiver<Option<Orders>>,
        telling: &watch::Sender<Obeyed>,
    ) -> Result<(), SensorError> {
        let look = self.look().await?;
        let (mut images, mut due) = (BTreeMap::new(), VecDeque::new());
        for (sha, Spotted { mut image, place }) in look.images {
            let now = clock::now();
            if matches!(self.recall(&mut image, current, &[], now), Next::At(at) if at <= now) {
                due.push_back((sha.clone(), place));
            }
            images.insert(sha, image);
        }
        self.memory.retain(|sha| images.contains_key(sha));
        // Known before they are scanned, because that may take a while.
        self.containers = look.containers;
        self.note(images.values().cloned().collect(), look.missed.clone()).await?;
        self.scan_all(&mut images, due, &look.missed, current, orders, telling).await?;
        Ok(())
    }

    async fn look(&mut self) -> Result<Look, SensorError> {
        let mut finder = self.finder.take().ok_or(SensorError::Interrupted)?;
        let looking = tokio::task::spawn_blocking(move || {
            let look = finder.look();
            (finder, look)
        });
        let (finder, look) = looking.await.map_err(|_| SensorError::Interrupted)?;
        self.finder = Some(finder);
        Ok(look)
    }
}
