//! Expressions: parsed once into a typed tree that is evaluated here, lowered to predicates, and sent to forms.
//!
//! # The language
//!
//! Rhai's syntax for values, with paths through references and lines. One expression is one value.
//!
//! * Names: a field of this row; `doc.` the document of a line; `let.` a named step; `customer.region` across a
//!   reference; `setting.`, `user.`, `vars.`, `initiator`, `old.`, `new.`, `row.`; `today`, `now`.
//! * Literals: `5`, `1.50` (exact), `"text"` or `'text'`, `true`, `null`, `[1, 2]`, `#{key: value}`.
//! * Operators, loosest first: `||`; `&&`; `==` `!=`; `in` `!in`; `<` `<=` `>` `>=`; `??`; `+` `-`; `*` `/` `%`;
//!   `!` `-`. `/` always gives a decimal. `if a { b } else { c }` is a value.
//! * Null: arithmetic with null is null; a comparison with null is false (`x == null` asks whether there is none); null
//!   as a condition does not hold, so `!x` of a null `x` holds; `x ?? y` gives a default.
//! * Text compares whatever case, width and accents; a literal text becomes the date, id or option that it is compared
//!   with.
//! * Money: amounts of different currencies are not added or compared; an amount times a decimal may be another
//!   currency, an amount divided by an amount is a number.
//! * Functions: see [`function_help`].
//!
//! # The code
//!
//! [`compile`] takes source text and a [`Scope`] to an [`Expr`]; [`eval`] takes it and an [`Env`] to a value; [`lower`]
//! to a predicate for the store; [`to_wire`] to JSON for the interpreter in the browser.

mod ast;
mod check;
mod env;
mod eval;
mod functions;
mod lexer;
mod lower;
mod matches;
mod node;
mod parser;
mod print;
mod reads;
mod scope;
mod template;
mod types;
mod wire;

use std::sync::Arc;

use crate::{
    Diagnostic, Name, Record, Value,
    definition::Condition,
    query::{FieldPath, Predicate},
};
use node::{Base, Node};

pub use ast::Ast;
pub use env::{Env, EvalError, Fault, Fields, Library};
pub use functions::{FunctionHelp, function_help};
pub use reads::{Looked, Read};
pub use scope::{Scope, Types};
pub use template::Template;
pub use types::{Currency, RowType, Type};

/// A typed expression. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    source: Arc<str>,
    ty: Type,
    node: Arc<Node>,
    references: Arc<[Reference]>,
    server: bool,
}

/// Something that an expression reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reference {
    /// A field.
    Field {
        /// Of this entity.
        entity: Name,
        /// Of this line table of it.
        lines: Option<Name>,
        /// Its name; system fields and line tables too.
        field: Name,
        /// Whether it is of the record at hand (or its lines), and not of another one.
        own: bool,
    },
    /// Records of this entity, looked for wherever they are: `at()`, `find()`.
    Rows(Name),
    /// `let.<name>` of the record at hand; what it reads in turn is listed too.
    Let(Name),
    /// `setting.<name>`.
    Setting(Name),
    /// `vars.<name>`.
    Variable(Name),
    /// `decide(<name>)`; what its inputs read is listed too.
    Decision(Name),
    /// `user`, or a field of it.
    User,
    /// `today` or `now`.
    Clock,
}

impl Expr {
    /// Its type.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// The text it was compiled from; a filter's JSON for a filter.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Everything it reads, each once.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        self.references.to_vec()
    }

    /// What it looks at, as parts that can be worked out by themselves: fields, sums of lines, variables, tables. Each
    /// part lists what the whole refers to.
    #[must_use]
    pub fn reads(&self) -> Vec<Read> {
        reads::of(self)
    }

    /// The path, if it is a field of the bare row, perhaps across references: `partner.region`.
    #[must_use]
    pub fn as_path(&self) -> Option<FieldPath> {
        fn path(node: &Node) -> Option<FieldPath> {
            let (mut path, name) = match node {
                Node::Field { base: Base::Bare, name, .. } | Node::Lines { base: Base::Bare, name } => {
                    (Vec::new(), name)
                }
                Node::Field { base: Base::Through { of, .. }, name, .. } => (path(of)?, name),
                _ => return None,
            };
            path.push(name.clone());
            Some(path)
        }
        path(&self.node)
    }

    /// Whether only the server can compute it: it reads with `at`, `find` or `decide`.
    #[must_use]
    pub fn needs_server(&self) -> bool {
        self.server
    }
}

/// Why a condition cannot become a predicate.
#[derive(Clone, Debug, PartialEq)]
pub enum LowerError {
    /// The store cannot compute this; says what and how to write it otherwise.
    NotLowerable(String),
    /// A constant of it cannot be worked out (yet).
    Eval(EvalError),
}

/// Parses source text.
///
/// # Errors
///
/// All syntax errors found, with their places.
pub fn parse(source: &str) -> Result<Ast, Vec<Diagnostic>> {
    parser::parse(source).map_err(|diagnostic| vec![diagnostic])
}

pub(crate) use check::Site;

/// Where source text names fields and entities, in order; nothing where it cannot be parsed.
pub(crate) fn sites(source: &str, scope: &Scope<'_>) -> Vec<Site> {
    parser::parse(source).map(|ast| check::sites(&ast, scope)).unwrap_or_default()
}

/// Parses and types source text.
///
/// # Errors
///
/// All problems found; paths are empty.
pub fn compile(source: &str, scope: &Scope<'_>) -> Result<Expr, Vec<Diagnostic>> {
    check::check(&parse(source)?, source, scope, None)
}

/// The same for a place that wants this type: a formula's field, a default. Text for a choice is checked against its
/// options, text for a date becomes a date.
///
/// # Errors
///
/// All problems found; paths are empty.
pub fn compile_as(source: &str, scope: &Scope<'_>, wanted: &Type) -> Result<Expr, Vec<Diagnostic>> {
    check::check(&parse(source)?, source, scope, Some(wanted))
}

/// Types a condition: an expression that gives a boolean, or a filter.
///
/// # Errors
///
/// All problems found; paths lead into the filter's JSON.
pub fn compile_condition(condition: &Condition, scope: &Scope<'_>) -> Result<Expr, Vec<Diagnostic>> {
    match condition {
        Condition::Expression(source) => compile_as(source, scope, &Type::Bool),
        Condition::Filter(filter) => compile_filter(filter, scope),
    }
}

/// Types a filter; see [`Condition`] for its form.
///
/// # Errors
///
/// All problems found; paths lead into the filter's JSON.
pub fn compile_filter(filter: &serde_json::Value, scope: &Scope<'_>) -> Result<Expr, Vec<Diagnostic>> {
    check::check_filter(filter, scope)
}

/// Works out a value.
///
/// # Errors
///
/// [`EvalError::Needs`] with as many queries at once as can be known, or a [`Fault`].
pub fn eval(expr: &Expr, env: &Env<'_>) -> Result<Value, EvalError> {
    eval::eval(expr, env)
}

/// Works out a condition; null does not hold.
///
/// # Errors
///
/// As [`eval`].
pub fn holds(expr: &Expr, env: &Env<'_>) -> Result<bool, EvalError> {
    Ok(eval(expr, env)? == Value::Bool(true))
}

/// Turns a condition over the bare row into a predicate. What does not read the bare row is worked out by `env`.
///
/// # Errors
///
/// If the store cannot compute it, or a constant cannot be worked out.
pub fn lower(expr: &Expr, env: &Env<'_>) -> Result<Predicate, LowerError> {
    lower::lower(expr, env)
}

/// Whether [`lower`] will succeed, told to the author of a definition.
///
/// # Errors
///
/// What cannot be computed by the store.
pub fn check_lowerable(expr: &Expr) -> Result<(), Diagnostic> {
    lower::check(&expr.node, &Base::Bare).map_err(|message| Diagnostic::error("E0310", "", message))
}

/// Whether a record fits a predicate, with the store's semantics.
///
/// # Errors
///
/// [`EvalError::Needs`] where it reads across a reference that is not known yet.
pub fn matches(predicate: &Predicate, record: &Record, env: &Env<'_>) -> Result<bool, EvalError> {
    matches::matches(predicate, record, env)
}

/// Whether two values are equal to the store: texts by their fold; null equals nothing.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    eval::same(left, right)
}

/// The expression as JSON for the interpreter in the browser.
#[must_use]
pub fn to_wire(expr: &Expr) -> serde_json::Value {
    wire::wire_of(expr)
}
