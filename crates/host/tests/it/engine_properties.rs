//! Properties of the engine on random baselines and random hosts: the fast path over fleets agrees with single
//! decisions, and edits of a baseline do what they must, whatever the baseline is.

mod worlds;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use bartizan_host::catalogue::{Offers, VersionId};
use bartizan_host::deb::version::compare as dpkg;
use bartizan_host::engine::{
    Counters, Dating, Decision, Filter, FilterKey, Fleet, HostView, Judge, Level, Marks, PackageView, Plan,
    RejectedAction, SampleLimits, Scope, Source, Standing, State, VersionView, compare, decide, judge, report,
};
use bartizan_host::observe::{Available, Origin};
use proptest::prelude::*;
use proptest::sample::select;

use worlds::{Host, Indices, NOW, PATTERNS, baseline, fleet};

fn take_in(offers: &Indices, hosts: &[Host]) -> Fleet {
    let mut fleet = Fleet::default();
    for host in hosts {
        let blind = fleet.upsert(&host.inventory, offers, &host.outcomes).unwrap();
        assert_eq!(blind, Vec::<String>::new());
    }
    fleet
}

/// All decisions about one host, made from its inventory and indices alone: no catalogue, no table, no numbers.
fn plainly(plan: &Plan, offers: &Indices, host: &Host) -> BTreeMap<(String, String), Decision> {
    struct Known<'a> {
        stanza: &'a Available,
        origins: Vec<Origin>,
        offered: bool,
    }
    let slot = |architecture: &str| if architecture == "all" { "amd64" } else { architecture }.to_owned();
    let mut packages: BTreeMap<(String, String), Vec<Known<'_>>> = BTreeMap::new();
    let indices: Vec<_> =
        host.inventory.indices.iter().map(|reference| (&offers.0[&reference.digest], &reference.origin)).collect();
    for (index, origin) in &indices {
        for stanza in &index.packages {
            let known = packages.entry((stanza.name.clone(), slot(&stanza.architecture))).or_default();
            let same = |known: &&mut Known<'_>| {
                known.stanza.version == stanza.version && known.stanza.architecture == stanza.architecture
            };
            match known.iter_mut().find(same) {
                Some(known) => known.origins.push((*origin).clone()),
                None => known.push(Known { stanza, origins: vec![(*origin).clone()], offered: true }),
            }
        }
    }
    let own: Vec<Available> = host
        .inventory
        .installed
        .iter()
        .map(|installed| Available {
            name: installed.name.clone(),
            architecture: installed.architecture.clone(),
            version: installed.version.clone(),
            priority: installed.priority.clone(),
            section: installed.section.clone(),
            ..Available::default()
        })
        .collect();
    for stanza in &own {
        let known = packages.entry((stanza.name.clone(), slot(&stanza.architecture))).or_default();
        let same = |known: &Known<'_>| {
            known.stanza.version == stanza.version && known.stanza.architecture == stanza.architecture
        };
        if !known.iter().any(same) {
            known.push(Known { stanza, origins: Vec::new(), offered: false });
        }
    }
    let product = format!("Debian{}", host.inventory.facts.os_version);
    let mut decisions = BTreeMap::new();
    for ((name, architecture), mut known) in packages {
        known.sort_by(|a, b| {
            let order = dpkg(&a.stanza.version, &b.stanza.version).unwrap();
            // Of versions that dpkg finds equal the last by text, and then by architecture, counts as the newest.
            let text = |known: &Known<'_>| (known.stanza.version.clone(), known.stanza.architecture.clone());
            order.then_with(|| text(a).cmp(&text(b)))
        });
        let mut rank = 0;
        let mut versions = Vec::new();
        for (at, one) in known.iter().enumerate() {
            if at > 0 && dpkg(&known[at - 1].stanza.version, &one.stanza.version).unwrap() == Ordering::Less {
                rank += 1;
            }
            versions.push(VersionView {
                architecture: &one.stanza.architecture,
                version: &one.stanza.version,
                rank,
                priority: &one.stanza.priority,
                section: &one.stanza.section,
                origins: &one.origins,
                first_seen: one
                    .offered
                    .then(|| offers.first_seen(&one.stanza.name, &one.stanza.architecture, &one.stanza.version))
                    .flatten(),
            });
        }
        let installed = host
            .inventory
            .installed
            .iter()
            .find(|installed| installed.name == name && slot(&installed.architecture) == architecture);
        let place = installed.map(|installed| {
            let own = |version: &VersionView<'_>| {
                version.version == installed.version && version.architecture == installed.architecture
            };
            versions.iter().position(own).unwrap()
        });
        let marks = installed.map_or_else(Marks::default, |installed| host.outcomes.marks(installed));
        let view = PackageView { name: &name, versions: &versions, installed: place, marks };
        let decision = decide(plan, &HostView { product: &product, now: NOW }, &view);
        decisions.insert((name, architecture), decision);
    }
    decisions
}

fn count<'a>(decisions: impl Iterator<Item = &'a Decision>) -> Counters {
    let mut counters = Counters::default();
    for decision in decisions {
        let Some(state) = decision.state else { continue };
        let counter = match state {
            State::Installed => &mut counters.installed,
            State::InstalledOther => &mut counters.installed_other,
            State::InstalledRejected => &mut counters.installed_rejected,
            State::InstalledPendingReboot => &mut counters.installed_pending_reboot,
            State::Missing => &mut counters.missing,
            State::Failed => &mut counters.failed,
            State::NotApplicable => &mut counters.not_applicable,
        };
        *counter += 1;
        if state.is_non_compliant() {
            counters.critical_non_compliant += u32::from(decision.level == Level::Critical);
            counters.security_non_compliant += u32::from(decision.security);
            counters.other_non_compliant += u32::from(decision.level != Level::Critical && !decision.security);
            counters.severity = counters.severity.max(Some(decision.level.max(Level::Informational)));
        }
    }
    counters
}

fn states(plan: &Plan, offers: &Indices, host: &Host) -> BTreeMap<(String, String), (Option<State>, Level)> {
    let decisions = plainly(plan, offers, host).into_iter();
    decisions.map(|(package, decision)| (package, (decision.state, decision.level))).collect()
}

fn missing(plan: &Plan, offers: &Indices, hosts: &[Host]) -> Vec<(usize, (String, String))> {
    let mut found = Vec::new();
    for (number, host) in hosts.iter().enumerate() {
        let missing = states(plan, offers, host)
            .into_iter()
            .filter(|(_, (state, _))| matches!(state, Some(State::Missing | State::Failed)));
        found.extend(missing.map(|(package, _)| (number, package)));
    }
    found
}

/// The versions that a plan approves, in all groups.
fn approvals(fleet: &Fleet, plan: &Plan) -> Vec<(usize, VersionId)> {
    let mut found = Vec::new();
    for (number, group) in fleet.groups().enumerate() {
        let table = group.table(plan, NOW);
        let offered = (0..group.catalogue().offered()).map(VersionId);
        found.extend(offered.filter(|id| table.standing(*id) == Some(Standing::Approved)).map(|id| (number, id)));
    }
    found
}

fn is_subset<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    part.iter().all(|one| whole.contains(one))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_pass_over_a_fleet_agrees_with_single_decisions((offers, hosts) in fleet(), source in baseline()) {
        let plan = Plan::compile(&source).unwrap();
        let fleet = take_in(&offers, &hosts);
        for host in &hosts {
            let instance = &host.inventory.instance;
            let group = fleet.group_of(instance).unwrap();
            let table = group.table(&plan, NOW);
            let counted = judge(&table, group.host(instance).unwrap());
            let decisions = plainly(&plan, &offers, host);
            prop_assert_eq!(counted, count(decisions.values()));
            let asked = Judge { plan: &plan, table: &table, product: group.product(), now: NOW };
            let report = report(asked, group.catalogue(), &host.inventory, &host.outcomes, 100);
            prop_assert_eq!(report.counters, counted);
            for item in &report.items {
                let said = decisions.values().filter(|decision| decision.installed.is_some()).any(|decision| {
                    let version = decision.version.as_deref().unwrap_or_default();
                    item.title == format!("{}.{}:{version}", decision.name, decision.architecture)
                        && Some(item.state) == decision.state
                        && item.level == decision.level
                        && item.severity == decision.severity
                        && (item.classification == "Security") == decision.security
                });
                prop_assert!(said, "{:?}", item);
            }
        }
    }

    #[test]
    fn a_comparison_agrees_with_single_decisions(
        (offers, hosts) in fleet(), old in baseline(), new in baseline(),
    ) {
        let (old, new) = (Plan::compile(&old).unwrap(), Plan::compile(&new).unwrap());
        let fleet = take_in(&offers, &hosts);
        let compared = compare(&fleet, Scope::All, (&old, &new), NOW, SampleLimits::default(), 2);
        let mut transitions: BTreeMap<_, u64> = BTreeMap::new();
        let (mut changed, mut worse, mut better) = (0, 0, 0);
        for host in &hosts {
            let (before, after) = (plainly(&old, &offers, host), plainly(&new, &offers, host));
            let mut any = false;
            for (package, was) in before.iter().filter(|(_, decision)| decision.installed.is_some()) {
                let is = &after[package];
                let said = |decision: &Decision| (decision.state.unwrap(), decision.level, decision.security);
                if said(was) != said(is) {
                    any = true;
                    *transitions.entry((said(was), said(is))).or_default() += 1;
                }
            }
            changed += u64::from(any);
            let (was, is) = (count(before.values()), count(after.values()));
            worse += u64::from(was.is_compliant() && !is.is_compliant());
            better += u64::from(!was.is_compliant() && is.is_compliant());
            if any {
                let kept = compared.host_changes.iter().find(|kept| kept.instance == host.inventory.instance).unwrap();
                prop_assert_eq!((kept.before, kept.after), (was, is));
            }
        }
        prop_assert_eq!(compared.hosts, hosts.len() as u64);
        prop_assert_eq!(compared.hosts_changed, changed);
        prop_assert_eq!(compared.hosts_become_non_compliant, worse);
        prop_assert_eq!(compared.hosts_become_compliant, better);
        let said = |reported: bartizan_host::engine::PackageState| (reported.state, reported.level, reported.security);
        let found: BTreeMap<_, u64> =
            compared.transitions.iter().map(|one| ((said(one.from), said(one.to)), one.installs)).collect();
        prop_assert_eq!(found, transitions);
        let (before, after) = (approvals(&fleet, &old), approvals(&fleet, &new));
        let changes = !(is_subset(&before, &after) && is_subset(&after, &before));
        prop_assert_eq!(changes, compared.approvals.approved + compared.approvals.unapproved > 0);
        // Nothing changes from a plan to itself.
        let same = compare(&fleet, Scope::All, (&new, &new), NOW, SampleLimits::default(), 1);
        prop_assert_eq!((same.hosts_changed, same.changes_total, same.transitions.len()), (0, 0, 0));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter((offers, hosts) in fleet(), old in baseline(), new in baseline()) {
        let (old, new) = (Plan::compile(&old).unwrap(), Plan::compile(&new).unwrap());
        let look = |fleet: &Fleet| compare(fleet, Scope::All, (&old, &new), NOW, SampleLimits::default(), 1);
        let first = look(&take_in(&offers, &hosts));
        let mut backwards = hosts.clone();
        backwards.reverse();
        prop_assert_eq!(&first, &look(&take_in(&offers, &backwards)));
        // A host that left and came back is as if it had stayed.
        let mut fleet = take_in(&offers, &hosts);
        prop_assert!(fleet.remove(&hosts[0].inventory.instance));
        prop_assert!(!fleet.remove(&hosts[0].inventory.instance));
        fleet.upsert(&hosts[0].inventory, &offers, &hosts[0].outcomes).unwrap();
        prop_assert_eq!(&first, &look(&fleet));
    }

    #[test]
    fn rejecting_more_never_makes_more_missing(
        (offers, hosts) in fleet(), source in baseline(), entry in select(&PATTERNS[..]),
    ) {
        let plan = Plan::compile(&source).unwrap();
        let more = Source { rejected: [source.rejected, vec![entry.to_owned()]].concat(), ..source };
        let more = Plan::compile(&more).unwrap();
        prop_assert!(is_subset(&missing(&more, &offers, &hosts), &missing(&plan, &offers, &hosts)));
    }

    #[test]
    fn rejected_and_approved_is_rejected(
        (offers, hosts) in fleet(), source in baseline(), entry in select(&PATTERNS[..]),
    ) {
        let rejected = Source { rejected: [source.rejected.clone(), vec![entry.to_owned()]].concat(), ..source.clone() };
        let both = Source { approved: [source.approved, vec![entry.to_owned()]].concat(), ..rejected.clone() };
        let (rejected, both) = (Plan::compile(&rejected).unwrap(), Plan::compile(&both).unwrap());
        for host in &hosts {
            prop_assert_eq!(states(&rejected, &offers, host), states(&both, &offers, host));
        }
    }

    #[test]
    fn a_star_filters_nothing((offers, hosts) in fleet(), source in baseline(), key in 0_usize..3) {
        let star = || Filter {
            key: [FilterKey::Product, FilterKey::Priority, FilterKey::Section][key],
            values: vec!["nothing".into(), "*".into()],
        };
        let mut starred = source.clone();
        starred.global_filters.push(star());
        for rule in &mut starred.rules {
            rule.filters.insert(0, star());
        }
        let (plan, starred) = (Plan::compile(&source).unwrap(), Plan::compile(&starred).unwrap());
        for host in &hosts {
            prop_assert_eq!(states(&plan, &offers, host), states(&starred, &offers, host));
        }
    }

    #[test]
    fn waiting_longer_never_approves_more((offers, hosts) in fleet(), source in baseline(), days in 1_u32..40) {
        let source = Source { dating: Dating::FirstSeen, ..source };
        let mut longer = source.clone();
        for rule in &mut longer.rules {
            rule.approve_after_days = rule.approve_after_days.map(|now| now + days);
        }
        let fleet = take_in(&offers, &hosts);
        let (plan, longer) = (Plan::compile(&source).unwrap(), Plan::compile(&longer).unwrap());
        prop_assert!(is_subset(&approvals(&fleet, &longer), &approvals(&fleet, &plan)));
    }

    #[test]
    fn non_security_only_adds((offers, hosts) in fleet(), source in baseline()) {
        let mut wider = Source { approved_enable_non_security: true, ..source.clone() };
        for rule in &mut wider.rules {
            rule.enable_non_security = true;
        }
        let fleet = take_in(&offers, &hosts);
        let (plan, wider) = (Plan::compile(&source).unwrap(), Plan::compile(&wider).unwrap());
        prop_assert!(is_subset(&approvals(&fleet, &plan), &approvals(&fleet, &wider)));
    }

    #[test]
    fn neither_case_nor_order_matters((offers, hosts) in fleet(), source in baseline()) {
        let shout = |values: &[String]| values.iter().rev().map(|value| value.to_ascii_uppercase()).collect::<Vec<_>>();
        let mut other = source.clone();
        other.rules.reverse();
        other.approved = shout(&source.approved);
        other.rejected = shout(&source.rejected);
        let filters = other.rules.iter_mut().flat_map(|rule| &mut rule.filters).chain(&mut other.global_filters);
        for filter in filters {
            filter.values = shout(&filter.values);
        }
        let (plan, other) = (Plan::compile(&source).unwrap(), Plan::compile(&other).unwrap());
        for host in &hosts {
            prop_assert_eq!(states(&plan, &offers, host), states(&other, &offers, host));
        }
    }

    #[test]
    fn blocking_changes_only_what_is_installed_and_rejected((offers, hosts) in fleet(), source in baseline()) {
        let plan = |rejected_action| Plan::compile(&Source { rejected_action, ..source.clone() }).unwrap();
        let (allow, block) = (plan(RejectedAction::AllowAsDependency), plan(RejectedAction::Block));
        for host in &hosts {
            let (allowed, blocked) = (states(&allow, &offers, host), states(&block, &offers, host));
            for (package, state) in &allowed {
                prop_assert_ne!(state.0, Some(State::InstalledRejected));
                let expected = match blocked[package].0 {
                    Some(State::InstalledRejected) => Some(State::InstalledOther),
                    other => other,
                };
                prop_assert_eq!(state.0, expected);
            }
        }
    }

    #[test]
    fn a_decision_tells_its_course((offers, hosts) in fleet(), source in baseline()) {
        let plan = Plan::compile(&source).unwrap();
        for host in &hosts {
            for decision in plainly(&plan, &offers, host).values() {
                prop_assert!(decision.steps.len() >= 2);
                prop_assert!(decision.steps.is_sorted_by_key(|step| step.stage != decision.steps[0].stage));
                let approved = decision.candidates.iter().any(|candidate| candidate.approved);
                prop_assert_eq!(approved, matches!(
                    decision.state,
                    Some(State::Installed | State::Missing | State::Failed | State::NotApplicable)
                ) || (decision.state == Some(State::InstalledPendingReboot) && approved));
                prop_assert!(serde_json::to_string(decision).unwrap().contains("decided_by"));
            }
        }
    }
}
