//! The tokens by which the search finds words, parts of words and Chinese text on both databases.

/// The tokens under which a text is found; each once.
#[must_use]
pub fn index_tokens(text: &str) -> Vec<String> {
    let _ = text;
    Vec::new()
}

/// The tokens that must all be found for a text that is looked for.
#[must_use]
pub fn query_tokens(text: &str) -> Vec<String> {
    let _ = text;
    Vec::new()
}
