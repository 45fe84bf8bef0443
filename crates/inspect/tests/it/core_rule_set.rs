//! Regular expressions that people really use: those of the OWASP Core Rule Set, from Debian's source package.

use std::path::Path;

use bartizan_inspect::PatternsBuilder;

use crate::corpora::corpus;

/// The expressions of a file of rules: what stands between `"@rx ` and the closing quote, which may be escaped inside.
fn expressions(path: &Path) -> Vec<String> {
    // a rule may go on in the next line
    let text = std::fs::read_to_string(path).unwrap().replace("\\\n", "");
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let Some((_, rest)) = line.split_once("\"@rx ").or_else(|| line.split_once("\"!@rx ")) else { continue };
        let mut expression = String::new();
        let mut characters = rest.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                '\\' => match characters.next() {
                    Some('"') => expression.push('"'),
                    Some(next) => expression.extend(['\\', next]),
                    None => {}
                },
                other => expression.push(other),
            }
        }
        found.push(expression);
    }
    found
}

#[test]
fn the_core_rule_set_compiles() {
    let Some(folder) = corpus("coreruleset-3.3.4/rules") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "conf"));
    files.sort();
    let all: Vec<String> = files.iter().flat_map(|path| expressions(path)).collect();
    let mut builder = PatternsBuilder::new();
    let mut refused = Vec::new();
    for expression in &all {
        if let Err(why) = builder.regex(expression) {
            refused.push(format!("{why}: {expression}"));
        }
    }
    let patterns = builder.build().unwrap();
    eprintln!("{} expressions, {} refused, {} without a text", all.len(), refused.len(), patterns.unfiltered());
    assert_eq!(all.len(), 265);
    // these look around, refer back or do not give back
    assert_eq!(refused.len(), 7, "{}", refused.join("\n"));
    assert!(refused.iter().all(|why| why.contains("which is not supported")), "{}", refused.join("\n"));
    // for most there is something to look for first
    assert!(patterns.unfiltered() <= 31, "{}", patterns.unfiltered());
}
