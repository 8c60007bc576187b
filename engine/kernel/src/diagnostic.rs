//! What is wrong with a definition, told to its author: all problems at once, each with its place and a hint.

use serde::{Deserialize, Serialize};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look; does not stop a publish.
    Warning,
    /// Stops a publish.
    Error,
}

/// One problem of one definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code, such as `E0201`; explained in `definitions/README.md`.
    pub code: String,
    /// Whether it stops a publish.
    pub severity: Severity,
    /// The file, relative to the root of its pack, such as `entities/request.json`.
    pub file: String,
    /// The place inside the file: keys joined by dots, such as `fields.partner.to`. Empty for the whole file.
    pub path: String,
    /// What is wrong, in plain words; no full stop at the end.
    pub message: String,
    /// What to do about it, if there is something to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error without a file; [`Diagnostic::in_file`] adds it.
    pub fn error(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            file: String::new(),
            path: path.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// A warning without a file.
    pub fn warning(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, path, message) }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with its file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// The same, `prefix` put before its path.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = match (prefix.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (false, true) => prefix.to_owned(),
            (false, false) => format!("{prefix}.{}", self.path),
        };
        self
    }
}

/// The candidate nearest to `word`, for "did you mean …?", if one is near enough.
///
/// ```
/// assert_eq!(kernel::nearest("parnter", ["partner", "contact"]), Some("partner"));
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance costs as much as both words are long together; what is that long is no slip of the pen.
    if word.len() > 64 {
        return None;
    }
    let limit = 1 + word.chars().count() / 4;
    candidates
        .into_iter()
        .map(|c| (strsim::osa_distance(word, c), c))
        .filter(|(d, _)| *d <= limit)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}
