//! The audit trail.

use std::sync::Arc;

use bartizan_wire::Timestamp;
use tokio::task::JoinSet;

use super::sample::realm;
use crate::{Audit, AuditLine, AuditQuery, Page};

type Backend = Arc<dyn Audit>;

fn line(id: &str) -> AuditLine {
    AuditLine {
        id: id.to_owned(),
        at: Timestamp(1),
        principal: "root".to_owned(),
        action: "test:Put".to_owned(),
        resource: "thing/a".to_owned(),
        outcome: "preview".to_owned(),
        detail: "{}".to_owned(),
    }
}

fn query(limit: u16) -> AuditQuery {
    AuditQuery { limit, ..AuditQuery::default() }
}

async fn ids(audit: &dyn Audit, query: &AuditQuery) -> Vec<String> {
    audit.list(&realm(1), query).await.unwrap().into_iter().map(|line| line.id).collect()
}

async fn record(audit: &dyn Audit, lines: impl IntoIterator<Item = AuditLine>) {
    for line in lines {
        audit.record(&realm(1), line).await.unwrap();
    }
}

pub async fn line_is_found_by_its_id(audit: Backend) {
    let odd = AuditLine { at: Timestamp(i64::MIN), detail: "\u{0}é'\n".to_owned(), ..line("odd") };
    record(&*audit, [line("a"), odd.clone()]).await;
    assert_eq!(audit.find(&realm(1), "a").await.unwrap(), Some(line("a")));
    assert_eq!(audit.find(&realm(1), "odd").await.unwrap(), Some(odd));
    assert_eq!(audit.find(&realm(1), "b").await.unwrap(), None);
}

pub async fn lines_are_newest_first(audit: Backend) {
    // in the order in which they were recorded, whatever their ids and times say
    let late = AuditLine { at: Timestamp(9), ..line("m") };
    record(&*audit, [line("z"), late, line("a")]).await;
    assert_eq!(ids(&*audit, &query(10)).await, ["a", "m", "z"]);
    assert_eq!(ids(&*audit, &query(2)).await, ["a", "m"]);
    assert_eq!(ids(&*audit, &query(0)).await, [""; 0]);
}

pub async fn lines_are_filtered(audit: Backend) {
    let of = |id: &str, outcome: &str, resource: &str| AuditLine {
        outcome: outcome.to_owned(),
        resource: resource.to_owned(),
        ..line(id)
    };
    let all = [of("1", "preview", "a"), of("2", "denied", "a"), of("3", "preview", "b"), of("4", "denied", "b")];
    record(&*audit, all).await;
    let filtered = |outcome: Option<&str>, resource: Option<&str>| AuditQuery {
        outcome: outcome.map(str::to_owned),
        resource: resource.map(str::to_owned),
        ..query(10)
    };
    assert_eq!(ids(&*audit, &filtered(Some("denied"), None)).await, ["4", "2"]);
    assert_eq!(ids(&*audit, &filtered(None, Some("a"))).await, ["2", "1"]);
    assert_eq!(ids(&*audit, &filtered(Some("preview"), Some("b"))).await, ["3"]);
    assert_eq!(ids(&*audit, &filtered(Some("x"), None)).await, [""; 0]);
    let second = AuditQuery { before: Some("4".to_owned()), ..filtered(Some("denied"), None) };
    assert_eq!(ids(&*audit, &second).await, ["2"]);
}

pub async fn lines_page_by_id(audit: Backend) {
    let all: Vec<String> = (0..10).map(|number| format!("{}", (number * 7) % 10)).collect();
    record(&*audit, all.iter().map(|id| line(id))).await;
    let mut seen = Vec::new();
    let mut next = query(3);
    loop {
        let page = ids(&*audit, &next).await;
        let Some(last) = page.last() else { break };
        next.before = Some(last.clone());
        seen.extend(page);
    }
    seen.reverse();
    assert_eq!(seen, all);
}

pub async fn lines_before_an_unknown_id_are_none(audit: Backend) {
    record(&*audit, [line("a")]).await;
    audit.record(&realm(2), line("elsewhere")).await.unwrap();
    for unknown in ["nobody", "elsewhere"] {
        let before = AuditQuery { before: Some(unknown.to_owned()), ..query(10) };
        assert_eq!(ids(&*audit, &before).await, [""; 0]);
    }
}

pub async fn later_line_of_an_id_is_kept(audit: Backend) {
    let again = AuditLine { detail: "again".to_owned(), ..line("a") };
    record(&*audit, [line("a"), line("b"), again.clone()]).await;
    assert_eq!(audit.find(&realm(1), "a").await.unwrap(), Some(again));
    assert_eq!(ids(&*audit, &query(10)).await, ["a", "b"], "once, in its later place");
}

pub async fn realms_have_their_own_ids(audit: Backend) {
    let other = AuditLine { detail: "other".to_owned(), ..line("a") };
    record(&*audit, [line("a")]).await;
    audit.record(&realm(2), other.clone()).await.unwrap();
    assert_eq!(audit.find(&realm(1), "a").await.unwrap(), Some(line("a")));
    assert_eq!(audit.list(&realm(2), &query(10)).await.unwrap(), [other]);
    assert_eq!(ids(&*audit, &query(10)).await, ["a"]);
}

pub async fn limit_is_capped(audit: Backend) {
    let mut records = JoinSet::new();
    for number in 0..usize::from(Page::LIMIT_MAX) + 5 {
        let audit = Arc::clone(&audit);
        records.spawn(async move { audit.record(&realm(1), line(&number.to_string())).await.unwrap() });
    }
    records.join_all().await;
    assert_eq!(ids(&*audit, &query(u16::MAX)).await.len(), usize::from(Page::LIMIT_MAX));
}

pub async fn lines_of_many_at_once_are_all_kept(audit: Backend) {
    let mut records = JoinSet::new();
    for writer in 0..16 {
        let audit = Arc::clone(&audit);
        records.spawn(async move {
            for round in 0..10 {
                let id = format!("{writer}-{round}");
                audit.record(&realm(1), line(&id)).await.unwrap();
                assert!(audit.find(&realm(1), &id).await.unwrap().is_some());
            }
        });
    }
    records.join_all().await;
    assert_eq!(ids(&*audit, &query(1000)).await.len(), 160);
}
