//! [`Pattern`]: ARNs with `*` for any characters, and `?` for one.

/// A pattern of ARNs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// True if the pattern covers the whole text. Takes at most the product of both lengths.
    pub(super) fn fits(&self, text: &str) -> bool {
        // `reached[n]`: the first n characters of the pattern cover what was read so far.
        let mut reached = vec![false; self.0.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        self.pass_stars(&mut reached);
        for character in text.chars() {
            let mut next = vec![false; reached.len()];
            for (index, (token, _)) in self.0.iter().zip(&reached).enumerate().filter(|(_, (_, at))| **at) {
                let goes_to = match token {
                    '*' => index,
                    '?' => index + 1,
                    exact if *exact == character => index + 1,
                    _ => continue,
                };
                if let Some(place) = next.get_mut(goes_to) {
                    *place = true;
                }
            }
            self.pass_stars(&mut next);
            reached = next;
        }
        reached.last().copied().unwrap_or_default()
    }

    /// A star also covers nothing.
    fn pass_stars(&self, reached: &mut [bool]) {
        for (index, _) in self.0.iter().enumerate().filter(|(_, token)| **token == '*') {
            if let (Some(true), Some(place)) = (reached.get(index).copied(), reached.get_mut(index + 1)) {
                *place = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_whole_names() {
        let arn = "arn:aws:sns:us-east-1:123456789012:alarms";
        for pattern in [arn, "*", "arn:*", "*alarms", "arn:aws:sns:*:*:alarms", "arn:aws:sns:us-east-?:*:a*s", "**"] {
            assert!(Pattern::new(pattern).fits(arn), "{pattern}");
        }
        for pattern in ["", "arn:aws:sns", "alarms", "arn:aws:sns:*:*:alarm", "?", "*alarms?", "ARN:*"] {
            assert!(!Pattern::new(pattern).fits(arn), "{pattern}");
        }
        assert!(Pattern::new("").fits(""));
    }

    #[test]
    fn many_stars_cost_no_more() {
        assert!(!Pattern::new(&"*a".repeat(60)).fits(&"b".repeat(2_000)));
    }
}
