//! What every store of samples promises, as tests. A store runs them with one line:
//!
//! ```ignore
//! mod series { bartizan_policy::series_contract!(super::make_series); }
//! ```
//!
//! where `make_series()` gives a new, empty `(Arc<dyn Series>, kept)`, and `kept` is whatever must live as long as the
//! test, such as a temporary folder. Each case becomes a test of its own name.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a case is a test: it fails by panicking"
)]

pub mod model;
pub mod reading;
pub mod sample;
pub mod writing;

use std::future::Future;

/// Runs a case on a runtime with more than one thread, so that races are real ones.
pub fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a test needs a runtime").block_on(case);
}

/// One `#[test]` for each case of the contract of [`Series`](crate::Series).
#[macro_export]
macro_rules! series_contract {
    ($make:expr) => {
        $crate::series_cases! { $make;
            writing:
                what_is_written_is_found
                writing_nothing_changes_nothing
                any_number_comes_back
                any_texts_come_back
                any_name_comes_back
                what_is_written_twice_is_there_twice
                numbers_and_texts_of_one_measure_are_both_kept
                sealed_is_the_furthest_position
                writes_of_many_at_once_are_all_kept;
            reading:
                nothing_is_found_at_first
                spans_are_half_open
                realms_tracks_measures_and_subjects_are_apart
                measures_are_in_byte_order
                replay_is_sorted_and_a_code_is_one_subject
                a_view_stays_as_it_was
                replay_of_texts_has_all_items;
            model:
                does_as_the_reference_does;
        }
    };
}

/// Used by the macro above.
#[doc(hidden)]
#[macro_export]
macro_rules! series_cases {
    ($make:expr; $($about:ident: $($case:ident)+;)+) => {
        $($(
            #[test]
            fn $case() {
                let (backend, _kept) = $make();
                $crate::series::contract::run($crate::series::contract::$about::$case(backend));
            }
        )+)+
    };
}
