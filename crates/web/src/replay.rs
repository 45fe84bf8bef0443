//! What a change would do with recorded requests: each is judged by the web ACL before and after.

use std::collections::{BTreeMap, BTreeSet};

use bartizan_ledger::{Entry, StoreError};
use bartizan_policy::preview::{Blind, Evidence};
use bartizan_policy::tape::Span;
use bartizan_policy::{Cx, Kind, lifecycle};
use serde_json::{Value, json};

use crate::engine::{Ending, Judgment, Plan, State, judge};
use crate::gather;
use crate::kind::{Associations, IpSets, ManagedRuleSets, RegexPatternSets, RuleGroups, WebAcls};
use crate::recorded::{Recorded, TRACK};
use crate::references::{self, Reference};

/// Requests are replayed from so far back.
const DAYS: i64 = 7;
/// Requests are replayed at most, the newest of them.
const REPLAYED_MAX: usize = 100_000;
/// Recordings that are read at once.
const READ_AT_ONCE: u32 = 2_000;
/// Requests that are shown of each web ACL.
const SHOWN_MAX: usize = 20;
/// Paths, clients and countries that are shown.
const TOP: usize = 10;

/// What a replay found.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    pub(crate) summary: Vec<String>,
    pub(crate) findings: Vec<Value>,
    pub(crate) evidence: Evidence,
}

/// Judges recorded requests by every web ACL that the changed documents touch.
pub(crate) async fn replay(before: &Cx, after: &Cx, changed: &[Entry]) -> Result<Replayed, StoreError> {
    let mut touched: BTreeSet<String> = BTreeSet::new();
    for cx in [before, after] {
        for entry in changed {
            touched.extend(touched_by(cx, entry).await?);
        }
    }
    let mut found = Replayed::default();
    if touched.is_empty() {
        return Ok(found);
    }
    let recorded = read(before).await?;
    let mut cut = 0;
    let mut redacted = 0;
    for (_, request) in &recorded {
        cut += u64::from(request.is_cut());
        redacted += u64::from(request.redacted);
    }
    found.evidence.judged = u64::try_from(recorded.len()).unwrap_or(u64::MAX);
    let times = || recorded.iter().map(|(_, request)| request.with(|request| request.at));
    found.evidence.oldest = times().min();
    found.evidence.newest = times().max();
    let blind = [
        (cut, "requests: only the beginning of the body was recorded"),
        (redacted, "requests: values of cookies and credentials are not recorded"),
        (u64::from(recorded.is_empty()), "requests: none are recorded, so that what happens to them is not foreseen"),
    ];
    found.evidence.blind = blind
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| Blind { why: why.to_owned(), count })
        .collect();
    for arn in touched {
        let plans = (gather::plan(before, &arn).await, gather::plan(after, &arn).await);
        let (from, to) = match plans {
            (Ok(from), Ok(to)) => (from, to),
            (Err(error), _) | (_, Err(error)) => {
                found.evidence.blind.push(Blind { why: format!("requests: {error}"), count: 1 });
                continue;
            }
        };
        let resources = resources(before, after, &arn).await?;
        let own: Vec<&Recorded> = recorded
            .iter()
            .filter(|(resource, _)| resources.is_empty() || resources.contains(resource))
            .map(|(_, request)| request)
            .collect();
        let compared = compare(from.as_ref(), to.as_ref(), &own);
        let name = arn.rsplit('/').nth(1).unwrap_or(&arn);
        found.summary.extend(compared.said(name));
        if compared.judged > 0 {
            found.findings.push(compared.told(&arn));
        }
    }
    Ok(found)
}

/// The web ACLs whose judgments a document takes part in.
async fn touched_by(cx: &Cx, entry: &Entry) -> Result<Vec<String>, StoreError> {
    let (kind, name) = (entry.key.kind.as_str(), entry.key.name.as_str());
    if kind == WebAcls::NAME {
        return Ok(lifecycle::find::<WebAcls>(cx, name)
            .await?
            .map(|held| held.document.arn.clone())
            .into_iter()
            .collect());
    }
    if kind == ManagedRuleSets::NAME {
        let (scope, set) = name.split_once('/').unwrap_or_default();
        let mut found = Vec::new();
        for held in lifecycle::list::<WebAcls>(cx, &format!("{scope}/")).await? {
            let rules = held.document.rules.as_deref().unwrap_or_default();
            let runs =
                references::of(rules).iter().any(|one| matches!(one, Reference::Managed(group) if group.name == set));
            found.extend(runs.then(|| held.document.arn.clone()));
        }
        return Ok(found);
    }
    let arn = if kind == IpSets::NAME {
        lifecycle::find::<IpSets>(cx, name).await?.map(|held| held.document.arn.clone())
    } else if kind == RegexPatternSets::NAME {
        lifecycle::find::<RegexPatternSets>(cx, name).await?.and_then(|held| held.document.arn.clone())
    } else if kind == RuleGroups::NAME {
        lifecycle::find::<RuleGroups>(cx, name).await?.map(|held| held.document.arn.clone())
    } else {
        None
    };
    let Some(arn) = arn else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for held in lifecycle::list::<WebAcls>(cx, "").await? {
        let Some(scope) = crate::document::Scope::from_wire(held.entry.key.name.split('/').next().unwrap_or_default())
        else {
            continue;
        };
        let library = gather::library(cx, &held.document, scope).await?;
        let inside = library.rule_groups.contains_key(&arn)
            || library.ip_sets.contains_key(&arn)
            || library.regex_sets.contains_key(&arn);
        found.extend(inside.then(|| held.document.arn.clone()));
    }
    Ok(found)
}

/// The resources that a web ACL protects, before or after.
async fn resources(before: &Cx, after: &Cx, arn: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    for cx in [before, after] {
        for held in lifecycle::list::<Associations>(cx, "").await? {
            if held.document.web_acl_arn == arn {
                found.insert(held.document.resource_arn.clone());
            }
        }
    }
    Ok(found)
}

/// The newest recordings, oldest first, with the resource that they came to.
async fn read(cx: &Cx) -> Result<Vec<(String, Recorded)>, StoreError> {
    let span = Span {
        from: bartizan_wire::Timestamp(cx.now.0 - DAYS * bartizan_wire::Timestamp::DAY_MS),
        to: bartizan_wire::Timestamp(cx.now.0 + 1),
    };
    let mut found = std::collections::VecDeque::new();
    let mut skip = 0;
    loop {
        let recordings = cx.tape.read(&cx.realm, TRACK, span, skip, READ_AT_ONCE).await?;
        let count = u32::try_from(recordings.len()).unwrap_or(u32::MAX);
        for recording in recordings {
            if let Some(request) = Recorded::read(recording.at, &recording.body) {
                if found.len() == REPLAYED_MAX {
                    found.pop_front();
                }
                found.push_back((recording.subject, request));
            }
        }
        if count < READ_AT_ONCE {
            return Ok(found.into());
        }
        skip += u64::from(count);
    }
}

/// What happens to a request, in words for the comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fate {
    ending: Ending,
    /// The rule that ended it, with the rule of its group.
    by: Option<String>,
    counted: BTreeSet<String>,
}

fn fate(plan: Option<&Plan>, state: &mut State, request: &Recorded) -> Fate {
    let Some(plan) = plan else { return Fate { ending: Ending::Allow, by: None, counted: BTreeSet::new() } };
    let judgment = request.with(|request| judge(plan, state, request));
    let name = |rule| plan.rule(rule).map_or_else(String::new, |facts| facts.name.as_ref().to_owned());
    let by = judgment.by.map(|by| match group_rule(&judgment, by.rule) {
        Some(member) => format!("{}/{}", name(by), name(member)),
        None => name(by),
    });
    let groups = judgment.groups.iter().flat_map(|group| &group.counted);
    let counted = judgment.counted.iter().chain(groups).map(|one| name(one.rule));
    Fate { ending: judgment.ending, by, counted: counted.collect() }
}

fn group_rule(judgment: &Judgment, rule: usize) -> Option<crate::engine::RuleRef> {
    let group = judgment.groups.iter().find(|group| group.rule == rule)?;
    group.terminated.as_ref().map(|ended| ended.rule)
}

/// How two plans differ on the same requests.
#[derive(Debug, Default)]
struct Compared {
    judged: u64,
    blocked: u64,
    passed: u64,
    asked: u64,
    counted: u64,
    uncounted: u64,
    rules: BTreeMap<String, u64>,
    paths: BTreeMap<String, u64>,
    clients: BTreeMap<String, u64>,
    countries: BTreeMap<String, u64>,
    shown: Vec<Value>,
}

fn compare(from: Option<&Plan>, to: Option<&Plan>, requests: &[&Recorded]) -> Compared {
    let state = |plan: Option<&Plan>| plan.map(State::new).unwrap_or_default();
    let (mut state_from, mut state_to) = (state(from), state(to));
    let mut compared = Compared::default();
    for request in requests {
        compared.judged += 1;
        let was = fate(from, &mut state_from, request);
        let will = fate(to, &mut state_to, request);
        if was != will {
            compared.note(request, &was, &will);
        }
    }
    compared
}

impl Compared {
    fn note(&mut self, request: &Recorded, was: &Fate, will: &Fate) {
        let newly: Vec<&String> = will.counted.difference(&was.counted).collect();
        if was.ending == will.ending {
            if will.by == was.by && newly.is_empty() && was.counted.is_subset(&will.counted) {
                return;
            }
            self.counted += u64::from(!newly.is_empty());
            self.uncounted += u64::from(newly.is_empty() && !was.counted.is_subset(&will.counted));
        } else {
            match will.ending {
                Ending::Block => self.blocked += 1,
                Ending::Allow => self.passed += 1,
                Ending::Captcha | Ending::Challenge => self.asked += 1,
            }
        }
        // a request that passes now is told by the rule that ended it before
        let ended = if will.ending == Ending::Allow { was.by.as_ref() } else { will.by.as_ref() };
        let rules = if was.ending == will.ending { newly } else { ended.into_iter().collect() };
        for rule in rules {
            *self.rules.entry(rule.clone()).or_default() += 1;
        }
        *self.paths.entry(request.path()).or_default() += 1;
        *self.clients.entry(request.client().to_string()).or_default() += 1;
        if let Some(country) = request.country() {
            *self.countries.entry(country).or_default() += 1;
        }
        if self.shown.len() < SHOWN_MAX {
            let told = |fate: &Fate| json!({"Action": fate.ending.name(), "Rule": fate.by, "Counted": fate.counted});
            self.shown.push(json!({
                "Method": request.method(), "Uri": request.uri(), "ClientIP": request.client().to_string(),
                "Before": told(was), "After": told(will),
            }));
        }
    }

    fn said(&self, name: &str) -> Vec<String> {
        if self.judged == 0 {
            return Vec::new();
        }
        let mut said = Vec::new();
        for (count, what) in [
            (self.blocked, "would newly be blocked"),
            (self.passed, "would newly be let through"),
            (self.asked, "would newly be asked for a puzzle or a challenge"),
            (self.counted, "would newly be counted"),
            (self.uncounted, "would no longer be counted"),
        ] {
            if count > 0 {
                said.push(format!("web ACL `{name}`: {count} of {} recorded requests {what}", self.judged));
            }
        }
        if said.is_empty() {
            said.push(format!("web ACL `{name}`: nothing changes for {} recorded requests", self.judged));
        }
        said
    }

    fn told(&self, arn: &str) -> Value {
        json!({
            "WebACLArn": arn,
            "Judged": self.judged,
            "NewlyBlocked": self.blocked,
            "NewlyPassed": self.passed,
            "NewlyAsked": self.asked,
            "NewlyCounted": self.counted,
            "NoLongerCounted": self.uncounted,
            "Rules": top(&self.rules, "Rule"),
            "TopPaths": top(&self.paths, "Path"),
            "TopClients": top(&self.clients, "ClientIP"),
            "TopCountries": top(&self.countries, "Country"),
            "Requests": self.shown,
        })
    }
}

fn top(counts: &BTreeMap<String, u64>, name: &str) -> Vec<Value> {
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_by(|(left, more), (right, less)| less.cmp(more).then(left.cmp(right)));
    all.into_iter().take(TOP).map(|(key, count)| json!({name: key, "Count": count})).collect()
}
