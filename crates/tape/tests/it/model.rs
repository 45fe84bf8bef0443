//! Random appends, reads, deletions and restarts, compared with a list in memory.

use bartizan_policy::tape::{Position, Recording, Span, Tape};
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
    /// Behind the so-manieth recording that there is.
    ReadAfter(usize, u32),
    Prune(i64),
    PruneTo(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(0..100_i64, 0..20).prop_map(Step::Append),
        6 => (-5..105_i64, -5..105_i64, 0..30_u64, 0..40_u32).prop_map(|(a, b, skip, limit)| Step::Read(a, b, skip, limit)),
        4 => (0..50_usize, 0..40_u32).prop_map(|(place, limit)| Step::ReadAfter(place, limit)),
        1 => (0..110_i64).prop_map(Step::Prune),
        1 => (0..50_usize).prop_map(Step::PruneTo),
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
    let mut positions: Vec<Position> = Vec::new();
    let mut furthest = Position::START;
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Append(numbers) => {
                let end = append(&tape, numbers.iter().copied()).await;
                list.extend(recordings(numbers.iter().copied()));
                let new = tape.read_after(&realm(), TRACK, furthest, u32::MAX).await.unwrap();
                let placed = new.iter().map(|(position, _)| *position);
                if !placed.clone().chain([end]).is_sorted() || new.len() != numbers.len() {
                    return Err(format!("step {number}: appended behind {furthest:?}, up to {end:?}: {new:?}"));
                }
                positions.extend(placed);
                furthest = furthest.max(end);
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
            Step::ReadAfter(place, limit) => {
                let after = place.checked_sub(1).and_then(|last| positions.get(last)).copied().unwrap_or_default();
                let known = positions.iter().copied().zip(list.iter().cloned()).filter(|(own, _)| *own > after);
                let expected: Vec<_> = known.take(usize::try_from(*limit).unwrap()).collect();
                let found = tape.read_after(&realm(), TRACK, after, *limit).await.unwrap();
                if found != expected {
                    return Err(format!("step {number}: {step:?}, {after:?}, found {found:?}, not {expected:?}"));
                }
            }
            Step::Prune(before) => {
                prune(&tape, *before, &mut list).await?;
                positions = left(&tape).await;
            }
            Step::PruneTo(place) => {
                let to = positions.get(*place).copied().unwrap_or_default();
                tape.prune_to(&realm(), TRACK, to).await.unwrap();
                let kept = left(&tape).await;
                let gone = positions.len() - kept.len();
                if positions.get(gone..) != Some(&kept[..])
                    || kept.iter().filter(|own| **own > to).count() != positions.iter().filter(|own| **own > to).count()
                {
                    return Err(format!("step {number}: of {positions:?} only {kept:?} are left behind {to:?}"));
                }
                list.drain(..gone);
                positions = kept;
            }
            Step::Restart => {
                drop(tape);
                tape = open_small(folder.path());
            }
        }
    }
    Ok(())
}

async fn left(tape: &FileTape) -> Vec<Position> {
    let left = tape.read_after(&realm(), TRACK, Position::START, u32::MAX).await.unwrap();
    left.into_iter().map(|(position, _)| position).collect()
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
