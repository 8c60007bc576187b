//! Untidy text made tidy: spaces, full-width letters and digits.

/// Trims, makes every run of white space one space, drops characters that cannot be seen, and turns full-width letters
/// and digits into plain ones.
///
/// Full-width punctuation stays: in Chinese text it is right as it is.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // A byte order mark or a zero-width space left by a program.
            '\u{FEFF}' | '\u{200B}'..='\u{200D}' | '\u{2060}' => {}
            c if c.is_whitespace() || c.is_control() => {
                if !tidy.is_empty() && !tidy.ends_with(' ') {
                    tidy.push(' ');
                }
            }
            c => tidy.push(narrow_letter(c)),
        }
    }
    if tidy.ends_with(' ') {
        tidy.pop();
    }
    tidy
}

/// Like [`tidy`] for text of several lines: lines stay, and so do spaces inside them.
#[must_use]
pub fn tidy_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// Like [`tidy`], and with full-width punctuation made plain too, for what is no prose: numbers, dates, codes.
#[must_use]
pub(crate) fn tidy_code(text: &str) -> String {
    tidy(text).chars().map(narrow).collect()
}

/// By which headings, options and names are compared: without case, spaces and punctuation.
///
/// ```
/// assert_eq!(kernel::import::fold_heading(" Unit-Price (EUR)"), "unitpriceeur");
/// ```
#[must_use]
pub fn fold_heading(text: &str) -> String {
    text.chars().map(narrow).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Full-width forms U+FF01 to U+FF5E are the printable ASCII characters, 0xFEE0 further on.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

fn narrow_letter(c: char) -> char {
    let narrowed = narrow(c);
    if narrowed.is_ascii_alphanumeric() { narrowed } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_trimmed_and_collapsed_and_unseen_characters_dropped() {
        assert_eq!(tidy("\u{FEFF}  WHITE \t HANGING\u{00A0}\u{3000}HEART \r\n"), "WHITE HANGING HEART");
        assert_eq!(tidy("a\u{200B}b"), "ab");
        assert_eq!(tidy(" \n "), "");
    }

    #[test]
    fn full_width_letters_become_plain_but_chinese_punctuation_stays() {
        assert_eq!(tidy("ＡＢＣ－１２３，（宁波）"), "ABC－123，（宁波）");
        assert_eq!(tidy_code("１２，３４５．６０"), "12,345.60");
    }

    #[test]
    fn text_of_several_lines_keeps_them() {
        assert_eq!(tidy_lines("  first  \r\n\r\n second "), "first\n\n second");
    }

    #[test]
    fn headings_compare_without_case_spaces_and_punctuation() {
        assert_eq!(fold_heading("Document No."), fold_heading("document_no"));
        assert_eq!(fold_heading("数量（件）"), "数量件");
    }
}
