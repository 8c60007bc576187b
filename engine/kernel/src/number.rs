//! Document numbers: `QT-{yyyy}{MM}-{seq:4}`.

use chrono::{Datelike, NaiveDate};

use crate::{Diagnostic, change::Numbering};

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberPattern {
    before: Vec<Part>,
    digits: usize,
    after: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    ShortYear,
    Month,
    Day,
}

impl NumberPattern {
    /// Compiles a pattern: text, `{yyyy}`, `{yy}`, `{MM}`, `{dd}`, and once `{seq:n}` or `{seq}`.
    ///
    /// # Errors
    ///
    /// If a placeholder is not known, or `{seq}` does not stand there once.
    pub fn compile(pattern: &str) -> Result<Self, Diagnostic> {
        let wrong = |told: String| {
            Diagnostic::error("E0220", "", told).hint("text, {yyyy}, {yy}, {MM}, {dd}, and once {seq:4}")
        };
        let mut parts: (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
        let mut digits = None;
        let mut rest = pattern;
        while !rest.is_empty() {
            let side = if digits.is_none() { &mut parts.0 } else { &mut parts.1 };
            if let Some(inner) = rest.strip_prefix('{') {
                let Some((word, tail)) = inner.split_once('}') else {
                    return Err(wrong("a `{` is not closed".into()));
                };
                match word {
                    "yyyy" => side.push(Part::Year),
                    "yy" => side.push(Part::ShortYear),
                    "MM" => side.push(Part::Month),
                    "dd" => side.push(Part::Day),
                    _ if word == "seq" || word.starts_with("seq:") => {
                        if digits.is_some() {
                            return Err(wrong("`{seq}` stands there twice".into()));
                        }
                        let width =
                            word.strip_prefix("seq:").unwrap_or("1").parse().ok().filter(|w| (1..=12).contains(w));
                        digits = Some(width.ok_or_else(|| wrong(format!("`{{{word}}}` has no width from 1 to 12")))?);
                    }
                    _ => return Err(wrong(format!("`{{{word}}}` is not known"))),
                }
                rest = tail;
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                let (text, tail) = rest.split_at(end);
                side.push(Part::Text(text.to_owned()));
                rest = tail;
            }
        }
        match digits {
            Some(digits) => Ok(Self { before: parts.0, digits, after: parts.1 }),
            None => Err(wrong("`{seq}` is missing".into())),
        }
    }

    /// Whether this pattern can have given a number, on whatever day.
    #[must_use]
    pub fn fits(&self, number: &str) -> bool {
        let before = self.before.iter().try_fold(number, |rest, part| part.strip(rest, false));
        let rest = before.and_then(|rest| self.after.iter().rev().try_fold(rest, |rest, part| part.strip(rest, true)));
        rest.is_some_and(|digits| digits.len() >= self.digits && digits.bytes().all(|b| b.is_ascii_digit()))
    }

    /// The number to be given to a record of this entity on this day.
    #[must_use]
    pub fn on(&self, entity: &str, day: NaiveDate) -> Numbering {
        let write = |parts: &[Part]| -> String {
            parts
                .iter()
                .map(|p| match p {
                    Part::Text(t) => t.clone(),
                    Part::Year => format!("{:04}", day.year()),
                    Part::ShortYear => format!("{:02}", day.year().rem_euclid(100)),
                    Part::Month => format!("{:02}", day.month()),
                    Part::Day => format!("{:02}", day.day()),
                })
                .collect()
        };
        let before = write(&self.before);
        Numbering { series: format!("{entity}/{before}"), before, digits: self.digits, after: write(&self.after) }
    }
}

impl Part {
    /// What is left of a text without this part at its beginning, or at its end.
    fn strip<'t>(&self, text: &'t str, at_end: bool) -> Option<&'t str> {
        let width = match self {
            Self::Text(t) if at_end => return text.strip_suffix(t.as_str()),
            Self::Text(t) => return text.strip_prefix(t.as_str()),
            Self::Year => 4,
            Self::ShortYear | Self::Month | Self::Day => 2,
        };
        let cut = if at_end { text.len().checked_sub(width)? } else { width };
        let (left, right) = text.split_at_checked(cut)?;
        let (taken, rest) = if at_end { (right, left) } else { (left, right) };
        taken.bytes().all(|b| b.is_ascii_digit()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_knows_the_numbers_that_it_gives() {
        let pattern = NumberPattern::compile("QT-{yyyy}{MM}-{seq:4}/{yy}").unwrap();
        let given = pattern.on("request", NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
        assert!(pattern.fits(&format!("{}0123{}", given.before, given.after)));
        assert!(pattern.fits("QT-202611-12345/26"), "a sequence outgrows its width");
        for other in ["", "QT-202611-123/26", "QT-202611-0123", "QT-20261-0123/26", "QT-202611-01a3/26", "é"] {
            assert!(!pattern.fits(other), "{other}");
        }
    }

    #[test]
    fn a_series_begins_anew_when_the_text_before_the_sequence_changes() {
        let pattern = NumberPattern::compile("QT-{yyyy}{MM}-{seq:4}").unwrap();
        let november = pattern.on("request", NaiveDate::from_ymd_opt(2026, 11, 30).unwrap());
        let december = pattern.on("request", NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
        assert_eq!((november.before.as_str(), november.digits), ("QT-202611-", 4));
        assert_ne!(november.series, december.series);
    }

    #[test]
    fn a_pattern_without_one_sequence_is_told() {
        for bad in ["QT-{yyyy}", "{seq}{seq:2}", "{sq}", "{seq:0}", "{seq"] {
            assert!(NumberPattern::compile(bad).is_err(), "{bad}");
        }
    }
}
