//! A sensor in a build: one image, one verdict, and then it ends. It goes by a CICD profile, and reports what it found.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use bartizan_agent::collect::Root;
use bartizan_agent::{Client, Credential, Folder, clock, durable};
use bartizan_container::engine::{self, Name, Next, Reference, next_scan};
use bartizan_container::observe::{Facts, FoundImage, HostReport, Obeyed, Skipped};
use bartizan_image::scan::Scanned;
use bartizan_image::source::{Image, Store};
use bytes::Bytes;
use serde_json::json;

use crate::calls::{HOST, Nothing, SCAN};
use crate::dynamic::{self, Runner, Way};
use crate::enrol::facts;
use crate::find::described;
use crate::orders::Orders;
use crate::sensor::{SensorError, foreign, poll};
use crate::work::{scan_report, skipped};

const FILE: &str = "built.json";
/// Images that the server is told of: the latest.
const IMAGES_MAX: usize = 1000;
/// The repository that a build puts an image in for its sensor.
const MARK: &str = "qualys_scan_target";

/// Why an image has no findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unscanned {
    /// The profile leaves it out.
    Skipped(Skipped),
    /// It could not be scanned as the profile wants it: why, in words.
    Failed(String),
}

/// A sensor of the type CICD that has enrolled, and its orders.
#[derive(Debug)]
pub struct Build {
    client: Client,
    credential: Credential,
    facts: Facts,
    orders: Orders,
    path: PathBuf,
    _folder: Folder,
}

impl Build {
    /// Gets orders.
    ///
    /// # Errors
    /// It has not enrolled, or the server is away or refuses.
    pub async fn open(folder: Folder, mut client: Client, root: &Root) -> Result<Self, SensorError> {
        let credential = folder.credential()?.ok_or(SensorError::Stranger)?;
        let facts = facts(root)?;
        let answer = poll(&mut client, &credential, &facts, &Obeyed::default(), None, false).await?;
        let orders = Orders::of(&answer).map_err(|why| foreign(&why))?;
        let path = folder.path().to_owned();
        Ok(Self { client, credential, facts, orders, path, _folder: folder })
    }

    /// Why an image is not scanned under the profile; `None` if it is.
    #[must_use]
    pub fn skips(&self, image: &Image) -> Option<Skipped> {
        let sha = image.id.hex();
        let names: Vec<Name> = image.names.iter().map(|name| Name::parse(name)).collect();
        let verdict = self.orders.plan.exclusions().judge(&sha, &names);
        // That it was handed to the sensor is what a build's mark says elsewhere.
        let mark =
            Name { registry: "".into(), repository: MARK.into(), reference: Reference::Tag(sha.as_str().into()) };
        let now = clock::now();
        let image = engine::Image { sha: sha.into(), names: vec![mark], seen: now, ..engine::Image::default() };
        match next_scan(&self.orders.plan, &image, verdict, &[], now) {
            Next::Never(why) => Some(skipped(why, &self.orders)),
            Next::At(at) if at > now => Some(Skipped {
                why: format!("because the sensor is inactive until {}", at.to_iso8601()),
                pattern: None,
            }),
            Next::At(_) => None,
        }
    }

    /// Does what the profile's scanning policy asks for beyond the layers.
    ///
    /// # Errors
    /// The policy is satisfied with nothing but a run, and there could be none: why, in words.
    pub fn follow(&self, run_images: bool, store: &impl Store, scanned: &mut Scanned) -> Result<Way, String> {
        dynamic::follow(self.orders.plan.policy(), &Runner::open(&self.path, run_images), store, scanned)
    }

    /// Tells the server of an image, and of what was found in it.
    ///
    /// # Errors
    /// The server is away or refuses.
    pub async fn report(
        &mut self,
        image: &Image,
        outcome: Result<(&Scanned, Way), Unscanned>,
    ) -> Result<(), SensorError> {
        let now = clock::now();
        let mut found = FoundImage { names: image.names.clone(), seen: now, ..described(image) };
        match &outcome {
            Ok(_) => found.scanned = Some(now),
            Err(Unscanned::Skipped(skipped)) => found.skipped = Some(skipped.clone()),
            Err(Unscanned::Failed(why)) => found.failed = Some(why.clone()),
        }
        let images = self.remember(found)?;
        let obeyed = Obeyed {
            profile_id: self.orders.profile_id.clone(),
            revision: self.orders.revision,
            since: now,
            ..Obeyed::default()
        };
        let report = HostReport { facts: self.facts.clone(), images, containers: Vec::new(), missed: Vec::new() };
        let id = self.credential.instance_id.clone();
        self.post(HOST, &json!({ "SensorId": id, "Report": crate::text(&report) })).await?;
        if let Ok((scanned, way)) = outcome {
            let scan = scan_report(scanned, way, now);
            self.post(SCAN, &json!({ "SensorId": id, "Scan": crate::text(&scan) })).await?;
        }
        poll(&mut self.client, &self.credential, &self.facts, &obeyed, None, true).await?;
        Ok(())
    }

    async fn post(&mut self, path: &'static str, body: &serde_json::Value) -> Result<(), SensorError> {
        let Nothing {} = self.client.post(path, Bytes::from(body.to_string()), Some(&self.credential)).await?;
        Ok(())
    }

    /// Keeps an image with those of earlier builds, the latest first.
    fn remember(&self, found: FoundImage) -> Result<Vec<FoundImage>, SensorError> {
        let failed = |source: io::Error| SensorError::Memory { path: self.path.clone(), source };
        let earlier: Vec<FoundImage> = match std::fs::read(self.path.join(FILE)) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        let mut seen = BTreeSet::new();
        let all = std::iter::once(found).chain(earlier);
        let images: Vec<FoundImage> = all.filter(|image| seen.insert(image.sha.clone())).take(IMAGES_MAX).collect();
        let text = serde_json::to_vec(&images).map_err(|error| failed(error.into()))?;
        durable::write(&self.path, FILE, &text).map_err(failed)?;
        Ok(images)
    }
}
