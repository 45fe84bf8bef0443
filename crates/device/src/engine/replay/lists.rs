//! Lists against a set: each text is looked up once a call.

use bartizan_policy::Columns;

use super::super::address::Network;
use super::super::criterion::{Membership, Set};
use super::super::plan::{Judge, Rule};
use super::numbers::run_length;
use super::state::{Events, State};
use crate::behavior::MetricValue;

/// The way of a criterion on lists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    /// Of the texts of a call: it may be in a list.
    fits: Vec<bool>,
    /// Rows so far that violate.
    pub(super) violating: u64,
}

impl Lists {
    pub(super) fn take(
        &mut self,
        columns: &Columns<'_>,
        states: &mut [State],
        rule: &Rule,
        out: &mut dyn Events,
    ) -> u64 {
        let (Judge::Members(membership), Some(cells)) = (&rule.judge, columns.texts) else { return 0 };
        self.fits.clear();
        self.fits.extend(cells.texts.iter().map(|text| fits(membership, text)));
        let mut judged = 0;
        let mut begin = 0;
        while let Some(code) = columns.subject.get(begin).copied() {
            let end = begin + run_length(columns.subject.get(begin..).unwrap_or_default());
            let rows = begin..end;
            begin = end;
            let Some(state) = states.get_mut(code as usize).filter(|state| state.covered) else { continue };
            for row in rows {
                let Some(at) = columns.at.get(row).copied().filter(|at| *at > state.last) else { continue };
                judged += 1;
                let items = cells.row(row);
                let conforms = items.iter().all(|item| self.fits.get(*item as usize).copied().unwrap_or_default());
                self.violating += u64::from(!conforms);
                state.hear_nothing_until(code, at, out);
                state.last = at;
                let value = || {
                    let texts = items.iter().filter_map(|item| cells.texts.get(*item as usize));
                    spelled(&membership.set, texts.map(|text| &**text))
                };
                state.settle(code, at, conforms, &value, rule, out);
            }
        }
        judged
    }
}

/// Whether one element conforms; what cannot be read does.
fn fits(membership: &Membership, text: &str) -> bool {
    let outside = membership.outside;
    match &membership.set {
        Set::Networks(networks) => text
            .parse::<Network>()
            .map_or(true, |network| if outside { !networks.meet(network) } else { networks.contain(network) }),
        Set::Ports(ports) => text.parse().is_ok_and(|port| ports.binary_search(&port).is_ok() != outside),
        Set::Strings(strings) => strings.binary_search_by(|held| held.as_str().cmp(text)).is_ok() != outside,
        Set::Numbers(numbers) => text.parse::<f64>().is_ok_and(|number| {
            let number = number + 0.0;
            numbers.binary_search_by(|held| held.total_cmp(&number)).is_ok() != outside
        }),
    }
}

/// The list as the metric spells it.
fn spelled<'a>(set: &Set, texts: impl Iterator<Item = &'a str>) -> MetricValue {
    let none = MetricValue::default();
    match set {
        Set::Networks(_) => MetricValue { cidrs: Some(texts.map(str::to_owned).collect()), ..none },
        Set::Ports(_) => MetricValue { ports: Some(texts.filter_map(|text| text.parse().ok()).collect()), ..none },
        Set::Strings(_) => MetricValue { strings: Some(texts.map(str::to_owned).collect()), ..none },
        Set::Numbers(_) => MetricValue { numbers: Some(texts.filter_map(|text| text.parse().ok()).collect()), ..none },
    }
}
