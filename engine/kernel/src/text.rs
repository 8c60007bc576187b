//! The keys by which text is compared and sorted, the same in memory and on both databases.

use pinyin::ToPinyin;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Parts the sort part of a key from the fold. No fold holds it.
const PART: char = '\u{1}';

/// What two texts must share to count as equal: NFKC, lower case, no accents, no control characters, single spaces.
///
/// ```
/// assert_eq!(kernel::text::fold("  Ｃafé\u{0}  Zürich "), "cafe zurich");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() { fold_ascii(text) } else { fold_any(text) }
}

fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut folded, c.to_ascii_lowercase());
    }
    trimmed(folded)
}

fn fold_any(text: &str) -> String {
    let bare: String = text
        .nfkd()
        .flat_map(char::to_lowercase)
        // Lower case and compatibility forms can bring marks of their own.
        .nfkd()
        .filter(|c| !is_accent(*c))
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    let mut folded = String::with_capacity(bare.len());
    for c in bare.nfkc() {
        push(&mut folded, c);
    }
    trimmed(folded)
}

/// Adds a character, white space as one space, control and invisible characters not at all.
fn push(folded: &mut String, c: char) {
    if c.is_whitespace() {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if !is_invisible(c) {
        folded.push(c);
    }
}

fn trimmed(mut folded: String) -> String {
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

/// Marks over Latin, Greek and Cyrillic letters. Others make letters of their own (Japanese が is not か).
pub(crate) fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}')
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The key by which text is compared and sorted: equal keys are equal folds, and the order of the bytes is the order
/// of a list (Chinese by pinyin).
///
/// ```
/// use kernel::text::text_key;
/// assert_eq!(text_key("Acme"), "acme");
/// assert!(text_key("北京") < text_key("上海"));
/// assert!(text_key("西安") < text_key("先锋"));
/// ```
#[must_use]
pub fn text_key(text: &str) -> String {
    let folded = fold(text);
    if folded.is_ascii() {
        return folded;
    }
    let mut sort = String::with_capacity(folded.len() * 3);
    let mut has_pinyin = false;
    for c in folded.chars() {
        if let Some(sound) = c.to_pinyin() {
            has_pinyin = true;
            sort.push_str(sound.plain());
            // The space ends the syllable, so that `xi an` comes before `xian`.
            sort.push(' ');
        }
        sort.push(c);
    }
    if has_pinyin { format!("{sort}{PART}{folded}") } else { folded }
}

/// The fold that a key was made from.
///
/// ```
/// assert_eq!(kernel::text::fold_of_key(&kernel::text::text_key("北京 A")), "北京 a");
/// ```
#[must_use]
pub fn fold_of_key(key: &str) -> &str {
    key.split_once(PART).map_or(key, |(_, folded)| folded)
}

/// Whether a character is written without spaces between words: Chinese, Japanese, Korean.
pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

/// Whether a character is part of a word of letters and digits.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() && !is_cjk(c) && !is_combining_mark(c)
}
