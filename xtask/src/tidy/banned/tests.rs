use super::*;

fn lines(check: fn(&Source) -> Vec<Finding>, path: &str, text: &str) -> Vec<usize> {
    check(&Source::parse(path, text)).into_iter().map(|finding| finding.line).collect()
}

#[test]
fn engines_are_pure() {
    assert!(is_engine("crates/host/src/engine/apt.rs") && is_engine("crates/host/src/engine.rs"));
    assert!(!is_engine("crates/host/src/api/engine_state.rs"));
    let path = "crates/host/src/engine/apt.rs";
    assert_eq!(lines(impure, path, "use std::collections::BTreeMap; // no HashMap\nfn operand() {}\n"), [0; 0]);
    assert_eq!(
        lines(impure, path, "use std::collections::HashMap;\nasync fn f() {}\nlet t = Instant::now();\n"),
        [1, 2, 3]
    );
    assert_eq!(lines(impure, path, "#[cfg(test)]\nmod tests {\n use std::fs;\n}\n"), [0; 0]);
}

#[test]
fn sql_is_not_in_strings() {
    let path = "crates/server/src/wire.rs";
    assert_eq!(lines(sql_in, path, "f(\"SELECT one of the rooms\");\ng(\"UPDATE the baseline\");\n"), [0; 0]);
    assert_eq!(lines(sql_in, path, "f(\"SELECT a FROM b\");\nf(\"INSERT INTO b\");\n// SELECT a FROM b\n"), [1, 2]);
    let test = "#[cfg(test)]\nmod tests {\n f(\"DELETE FROM entry\");\n}\n";
    assert_eq!(lines(sql_in, path, test), [3]);
    assert_eq!(lines(sql_in, "crates/ledger-sqlite/src/lib.rs", test), [0; 0]);
    assert_eq!(lines(sql_in, "crates/ledger-sqlite/src/lib.rs", "f(\"PRAGMA journal_mode\");\n"), [1]);
}

#[test]
fn http_types_stay_at_the_edge() {
    let path = "crates/access/src/keys.rs";
    assert_eq!(lines(http_in, path, "use crate::http::Thing;\nlet a = \"http://x\";\n"), [0; 0]);
    assert_eq!(lines(http_in, path, "use http::Request;\nfn f(r: hyper::Body) {}\n"), [1, 2]);
}

#[test]
fn clocks_are_passed_in() {
    assert_eq!(lines(clock_in, "crates/policy/src/cx.rs", "let t = cx.now;\n"), [0; 0]);
    assert_eq!(lines(clock_in, "crates/policy/src/cx.rs", "let t = std::time::SystemTime::now();\n"), [1]);
    assert_eq!(lines(clock_in, "crates/protocol/src/body.rs", "Instant::now();\nSystemTime::now();\n"), [2]);
    assert_eq!(lines(clock_in, "crates/policy/tests/it/main.rs", "let t = std::time::Instant::now();\n"), [0; 0]);
}

#[test]
fn only_the_life_cycle_commits() {
    let path = "crates/host/src/api/update.rs";
    assert_eq!(lines(commits_in, path, "tx.commit()?;\nlifecycle::commit(cx)?;\n"), [0; 0]);
    assert_eq!(lines(commits_in, path, "cx.ledger.commit(&batch).await?;\n"), [1]);
    assert_eq!(lines(commits_in, path, "cx.ledger\n    .commit(&batch)\n"), [2]);
}

#[test]
fn protocol_names_no_room() {
    let path = "crates/protocol/src/route.rs";
    assert_eq!(lines(rooms_in, path, "let host = parts.header(\"host\");\n"), [0; 0]);
    assert_eq!(lines(rooms_in, path, "use bartizan_host::operations;\nif t == \"AmazonSSM\" {}\n"), [1, 2]);
}

#[test]
fn nothing_is_left_to_do() {
    let path = "crates/host/src/lib.rs";
    assert_eq!(lines(unfinished_in, path, "// todo!() is banned\nlet todo = 1;\n"), [0; 0]);
    assert_eq!(lines(unfinished_in, path, "todo!()\nunimplemented!()\ndbg!(x);\n#[ignore]\n"), [1, 2, 3, 4]);
    assert_eq!(lines(unfinished_in, path, "#[ignore = \"started by the test below\"]\n#[ignore = \"slow\"]\n"), [2]);
    assert_eq!(lines(unfinished_in, "crates/host/tests/it/main.rs", "assert!(true);\n"), [1]);
}
