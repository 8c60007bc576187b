//! The tokens by which the search finds words, parts of words and Chinese text on both databases.
//!
//! Tokens hold letters, digits and CJK characters alone, so that no database's own splitting changes them.

use indexmap::IndexSet;

use crate::text::{fold, is_cjk, is_word};

/// The tokens under which a text is found; each once. Of a word its first character and all parts of two and three;
/// of Chinese every character and every two.
///
/// ```
/// assert_eq!(kernel::search::index_tokens("SKF 轴承"), ["s", "sk", "kf", "skf", "轴", "承", "轴承"]);
/// ```
#[must_use]
pub fn index_tokens(text: &str) -> Vec<String> {
    let mut tokens = IndexSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => {
                tokens.extend(word.iter().take(1).map(char::to_string));
                tokens.extend(grams(&word, 2));
                tokens.extend(grams(&word, 3));
            }
            Run::Cjk(chars) => {
                tokens.extend(grams(&chars, 1));
                tokens.extend(grams(&chars, 2));
            }
        }
    }
    tokens.into_iter().collect()
}

/// The tokens that must all be found for a text that is looked for.
///
/// ```
/// assert_eq!(kernel::search::query_tokens("bear 轴承座"), ["bea", "ear", "轴承", "承座"]);
/// assert_eq!(kernel::search::query_tokens("a 轴"), ["a", "轴"]);
/// ```
#[must_use]
pub fn query_tokens(text: &str) -> Vec<String> {
    let mut tokens = IndexSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => tokens.extend(grams(&word, word.len().min(3))),
            Run::Cjk(chars) => tokens.extend(grams(&chars, chars.len().min(2))),
        }
    }
    tokens.into_iter().collect()
}

enum Run {
    Word(Vec<char>),
    Cjk(Vec<char>),
}

/// The words and the stretches of CJK of a text, folded.
fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut joined = false;
    for c in fold(text).chars() {
        match runs.last_mut() {
            Some(Run::Word(word)) if joined && is_word(c) => word.push(c),
            Some(Run::Cjk(chars)) if joined && is_cjk(c) => chars.push(c),
            _ if is_word(c) => runs.push(Run::Word(vec![c])),
            _ if is_cjk(c) => runs.push(Run::Cjk(vec![c])),
            _ => {}
        }
        joined = is_word(c) || is_cjk(c);
    }
    runs
}

fn grams(chars: &[char], length: usize) -> impl Iterator<Item = String> {
    chars.windows(length.max(1)).map(|gram| gram.iter().collect())
}
