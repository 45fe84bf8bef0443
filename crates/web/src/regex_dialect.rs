//! Regular expressions: what can be compiled for judging requests is taken, and nothing else [WAF developer guide, regex
//! pattern support].

use bartizan_inspect::PatternsBuilder;

use crate::complaint::Complaint;

/// What is wrong with an expression, if anything: look-around, back-references, conditions, verbs, possessive and atomic
/// groups are not taken, and what would become too large.
#[must_use]
pub fn review(written: &str, field: &'static str) -> Option<Complaint> {
    let error = PatternsBuilder::new().regex(written).err()?;
    Some(Complaint::new(field, written, format!("The regular expression cannot be used: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::review;

    #[test]
    fn what_is_written_for_the_vendor_is_taken() {
        for written in [
            r"a.c",
            r"(?i)SELECT\s+",
            r"(a|b)+?c",
            r"[[:digit:]]{2,3}",
            r"(?<year>\d{4})",
            r"a\/b\'c\%",
            r"\x2e\.[^\s]",
        ] {
            assert_eq!(review(written, "STATEMENT"), None, "{written}");
        }
    }

    #[test]
    fn what_takes_more_than_linear_time_is_refused() {
        for written in [
            r"(?=a)",
            r"(?!a)",
            r"(?<=a)",
            r"(?<!a)",
            r"(a)\1",
            r"(?>a)",
            r"a++",
            r"a*+",
            r"a?+",
            r"(?R)",
            r"(?1)",
            r"(?(1)a)",
            r"(*FAIL)",
            r"\C",
            r"\R",
            r"\K",
            r"a\",
            r"(",
            r"[a",
            r"a{1000}{1000}",
        ] {
            let told = review(written, "REGEX_PATTERN_SET").map(|complaint| (complaint.field, complaint.parameter));
            assert_eq!(told, Some(("REGEX_PATTERN_SET", written.to_owned())));
        }
    }
}
