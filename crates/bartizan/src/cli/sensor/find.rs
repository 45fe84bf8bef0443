//! `bartizan sensor find`

use std::path::PathBuf;

use bartizan_image::source::{self, Found};
use serde_json::json;

use crate::cli::Format;
use crate::exit::{Done, Outcome};
use crate::output;

/// List the images in OCI layouts below folders: 0 if that is all there is, 4 if something could not be looked into.
#[derive(Debug, clap::Args)]
pub(crate) struct Find {
    /// Where to look, and below.
    #[arg(required = true)]
    folder: Vec<PathBuf>,
}

impl Find {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let mut all = Found::default();
        for folder in &self.folder {
            let found = source::find(folder);
            all.images.extend(found.images);
            all.missed.extend(found.missed);
        }
        match format {
            Format::Json => output::json(&document(&all)),
            Format::Table => table(&all),
        }
        Ok(if all.missed.is_empty() { Done::Well } else { Done::Differs })
    }
}

fn document(found: &Found) -> serde_json::Value {
    let image = |image: &source::Named| {
        json!({
            "layout": image.layout.display().to_string(),
            "names": image.names,
            "digest": image.digest.to_string(),
            "platform": image.platform.as_ref().map(ToString::to_string),
        })
    };
    let missed =
        |missed: &source::Missed| json!({ "path": missed.path.display().to_string(), "why": missed.why.clone() });
    json!({
        "images": found.images.iter().map(image).collect::<Vec<_>>(),
        "missed": found.missed.iter().map(missed).collect::<Vec<_>>(),
    })
}

fn table(found: &Found) {
    let row = |image: &source::Named| {
        vec![
            image.layout.display().to_string(),
            if image.names.is_empty() { "-".to_owned() } else { image.names.join(",") },
            image.platform.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            image.digest.to_string(),
        ]
    };
    let rows: Vec<_> = found.images.iter().map(row).collect();
    output::table(&["LAYOUT", "NAMES", "PLATFORM", "DIGEST"], &rows);
    for missed in &found.missed {
        output::line(&format!("not looked into: {}: {}", missed.path.display(), missed.why));
    }
}
