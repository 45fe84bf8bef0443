//! Real series through behaviors that a model judges [Numenta Anomaly Benchmark].

use bartizan_device::behavior::ConfidenceLevel;
use bartizan_device::engine::{Engine, Finding, ModelStatus};
use bartizan_wire::Timestamp;

use super::made::*;
use super::nab::series;

#[test]
fn a_model_learns_from_fourteen_days_of_seven_things() {
    let Some(rows) = series("ec2_network_in_257a54") else { return };
    let levels = [("low", ConfidenceLevel::Low), ("medium", ConfidenceLevel::Medium), ("high", ConfidenceLevel::High)];
    let behaviors = levels.iter().map(|(name, level)| behavior(name, "cpu", learned(*level))).collect();
    let mut engine = Engine::new(plan(vec![profile("P", behaviors)]));
    let mut findings: Vec<Finding> = Vec::new();
    let first = rows[0].0;
    let mut boundary = first / PERIOD * PERIOD;
    let mut run = |engine: &mut Engine, shift: i64, change: &dyn Fn(f64) -> f64| {
        for (at, value) in &rows {
            while boundary + PERIOD <= at + shift {
                boundary += PERIOD;
                engine.step(&Everything(1), &tick(boundary), &mut findings);
            }
            for thing in 0..7 {
                let seen = report(&format!("t{thing}"), at + shift + thing, vec![point("cpu", number(change(*value)))]);
                engine.step(&Everything(1), &seen, &mut findings);
            }
        }
    };
    let trainings = |engine: &Engine| engine.trainings().collect::<Vec<_>>();
    let fresh = trainings(&engine);
    assert!(
        fresh
            .iter()
            .all(|one| one.status == ModelStatus::PendingBuild && one.percentage == 0.0 && one.started.is_none())
    );
    run(&mut engine, 0, &|value| value);
    let full = trainings(&engine);
    assert!(full.iter().all(|one| one.percentage == 100.0), "{full:?}");
    assert!(full.iter().all(|one| one.started == Some(Timestamp(first))));
    // the same fourteen days once more, and a day of ten times as much
    run(&mut engine, 14 * DAY, &|value| value);
    let active = trainings(&engine);
    assert!(active.iter().all(|one| one.status == ModelStatus::Active && one.refreshed.is_some()), "{active:?}");
    let restored = Engine::restore(&engine.snapshot(), 0).unwrap();
    assert_eq!(trainings(&restored), active);
    assert_eq!(restored.snapshot(), engine.snapshot());
    let seen = report("t0", rows[rows.len() - 1].0 + 14 * DAY + PERIOD, vec![point("cpu", number(1e12))]);
    engine.step(&Everything(1), &seen, &mut findings);
    let violations = |level: &str| {
        let violation = |finding: &&Finding| matches!(finding, Finding::Alarm(_) | Finding::Refreshed(_));
        findings.iter().filter(|finding| &*finding.verdict().behavior == level).filter(violation).count()
    };
    let [low, medium, high] = ["low", "medium", "high"].map(violations);
    assert!(low >= medium && medium >= high && high > 0, "{low} {medium} {high}");
    // what is not normal is rare, also at the lowest level
    assert!(low < rows.len() * 7 / 5, "{low} of {}", rows.len() * 7);
    assert!(findings.iter().all(|finding| finding.verdict().confidence.is_some()));
    eprintln!("of {} datapoints {low} are abnormal at LOW, {medium} at MEDIUM, {high} at HIGH", rows.len() * 7);
}
