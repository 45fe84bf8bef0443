//! `bartizan sensor scan`

mod table;

use std::path::{Path, PathBuf};

use bartizan_agent::collect::Root;
use bartizan_agent::{Endpoint, clock};
use bartizan_container::profile::ProfileType;
use bartizan_image::feed::{Book, Severity, prepare};
use bartizan_image::judge::{Judged, judge};
use bartizan_image::layer::Cache;
use bartizan_image::report::{Form, Report};
use bartizan_image::scan::{self, Options, Scanned};
use bartizan_image::source::{self, Choice, Image, Platform, choose};
use bartizan_sensor::Build;
use bartizan_sensor::build::Unscanned;
use bartizan_sensor::dynamic::Way;
use clap::ValueEnum;

use super::enrolment::{Key, client};
use crate::cli::Format;
use crate::exit::{Done, Failure, Outcome};
use crate::output;

/// Scan one image on disk, without an engine and without a server, and end with a verdict: 0 if nothing reaches
/// `--fail-on`, 4 if something does, 1 if the image could not be scanned.
#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    /// An OCI layout (a folder, or a tar of one), or an archive of `docker save`, `podman save` or `ctr image export`.
    image: PathBuf,
    /// Which image, where there are several: a tag, a name with a tag, or a digest.
    #[arg(long)]
    tag: Option<String>,
    /// For which platform, such as linux/arm64; otherwise the only one, or this machine's.
    #[arg(long)]
    platform: Option<Platform>,
    /// A file, folder or archive of advisories: OSV, Debian's tracker, Alpine's secdb, KEV, CVE records, EPSS. May be given
    /// several times. Without any, packages are listed and nothing is judged.
    #[arg(long, env = "BARTIZAN_FEEDS", value_delimiter = ',')]
    feed: Vec<PathBuf>,
    /// The form of the report; otherwise that of --output.
    #[arg(long, value_enum)]
    report: Option<Kind>,
    /// Write the report to a file instead.
    #[arg(long)]
    to: Option<PathBuf>,
    /// Exit with 4 from this severity on.
    #[arg(long, value_enum, default_value_t = Threshold::High)]
    fail_on: Threshold,
    /// Vulnerabilities without a fix do not count for the verdict.
    #[arg(long)]
    ignore_unfixed: bool,
    /// Exit with 4 also if something could not be judged.
    #[arg(long)]
    fail_on_blind: bool,
    /// Where what was found in layers, and compiled feeds, are kept; otherwise the user's folder of caches.
    #[arg(long, env = "BARTIZAN_CACHE")]
    cache: Option<PathBuf>,
    /// Read every layer, and keep nothing of it.
    #[arg(long)]
    no_cache: bool,
    /// Also list what lock files ask for, whether or not it is there.
    #[arg(long)]
    lock_files: bool,
    /// A server whose CICD profile says whether the image is scanned, and to which it is reported; the sensor enrols there as one of
    /// that type. An image that the profile leaves out ends with 0.
    #[arg(long)]
    endpoint: Option<Endpoint>,
    /// Allow the profile's scanning policy to have the image run, in a container of `runc` without rights and without a network, to ask
    /// its package managers. Needs root.
    #[arg(long, requires = "endpoint")]
    run_images: bool,
    #[command(flatten)]
    key: Key,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// For people.
    Table,
    /// Everything, for programs.
    Json,
    /// SARIF 2.1.0, for code scanners.
    Sarif,
    /// CycloneDX 1.6 with VEX.
    Cyclonedx,
    /// SPDX 2.3.
    Spdx,
}

/// From which severity on a scan fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Threshold {
    Critical,
    High,
    Medium,
    Low,
    /// Any finding, also one that nothing rates.
    Any,
    /// None.
    Never,
}

impl Scan {
    pub(crate) fn run(&self, format: Format) -> Outcome {
        let store = source::open(&self.image).map_err(refused)?;
        let folder = self.cache_folder();
        let options = Options {
            choice: Choice { name: self.tag.clone(), platform: self.platform.clone() },
            cache: folder.as_deref().filter(|_| !self.no_cache).map(Cache::new),
            declared: self.lock_files,
            ..Options::default()
        };
        let image = choose(&store, &options.choice).map_err(refused)?;
        let mut reporting = self.reporting()?;
        if let Some(reporting) = &mut reporting
            && let Some(skipped) = reporting.build.skips(&image)
        {
            eprintln!("not scanned {}", skipped.why);
            reporting.report(&image, Err(Unscanned::Skipped(skipped)))?;
            return Ok(Done::Well);
        }
        let mut scanned = scan::scan_image(&store, image, &options).map_err(refused)?;
        if let Some(reporting) = &mut reporting {
            match reporting.build.follow(self.run_images, &store, &mut scanned) {
                Ok(way) => reporting.report(&scanned.image, Ok((&scanned, way)))?,
                Err(why) => {
                    reporting.report(&scanned.image, Err(Unscanned::Failed(why.clone())))?;
                    return Err(Failure::Refused(format!(
                        "the image cannot be scanned as its profile wants it: {why}"
                    )));
                }
            }
        }
        if let Some(why) = &scanned.not_kept {
            tracing::warn!("what was found in a layer could not be kept, so it will be read again: {why}");
        }
        let judged = match self.book(folder.as_deref())? {
            Some(mut book) => Some(judge(&scanned.inventory, &mut book).map_err(refused)?),
            None => None,
        };
        let target = self.image.display().to_string();
        // Whole seconds, as all of the forms take them.
        let time = clock::now().to_iso8601();
        let time = time.split_once('.').map_or_else(|| time.clone(), |(whole, _)| format!("{whole}Z"));
        let report = Report {
            scanned: &scanned,
            judged: judged.as_ref(),
            target: &target,
            time: &time,
            version: env!("CARGO_PKG_VERSION"),
        };
        self.print(&report, format)?;
        Ok(if self.fails(&scanned, judged.as_ref()) { Done::Differs } else { Done::Well })
    }

    /// The sensor of a server, if there is one.
    fn reporting(&self) -> Result<Option<Reporting>, Failure> {
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("the program cannot start: {error}")))?;
        let build = runtime.block_on(async {
            let folder = self.key.folder(endpoint, ProfileType::Cicd).await?;
            Build::open(folder, client(endpoint), &Root::new("/")).await.map_err(refused)
        })?;
        Ok(Some(Reporting { runtime, build }))
    }

    fn print(&self, report: &Report<'_>, format: Format) -> Result<(), Failure> {
        let kind = self.report.unwrap_or(match format {
            Format::Table => Kind::Table,
            Format::Json => Kind::Json,
        });
        let form = match kind {
            Kind::Table => None,
            Kind::Json => Some(Form::Json),
            Kind::Sarif => Some(Form::Sarif),
            Kind::Cyclonedx => Some(Form::CycloneDx),
            Kind::Spdx => Some(Form::Spdx),
        };
        match (form, &self.to) {
            (None, None) => table::print(report),
            (Some(form), None) => output::json(&report.render(form)),
            (None, Some(_)) => {
                return Err(Failure::Refused(
                    "a table is for the terminal; choose another --report to write to a file".into(),
                ));
            }
            (Some(form), Some(path)) => {
                let text = serde_json::to_string_pretty(&report.render(form)).unwrap_or_default();
                let failed = |error| Failure::Refused(format!("cannot write `{}`: {error}", path.display()));
                std::fs::write(path, text + "\n").map_err(failed)?;
            }
        }
        Ok(())
    }

    /// The compiled feeds.
    fn book(&self, folder: Option<&Path>) -> Result<Option<Book>, Failure> {
        if self.feed.is_empty() {
            return Ok(None);
        }
        let folder = folder.map_or_else(|| std::env::temp_dir().join("bartizan"), Path::to_owned);
        prepare(&self.feed, &folder).map(Some).map_err(refused)
    }

    fn fails(&self, scanned: &Scanned, judged: Option<&Judged>) -> bool {
        let blind = !scanned.inventory.blind.is_empty() || judged.is_none_or(|judged| !judged.unjudged.is_empty());
        if self.fail_on_blind && blind {
            return true;
        }
        let limit = match self.fail_on {
            Threshold::Never => return false,
            Threshold::Any => None,
            Threshold::Low => Some(Severity::Low),
            Threshold::Medium => Some(Severity::Medium),
            Threshold::High => Some(Severity::High),
            Threshold::Critical => Some(Severity::Critical),
        };
        let findings = judged.into_iter().flat_map(|judged| &judged.findings);
        findings
            .filter(|finding| !self.ignore_unfixed || finding.fixed.is_some())
            .any(|finding| finding.severity >= limit)
    }

    fn cache_folder(&self) -> Option<PathBuf> {
        let own = || {
            let base = std::env::var_os("XDG_CACHE_HOME").filter(|base| !base.is_empty()).map(PathBuf::from);
            let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
            Some(base.join("bartizan"))
        };
        self.cache.clone().or_else(own)
    }
}

/// A sensor that reports what this command does.
struct Reporting {
    runtime: tokio::runtime::Runtime,
    build: Build,
}

impl Reporting {
    fn report(&mut self, image: &Image, outcome: Result<(&Scanned, Way), Unscanned>) -> Result<(), Failure> {
        self.runtime.block_on(self.build.report(image, outcome)).map_err(refused)
    }
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Refused(error.to_string())
}
