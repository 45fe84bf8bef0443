//! [`Routes`]: every operation that is addressed by a method and a path.

pub(crate) mod pattern;

use std::collections::BTreeMap;
use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Method, Table, openapi};

use crate::dialect::Dialect;
use crate::limits::BODY_BYTES_MAX;
use pattern::{Labels, Pattern, PatternError};

/// One operation's address.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    pattern: Pattern,
    pub(crate) operation: Arc<ErasedOperation>,
    pub(crate) dialect: Dialect,
    pub(crate) body_bytes_max: usize,
    pub(crate) anonymous: bool,
}

/// All addresses.
#[derive(Debug)]
pub(crate) struct Routes {
    /// By their first segment; of these the more specific ones first.
    by_first: BTreeMap<&'static str, Vec<Route>>,
    /// Where what is asked for with a token is described.
    description: Option<String>,
}

/// What is at a path.
pub(crate) enum Found<'r> {
    Route(&'r Route, Labels<'r>),
    /// Something, but with another method.
    OtherMethod(Dialect, &'static str),
    Nothing,
}

impl Routes {
    pub(crate) fn build(table: &Table) -> Result<Self, PatternError> {
        let mut routes: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
        for operation in table.operations() {
            let (method, path, dialect, body_bytes_max, anonymous) = match operation.binding {
                Binding::Native { method, path, body_bytes_max, anonymous } => {
                    (method, path, Dialect::Native, body_bytes_max, anonymous)
                }
                Binding::AwsRest { method, path, .. } => (method, path, Dialect::AwsRest, BODY_BYTES_MAX, false),
                Binding::Bearer { method, path, .. } => (method, path, Dialect::Bearer, BODY_BYTES_MAX, false),
                Binding::AwsJson { .. } | Binding::AwsQuery { .. } => continue,
            };
            let pattern = Pattern::parse(path)?;
            let operation = Arc::clone(operation);
            routes.entry(first(path)).or_default().push(Route {
                method,
                pattern,
                operation,
                dialect,
                body_bytes_max,
                anonymous,
            });
        }
        for routes in routes.values_mut() {
            routes.sort_by(|one, two| one.pattern.cmp(&two.pattern));
        }
        Ok(Self { by_first: routes, description: openapi::place(table) })
    }

    /// True for the path of the description.
    pub(crate) fn are_described_at(&self, path: &str) -> bool {
        self.description.as_deref() == Some(path)
    }

    /// True for a path that begins as those of operations do that are asked for with a token.
    pub(crate) fn are_bearers(&self, path: &str) -> bool {
        self.by_first.get(first(path)).into_iter().flatten().any(|route| route.dialect == Dialect::Bearer)
    }

    /// Matches the raw path: a `%2F` in a label belongs to the label.
    pub(crate) fn find<'r>(&'r self, method: &http::Method, path: &'r str) -> Found<'r> {
        let mut other = None;
        for route in self.by_first.get(first(path)).into_iter().flatten() {
            if let Some(labels) = route.pattern.matches(path) {
                if route.method.as_str() == method.as_str() {
                    return Found::Route(route, labels);
                }
                other = Some((route.dialect, route.method.as_str()));
            }
        }
        other.map_or(Found::Nothing, |(dialect, method)| Found::OtherMethod(dialect, method))
    }
}

fn first(path: &str) -> &str {
    path.strip_prefix('/').and_then(|path| path.split('/').next()).unwrap_or_default()
}
