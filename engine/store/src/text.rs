//! Keys and tokens of text, as the kernel makes them. The one place that calls them, so that whoever changes them finds
//! what must be written again.

/// Stands in a key between what it sorts by and the fold.
pub(crate) const PART: &str = "\u{1}";

/// The key by which text is compared and sorted.
pub(crate) fn key(text: &str) -> String {
    kernel::text::text_key(text)
}

/// By what the items of a list are compared.
pub(crate) fn folded(text: &str) -> String {
    kernel::text::fold(text)
}

/// The tokens under which a text is found.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    kernel::search::index_tokens(text)
}
