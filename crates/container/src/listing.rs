//! Lists as the vendor pages, filters and sorts them.

use std::cmp::Ordering;

use bartizan_wire::{Schema, Shape, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::errors::ContainerError;
use crate::qql;

/// Records of one page where it is not said.
pub const PAGE_SIZE: i32 = 50;
/// Records that can be reached by pages; more are had by bulk lists.
pub const REACHABLE_MAX: usize = 10_000;

/// Records of one piece of a bulk list where it is not said.
pub const PIECE: i32 = 50;

/// What every list is asked.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "ListRequest")]
pub struct ListInput {
    /// Counted from 1.
    #[shape(range = 1..=10_000)]
    pub page_number: Option<i32>,
    /// At most so many; 50 if absent.
    #[shape(range = 1..=1000)]
    pub page_size: Option<i32>,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// `token:asc` or `token:desc`.
    pub sort: Option<String>,
}

impl ListInput {
    /// What is asked, in the order of `usual` where none is asked for.
    #[must_use]
    pub fn asked<'a>(&'a self, usual: &'a str) -> Asked<'a> {
        Asked {
            filter: self.filter.as_deref(),
            sort: self.sort.as_deref().or(Some(usual)),
            page_number: self.page_number,
            page_size: self.page_size,
        }
    }
}

/// What every bulk list is asked.
#[derive(Debug, Shape)]
#[serde(rename_all = "camelCase")]
#[shape(name = "BulkRequest")]
pub struct BulkInput {
    /// At most so many; 50 if absent.
    #[shape(range = 1..=250)]
    pub limit: Option<i32>,
    /// In the vendor's query language.
    pub filter: Option<String>,
    /// As the link to this piece has it.
    pub pagination_query: Option<String>,
}

/// A record of a bulk list.
pub trait Listed {
    /// When something about it was last learnt, in milliseconds since the epoch, and its id.
    fn place(&self) -> (i64, &str);
}

/// A piece of a bulk list.
#[derive(Debug)]
pub struct Piece<R> {
    /// At most so many.
    pub limit: i32,
    /// Its records.
    pub data: Vec<R>,
    /// Where the next one is.
    pub next: Option<String>,
}

/// A piece of all records, by when something about them was last learnt.
///
/// # Errors
/// The filter or the place means nothing.
pub fn piece<R: Shape + Serialize + Listed>(
    path: &str,
    mut records: Vec<R>,
    asked: &BulkInput,
    now: Timestamp,
) -> Result<Piece<R>, ContainerError> {
    let mut wrong = Vec::new();
    let query = query(asked.filter.as_deref(), R::SCHEMA, now, &mut wrong);
    let said = asked.pagination_query.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let after = said.and_then(place);
    if said.is_some() && after.is_none() {
        wrong.push("paginationQuery must be what the link to the piece has".to_owned());
    }
    if !wrong.is_empty() {
        return Err(ContainerError::BadRequest(wrong.join("; ")));
    }
    records.retain(|record| {
        let further = after.is_none_or(|after| record.place() > after);
        further && query.as_ref().is_none_or(|query| query.matches(&serde_json::to_value(record).unwrap_or_default()))
    });
    records.sort_by(|one, other| one.place().cmp(&other.place()));
    let limit = asked.limit.unwrap_or(PIECE);
    let size = usize::try_from(limit).unwrap_or_default();
    let more = records.len() > size;
    records.truncate(size);
    let next = records.last().filter(|_| more).map(|last| {
        let (updated, id) = last.place();
        let mut link = form_urlencoded::Serializer::new(format!("{path}?"));
        link.append_pair("limit", &limit.to_string());
        if let Some(filter) = &asked.filter {
            link.append_pair("filter", filter);
        }
        link.append_pair("paginationQuery", &format!("updated>={updated} AND not uuid: [{id}]"));
        link.finish()
    });
    Ok(Piece { limit, data: records, next })
}

/// Reads `updated>=<milliseconds> AND not uuid: [<id>]`: what follows that record.
fn place(text: &str) -> Option<(i64, &str)> {
    let (updated, id) = text.strip_prefix("updated>=")?.split_once(" AND not uuid: [")?;
    Some((updated.trim().parse().ok()?, id.strip_suffix(']')?))
}

/// The header that names the next piece.
#[must_use]
pub fn link(next: Option<&str>) -> Vec<(&'static str, String)> {
    next.map(|next| ("link", format!("<{next}>;rel=next"))).into_iter().collect()
}

/// What a client asks of a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// In the query language.
    pub filter: Option<&'a str>,
    /// `token:asc` or `token:desc`.
    pub sort: Option<&'a str>,
    /// Counted from 1.
    pub page_number: Option<i32>,
    /// At most so many.
    pub page_size: Option<i32>,
}

/// One page, and how many records there are on all pages.
#[derive(Debug)]
pub struct Page<R> {
    /// On all pages.
    pub count: i64,
    /// On this one.
    pub data: Vec<R>,
}

/// The page that is asked for, of records in their usual order.
///
/// # Errors
/// The filter or the order means nothing, or the page is beyond those that can be reached: all that is wrong.
pub fn page<R: Shape + Serialize>(
    records: impl IntoIterator<Item = R>,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Page<R>, ContainerError> {
    let mut wrong = Vec::new();
    let size = usize::try_from(asked.page_size.unwrap_or(PAGE_SIZE)).unwrap_or_default();
    let before = usize::try_from(asked.page_number.unwrap_or(1) - 1).unwrap_or_default().saturating_mul(size);
    if before.saturating_add(size) > REACHABLE_MAX {
        wrong.push(format!("pages reach {REACHABLE_MAX} records: narrow the filter, or use the bulk list"));
    }
    let all = chosen(records, (asked.filter, asked.sort), now, wrong)?;
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    Ok(Page { count, data: all.into_iter().skip(before).take(size).collect() })
}

/// All records that a filter keeps, in the order that is asked for, and otherwise in their usual one.
///
/// # Errors
/// The filter or the order means nothing: all that is wrong.
pub fn all<R: Shape + Serialize>(
    records: impl IntoIterator<Item = R>,
    filter: Option<&str>,
    sort: Option<&str>,
    now: Timestamp,
) -> Result<Vec<R>, ContainerError> {
    chosen(records, (filter, sort), now, Vec::new())
}

fn chosen<R: Shape + Serialize>(
    records: impl IntoIterator<Item = R>,
    (filter, sort): (Option<&str>, Option<&str>),
    now: Timestamp,
    mut wrong: Vec<String>,
) -> Result<Vec<R>, ContainerError> {
    let query = query(filter, R::SCHEMA, now, &mut wrong);
    let order = order(sort, R::SCHEMA, &mut wrong);
    if !wrong.is_empty() {
        return Err(ContainerError::BadRequest(wrong.join("; ")));
    }
    // A record is written out only where something is asked of it.
    if query.is_none() && order.is_none() {
        return Ok(records.into_iter().collect());
    }
    let mut kept: Vec<(Option<Value>, R)> = Vec::new();
    for record in records {
        let value = serde_json::to_value(&record).unwrap_or_default();
        if query.as_ref().is_none_or(|query| query.matches(&value)) {
            let key = order.as_ref().map(|(token, _)| first(&value, token).cloned().unwrap_or(Value::Null));
            kept.push((key, record));
        }
    }
    if let Some((_, descending)) = order {
        kept.sort_by(|(one, _), (other, _)| {
            let order = compare(one.as_ref(), other.as_ref());
            if descending { order.reverse() } else { order }
        });
    }
    Ok(kept.into_iter().map(|(_, record)| record).collect())
}

/// Reads a filter, and holds it to a schema; an empty one is none.
pub(crate) fn query(
    filter: Option<&str>,
    schema: &'static Schema,
    now: Timestamp,
    wrong: &mut Vec<String>,
) -> Option<qql::Query> {
    let text = filter.filter(|text| !text.trim().is_empty())?;
    match qql::parse(text, now) {
        Err(why) => {
            wrong.push(why);
            None
        }
        Ok(query) => {
            let unknown = query.unknown(schema);
            if !unknown.is_empty() {
                wrong.push(format!("the filter names tokens that are not known: {}", unknown.join(", ")));
            }
            Some(query)
        }
    }
}

/// Reads an order: the token, and whether it descends.
fn order(sort: Option<&str>, schema: &'static Schema, wrong: &mut Vec<String>) -> Option<(String, bool)> {
    let text = sort.map(str::trim).filter(|text| !text.is_empty())?;
    let (token, way) = text.split_once(':').unwrap_or((text, "asc"));
    let descending = match way.to_ascii_lowercase().as_str() {
        "asc" => false,
        "desc" => true,
        _ => {
            wrong.push("sort must be a token with :asc or :desc".to_owned());
            return None;
        }
    };
    if qql::member(schema, token).is_none() {
        wrong.push(format!("sort names a token that is not known: {token}"));
    }
    Some((token.to_owned(), descending))
}

fn first<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    let mut found = None;
    qql::leaves(value, token, &mut |leaf| found = found.or(Some(leaf)));
    found
}

/// Numbers by size, also where they are texts; other texts without regard to case; nothing first.
fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    let number = |value: Option<&Value>| match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        _ => None,
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_lowercase();
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => text(one).cmp(&text(other)),
    }
}
