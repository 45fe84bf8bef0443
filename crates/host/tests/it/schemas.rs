//! Every schema of this room can be checked.

use std::sync::Arc;

use bartizan_host::room::HostRoom;
use bartizan_wire::pattern;

#[test]
fn every_pattern_can_be_compiled() {
    for operation in bartizan_host::operations(&Arc::new(HostRoom::default())) {
        assert_eq!(pattern::broken_in(operation.input), [], "{}", operation.name);
        assert_eq!(pattern::broken_in(operation.output), [], "{}", operation.name);
    }
}
