//! Random calls, merges and restarts, compared with the reference in memory.

use bartizan_policy::MemorySeries;
use bartizan_policy::series::contract::model::{Call, call};
use bartizan_policy::series::contract::sample::realm;
use bartizan_tape::FileSeries;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

#[derive(Debug, Clone)]
enum Step {
    Call(Call),
    Merge,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![8 => call().prop_map(Step::Call), 1 => Just(Step::Merge), 1 => Just(Step::Restart)]
}

#[test]
fn merged_and_started_again_it_does_as_the_reference_does() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&vec(step(), 1..40), |steps| {
        let compared = runtime.block_on(async { tokio::spawn(compare(steps)).await.unwrap() });
        compared.map_err(TestCaseError::fail)
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

async fn compare(steps: Vec<Step>) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let (reference, mut series) = (MemorySeries::new(), FileSeries::open(folder.path()).unwrap());
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Call(call) => {
                let expected = call.make(&reference, &realm(1)).await;
                let actual = call.make(&series, &realm(1)).await;
                if expected != actual {
                    return Err(format!("call {number}, {call:?}: expected {expected}, got {actual}"));
                }
            }
            Step::Merge => drop(series.merge().await.unwrap()),
            Step::Restart => {
                drop(series);
                series = FileSeries::open(folder.path()).unwrap();
            }
        }
    }
    Ok(())
}
