//! Random appends, reads, deletions and restarts, compared with a list in memory.

use bartizan_policy::tape::{Recording, Span, Tape};
use bartizan_tape::FileTape;
use bartizan_wire::Timestamp;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::sample::{ALWAYS, TRACK, append, open_small, realm, recordings};

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<i64>),
    Read(i64, i64, u64, u32),
    Prune(i64),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(0..100_i64, 0..20).prop_map(Step::Append),
        6 => (-5..105_i64, -5..105_i64, 0..30_u64, 0..40_u32).prop_map(|(a, b, skip, limit)| Step::Read(a, b, skip, limit)),
        1 => (0..60_i64).prop_map(Step::Prune),
        2 => Just(Step::Restart),
    ]
}

#[test]
fn does_as_a_list_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&vec(step(), 1..30), |steps| runtime.block_on(compare(&steps)).map_err(TestCaseError::fail));
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

async fn compare(steps: &[Step]) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut tape = open_small(folder.path());
    let mut list: Vec<Recording> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Append(numbers) => {
                append(&tape, numbers.iter().copied()).await;
                list.extend(recordings(numbers.iter().copied()));
            }
            Step::Read(from, to, skip, limit) => {
                let span = Span { from: Timestamp(*from), to: Timestamp(*to) };
                let inside = list.iter().filter(|one| (*from..*to).contains(&one.at.0));
                let skipped = inside.skip(usize::try_from(*skip).unwrap());
                let expected: Vec<_> = skipped.take(usize::try_from(*limit).unwrap()).cloned().collect();
                let found = tape.read(&realm(), TRACK, span, *skip, *limit).await.unwrap();
                if found != expected {
                    return Err(format!("step {number}: {step:?} found {found:?}, not {expected:?}"));
                }
            }
            Step::Prune(before) => prune(&tape, *before, &mut list).await?,
            Step::Restart => {
                drop(tape);
                tape = open_small(folder.path());
            }
        }
    }
    Ok(())
}

/// Which files there are is the tape's business: what it deletes is old, and the rest is as it was.
async fn prune(tape: &FileTape, before: i64, list: &mut Vec<Recording>) -> Result<(), String> {
    let pruned = tape.prune(Timestamp(before)).await.unwrap();
    let left = tape.read(&realm(), TRACK, ALWAYS, 0, u32::MAX).await.unwrap();
    if left.len() as u64 + pruned.recordings != list.len() as u64 {
        return Err(format!("{} of {} are left after {pruned:?}", left.len(), list.len()));
    }
    let mut rest = left.iter().peekable();
    for one in &*list {
        if rest.peek() == Some(&one) {
            rest.next();
        } else if one.at.0 >= before {
            return Err(format!("{one:?} is newer than {before} and was deleted"));
        }
    }
    if rest.next().is_some() {
        return Err("what is left is not in order".to_owned());
    }
    *list = left;
    Ok(())
}
