//! Patterns of titles and messages: `{number} {customer.title}`.

use super::{Env, EvalError, Expr, Scope};
use crate::Diagnostic;

/// A compiled pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Value(Expr),
}

impl Template {
    /// Compiles a pattern. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    ///
    /// All problems found; paths are empty.
    pub fn compile(pattern: &str, scope: &Scope<'_>) -> Result<Self, Vec<Diagnostic>> {
        let _ = scope;
        Ok(Self { parts: vec![Part::Text(pattern.to_owned())] })
    }

    /// The expressions in it.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|p| match p {
            Part::Value(expr) => Some(expr),
            Part::Text(_) => None,
        })
    }

    /// Fills the pattern in. A value that is null leaves nothing; a document number that is not given yet leaves
    /// [`NUMBER_MARK`](crate::change::NUMBER_MARK).
    ///
    /// # Errors
    ///
    /// As [`super::eval`].
    pub fn render(&self, env: &Env<'_>) -> Result<String, EvalError> {
        let _ = env;
        Ok(self.parts.iter().map(|p| if let Part::Text(t) = p { t.as_str() } else { "" }).collect())
    }

    /// The parts as JSON for the interpreter in the browser: texts as strings, expressions as objects.
    #[must_use]
    pub fn to_wire(&self) -> serde_json::Value {
        serde_json::Value::Array(Vec::new())
    }
}
