//! What the roster remembers of a fleet, and how fast it answers:
//! `cargo run --release -p bartizan-device --example roster_speed -- 1000000`.
//!
//! Every device is registered and in one of a hundred groups on the third level of ten trees. Loading reads a ledger in
//! memory, so that it is the roster that is measured. Memory is what the process holds beyond what it held before, as the
//! kernel counts it.
#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use bartizan_device::roster::Roster;
use bartizan_device::thing::{Thing, Things};
use bartizan_device::thing_group::{MemberOf, Membership, Memberships, ThingGroup, ThingGroups};
use bartizan_ledger::memory::{MemoryAudit, MemoryBoard, MemoryLedger};
use bartizan_policy::{Authorizer, Cx, Draft, MemorySeries, MemoryTape, Mint, Permit, Principal, Turns};
use bartizan_wire::{Realm, ResourceName, Timestamp};

const ROOTS: usize = 10;
const GROUPS: usize = 100;
/// Documents of one commit.
const BATCH: usize = 500;
const ASKED: usize = 1_000_000;

#[derive(Debug)]
struct Anybody;

impl Authorizer for Anybody {
    fn decide(&self, _principal: &Principal, _action: &str, _resource: &ResourceName) -> Result<(), String> {
        Ok(())
    }
}

#[derive(Debug)]
struct Zeros;

impl Mint for Zeros {
    fn hex(&self, digits: usize) -> String {
        "0".repeat(digits)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>12} {:>10} {:>10}",
        "things", "load s", "MiB", "B/thing", "ns/lineage", "us/page", "us/follow"
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for things in sizes {
        runtime.block_on(measure(things))?;
    }
    Ok(())
}

fn circumstances() -> Result<Cx, Box<dyn Error>> {
    let realm = Realm::new("123456789012", "us-east-1")?;
    Ok(Cx {
        realm: realm.clone(),
        principal: Principal { name: "root".to_owned(), realm },
        now: Timestamp(1_795_478_400_000),
        request: "request".to_owned(),
        reason: None,
        expect: None,
        ledger: Arc::new(MemoryLedger::new()),
        board: Arc::new(MemoryBoard::new()),
        audit: Arc::new(MemoryAudit::new()),
        tape: Arc::new(MemoryTape::default()),
        series: Arc::new(MemorySeries::default()),
        turns: Arc::new(Turns::default()),
        mint: Arc::new(Zeros),
        previewing: false,
    })
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-a000-{number:012x}")
}

async fn measure(things: usize) -> Result<(), Box<dyn Error>> {
    let cx = circumstances()?;
    fill(&cx, things).await?;
    let before = resident()?;
    let roster = Roster::default();
    let started = Instant::now();
    roster.load(&cx).await?;
    let load = started.elapsed();
    let held = resident()?.saturating_sub(before);

    let names: Vec<String> = (0..ASKED).map(|number| name(number.wrapping_mul(7_919) % things)).collect();
    let started = Instant::now();
    let found: usize = names.iter().map(|name| roster.lineage(&cx.realm, name).groups.len()).sum();
    let lineage = started.elapsed();
    assert_eq!(found, 3 * ASKED);

    let started = Instant::now();
    let mut pages = 0_u32;
    let mut after: Option<Arc<str>> = None;
    loop {
        let page = roster.look(&cx.realm, |fleet| fleet.things("root-0", true, after.as_deref(), 250));
        pages += 1;
        after = page.last().cloned();
        if page.len() < 250 {
            break;
        }
    }
    let page = started.elapsed() / pages;

    let permit = permit(&cx)?;
    let mut draft = Draft::new(&cx, &permit);
    draft.create::<Things>("one-more", thing("one-more".to_owned(), things)).await?;
    draft.commit().await?;
    let started = Instant::now();
    roster.follow(&cx).await?;
    let follow = started.elapsed();
    println!(
        "{things:>9} {:>9.2} {:>9} {:>9} {:>12} {:>10} {:>10}",
        load.as_secs_f64(),
        held / (1 << 20),
        held / things,
        lineage.as_nanos() / u128::try_from(ASKED)?,
        page.as_micros(),
        follow.as_micros()
    );
    Ok(())
}

fn permit(cx: &Cx) -> Result<Permit, String> {
    let kinds = &["device/thing", "device/thing-group", "device/thing-membership"];
    Permit::decide(&Anybody, &cx.principal, "example", ResourceName::any(), kinds)
}

fn name(number: usize) -> String {
    format!("device-{number:07}")
}

fn thing(thing_name: String, number: usize) -> Thing {
    let attributes = BTreeMap::new();
    let thing_id = id(number);
    Thing { thing_name, thing_id, thing_type_name: None, attributes, billing_group_name: None, version: 1 }
}

async fn fill(cx: &Cx, things: usize) -> Result<(), Box<dyn Error>> {
    let permit = permit(cx)?;
    for root in 0..ROOTS {
        let mut above = Vec::new();
        for level in [format!("root-{root}"), format!("middle-{root}")] {
            group(cx, &permit, &level, above.clone(), root).await?;
            above.push(level);
        }
        for leaf in (0..GROUPS).filter(|leaf| leaf % ROOTS == root) {
            group(cx, &permit, &format!("group-{leaf}"), above.clone(), leaf).await?;
        }
    }
    for start in (0..things).step_by(BATCH) {
        let some = start..things.min(start + BATCH);
        let mut draft = Draft::new(cx, &permit);
        for number in some.clone() {
            draft.create::<Things>(&name(number), thing(name(number), number)).await?;
        }
        draft.commit().await?;
        let mut draft = Draft::new(cx, &permit);
        for number in some {
            let leaf = number % GROUPS;
            let groups = vec![MemberOf { group: format!("group-{leaf}"), id: id(leaf) }];
            let membership = Membership { thing_name: name(number), groups };
            draft.create::<Memberships>(&name(number), membership).await?;
        }
        draft.commit().await?;
    }
    Ok(())
}

async fn group(
    cx: &Cx,
    permit: &Permit,
    name: &str,
    ancestors: Vec<String>,
    number: usize,
) -> Result<(), Box<dyn Error>> {
    let group = ThingGroup {
        thing_group_name: name.to_owned(),
        thing_group_id: id(number),
        ancestors,
        description: None,
        attributes: BTreeMap::new(),
        creation_date: cx.now,
        version: 1,
    };
    let mut draft = Draft::new(cx, permit);
    draft.create::<ThingGroups>(name, group).await?;
    draft.commit().await?;
    Ok(())
}

/// Bytes that the process holds in memory.
fn resident() -> Result<usize, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kibibytes: usize = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1_024)
}
