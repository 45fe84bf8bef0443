//! Findings of images shown on the containers that run them (`isVulnPropagation`), without scanning the containers.
//!
//! A container's image is known by the digest that its runtime tells. A name is used only where there is no digest, and only
//! if exactly one image is called so: tags move.

use std::collections::BTreeMap;

use serde::Serialize;

use super::exclusion::Name;
use super::facts::{Container, Image, World};

/// Where a container's findings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Shown {
    /// From its own scan, and from no image.
    Own,
    /// From its image, by its place in [`World::images`].
    Image(usize),
    /// From nowhere.
    None(Unshown),
}

/// Why a container shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Unshown {
    /// Findings are not propagated, and it was not scanned itself.
    Off,
    /// Its image is not known.
    Unknown,
    /// More than one image is called like its image, and it has no digest.
    Ambiguous,
    /// Its image has not been scanned.
    Unscanned,
}

/// Images by digest and by name.
#[derive(Debug)]
pub struct Images<'a> {
    by_sha: BTreeMap<&'a str, usize>,
    /// `None` for a name that several have.
    by_name: BTreeMap<&'a Name, Option<usize>>,
    images: &'a [Image],
}

impl<'a> Images<'a> {
    /// Indexes the images.
    #[must_use]
    pub fn of(world: &'a World) -> Self {
        let (mut by_sha, mut by_name) = (BTreeMap::new(), BTreeMap::new());
        for (place, image) in world.images.iter().enumerate() {
            by_sha.entry(&*image.sha).or_insert(place);
            for name in &image.names {
                by_name
                    .entry(name)
                    .and_modify(|held: &mut Option<usize>| *held = held.filter(|held| *held == place))
                    .or_insert(Some(place));
            }
        }
        Self { by_sha, by_name, images: &world.images }
    }

    /// Where a container's findings come from.
    #[must_use]
    pub fn shown(&self, propagates: bool, container: &Container) -> Shown {
        if container.scanned {
            return Shown::Own;
        }
        if !propagates {
            return Shown::None(Unshown::Off);
        }
        let place = match (&container.image_sha, &container.image_name) {
            (Some(sha), _) => self.by_sha.get(&**sha).copied().ok_or(Unshown::Unknown),
            (None, Some(name)) => match self.by_name.get(name) {
                Some(Some(place)) => Ok(*place),
                Some(None) => Err(Unshown::Ambiguous),
                None => Err(Unshown::Unknown),
            },
            (None, None) => Err(Unshown::Unknown),
        };
        match place {
            Err(why) => Shown::None(why),
            Ok(place) if self.images.get(place).is_some_and(|image| image.scanned.is_some()) => Shown::Image(place),
            Ok(_) => Shown::None(Unshown::Unscanned),
        }
    }
}
