//! What every backend promises, as tests. A backend runs them with one line for each trait:
//!
//! ```ignore
//! mod ledger { bartizan_ledger::ledger_contract!(super::make_ledger); }
//! mod board { bartizan_ledger::board_contract!(super::make_board); }
//! mod audit { bartizan_ledger::audit_contract!(super::make_audit); }
//! ```
//!
//! where `make_ledger()` gives a new `(Arc<dyn Ledger>, kept)`, and `kept` is whatever must live as long as the test,
//! such as a temporary folder. Each case becomes a test of its own name. Cases do not assume that a ledger is empty,
//! so that an overlay over a full one passes them as well.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a case is a test: it fails by panicking"
)]

pub mod audit;
pub mod board;
pub mod conditions;
pub mod model;
pub mod order;
pub mod races;
pub mod reading;
pub mod sample;

use std::future::Future;

/// Runs a case on a runtime with more than one thread, so that races are real ones.
pub fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a test needs a runtime").block_on(case);
}

/// One `#[test]` for each case of the contract of [`Ledger`](crate::Ledger).
#[macro_export]
macro_rules! ledger_contract {
    ($make:expr) => {
        $crate::contract_cases! { $make;
            conditions:
                absent_holds_for_a_new_document
                absent_fails_for_a_live_document
                exactly_holds_for_the_live_revision
                exactly_fails_for_another_revision
                exactly_fails_for_a_document_that_never_was
                any_always_holds
                retired_counts_as_absent
                retiring_again_is_an_entry
                conflict_names_the_first_key_in_order
                guards_are_tried_before_changes
                guards_hold_or_stop_the_batch
                conditions_see_the_state_before_the_batch
                batch_is_all_or_nothing
                batch_that_changes_a_key_twice_is_malformed
                empty_batch_is_malformed
                malformed_comes_before_conflict;
            order:
                entries_come_back_in_the_order_of_changes
                revisions_count_from_one
                revisions_go_on_after_retirement
                seq_counts_every_entry
                seq_is_not_used_up_by_failures
                tip_is_the_last_seq
                tokens_are_unique_uuids
                stamps_round_trip
                names_of_any_characters_round_trip
                large_bodies_round_trip
                keys_differ_in_every_part;
            reading:
                head_of_nothing_is_none
                head_is_the_latest_entry
                head_shows_retirement
                at_finds_every_revision
                history_is_oldest_first_and_pages
                history_after_something_else_than_a_number_fails
                heads_are_in_byte_order
                heads_page_without_gaps
                heads_leave_out_the_retired
                heads_have_the_prefix
                heads_stay_in_realm_and_kind
                lists_are_capped
                since_is_in_commit_order_and_pages
                since_beyond_the_tip_is_empty;
            races:
                one_winner_of_many
                revisions_have_no_gaps_under_concurrency
                since_never_skips
                acknowledged_is_visible_everywhere
                reads_never_go_back
                batches_are_never_seen_in_part;
            model:
                does_as_the_reference_does;
        }
    };
}

/// One `#[test]` for each case of the contract of [`Board`](crate::Board).
#[macro_export]
macro_rules! board_contract {
    ($make:expr) => {
        $crate::contract_cases! { $make;
            board:
                nothing_is_found_at_first
                posting_replaces_the_state_of_a_subject
                subjects_topics_and_realms_are_apart
                list_is_in_byte_order_and_pages
                list_is_capped
                removing_forgets
                writes_are_done_in_their_order
                readers_see_all_of_a_write_or_nothing
                bodies_of_any_bytes_round_trip
                posts_of_many_at_once_are_all_kept;
        }
    };
}

/// One `#[test]` for each case of the contract of [`Audit`](crate::Audit).
#[macro_export]
macro_rules! audit_contract {
    ($make:expr) => {
        $crate::contract_cases! { $make;
            audit:
                line_is_found_by_its_id
                lines_are_newest_first
                lines_are_filtered
                lines_page_by_id
                lines_before_an_unknown_id_are_none
                later_line_of_an_id_is_kept
                realms_have_their_own_ids
                limit_is_capped
                lines_of_many_at_once_are_all_kept;
        }
    };
}

/// Used by the macros above.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($make:expr; $($about:ident: $($case:ident)+;)+) => {
        $($(
            #[test]
            fn $case() {
                let (backend, _kept) = $make();
                $crate::contract::run($crate::contract::$about::$case(backend));
            }
        )+)+
    };
}
