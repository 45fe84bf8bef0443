//! What is known of images, from files.

use std::path::{Path, PathBuf};

use bartizan_agent::clock;
use bartizan_container::engine::{Plan, World};
use bartizan_container::offline;
use bartizan_wire::Timestamp;
use serde_json::Value;

use crate::exit::Failure;

/// Files that say what is known.
#[derive(Debug, clap::Args)]
pub(crate) struct Known {
    /// A file with images as GET /images, or a list of what GET /images/{sha} answers.
    #[arg(long)]
    images: PathBuf,
    /// A file with containers as GET /containers answers.
    #[arg(long)]
    containers: Option<PathBuf>,
    /// A file with an object: for each registry's id what GET /registry/{id}/schedule answers.
    #[arg(long)]
    schedules: Option<PathBuf>,
    /// A file with OCSF process activities, one a line.
    #[arg(long)]
    events: Option<PathBuf>,
    /// The time for which it is judged, such as 2026-11-26T12:00:00Z; now if absent.
    #[arg(long)]
    at: Option<String>,
}

impl Known {
    pub(crate) fn world(&self) -> Result<World, Failure> {
        let now = match &self.at {
            Some(text) => Timestamp::from_iso8601(text).map_err(|error| Failure::Refused(error.to_string()))?,
            None => clock::now(),
        };
        let mut world = World { now, ..World::default() };
        offline::images(&json(&self.images)?, &mut world).map_err(|error| about(&self.images, &error))?;
        if let Some(path) = &self.containers {
            offline::containers(&json(path)?, &mut world).map_err(|error| about(path, &error))?;
        }
        if let Some(path) = &self.schedules {
            offline::schedules(&json(path)?, &mut world).map_err(|error| about(path, &error))?;
        }
        if let Some(path) = &self.events {
            let skipped = offline::events(&text(path)?, &mut world);
            if skipped > 0 {
                eprintln!("bartizan: {}: {skipped} lines are no process activities", path.display());
            }
        }
        Ok(world)
    }
}

/// Reads a profile from a file and compiles it.
pub(crate) fn plan(path: &Path) -> Result<Plan, Failure> {
    let source = offline::profile(&json(path)?).map_err(|error| about(path, &error))?;
    Plan::compile(&source).map_err(|error| about(path, &error))
}

fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| about(path, &error))
}

fn json(path: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&text(path)?).map_err(|error| about(path, &error))
}

fn about(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Refused(format!("{}: {error}", path.display()))
}
