//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation, Method};

use crate::room::DeviceRoom;

pub mod add_thing_to_thing_group;
pub mod create_thing;
pub mod create_thing_group;
pub mod delete_thing;
pub mod delete_thing_group;
pub mod describe_thing;
pub mod describe_thing_group;
mod fleet;
pub mod list_thing_groups;
pub mod list_thing_groups_for_thing;
pub mod list_things;
pub mod list_things_in_thing_group;
pub mod remove_thing_from_thing_group;
pub mod update_thing;
pub mod update_thing_group;
pub mod update_thing_groups_for_thing;

/// Items of a page where a request does not say how many [decision 16].
pub(crate) const PAGE_ITEMS: usize = 25;

/// How the vendor's control-plane operations are addressed; all members that are neither in the path nor in `query`
/// travel in the body.
pub(crate) const fn iot(method: Method, path: &'static str, query: &'static [&'static str]) -> Binding {
    Binding::AwsRest { method, path, query, elsewhere: &[], payload: None, signing: &["iot"] }
}

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<DeviceRoom>) -> Vec<ErasedOperation> {
    fleet::operations(room)
}
