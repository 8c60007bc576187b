//! Keys and tokens of text, as the kernel makes them. The one place that calls them, so that whoever changes them finds
//! what must be written again.

/// The key by which text is compared and sorted.
pub(crate) fn key(text: &str) -> String {
    text.to_lowercase()
}

/// The tokens under which a text is found.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}
