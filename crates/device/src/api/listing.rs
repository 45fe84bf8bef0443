//! Pages of documents, read from the ledger page by page.

use bartizan_ledger::{Page, Scope};
use bartizan_operation::page::{self, Pager};
use bartizan_policy::lifecycle::{self, Held};
use bartizan_policy::{Cx, Kind};

use super::PAGE_ITEMS;
use crate::errors::DeviceError;

/// One page of the live documents of a kind that `keep` wants, by name, and the token for more if there is more.
pub(crate) async fn page<K: Kind>(
    cx: &Cx,
    pager: &Pager,
    token: Option<&str>,
    asked: Option<i32>,
    keep: impl Fn(&K::Document) -> bool,
) -> Result<(Vec<Held<K>>, Option<String>), DeviceError> {
    let limit = page::limit(asked, PAGE_ITEMS);
    let scope = Scope::Heads { realm: cx.realm.clone(), kind: K::NAME.to_owned(), prefix: String::new() };
    let mut window = Page { after: pager.open(token)?, limit: Page::LIMIT_MAX };
    let mut found: Vec<Held<K>> = Vec::new();
    loop {
        let entries = cx.ledger.list(&scope, &window).await?;
        let full = entries.len() >= usize::from(Page::LIMIT_MAX);
        window.after = entries.last().map(|entry| entry.key.name.clone());
        for entry in entries {
            // One more than asked for says that there is more.
            if found.len() > limit {
                break;
            }
            found.extend(lifecycle::open::<K>(entry)?.filter(|held| keep(&held.document)));
        }
        if !full || found.len() > limit {
            break;
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|held| pager.seal(&held.entry.key.name));
    Ok((found, next))
}
