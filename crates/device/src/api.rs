//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Method};

use crate::room::DeviceRoom;

/// Items of a page where a request does not say how many [decision 16].
pub(crate) const PAGE_ITEMS: usize = 25;

/// How the vendor's control-plane operations are addressed; all members that are neither in the path nor in `query`
/// travel in the body.
pub(crate) const fn iot(method: Method, path: &'static str, query: &'static [&'static str]) -> Binding {
    Binding::AwsRest { method, path, query, elsewhere: &[], payload: None, signing: &["iot"] }
}

/// Every operation of this room.
#[must_use]
pub fn operations(_room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    vec![]
}
