//! Why a person sees a record or a field of it, or does not: of each of their roles, by the same predicates that decide.

use super::{Access, eval_error, rows::shows};
use crate::{
    Name, Record, Value,
    catalog::{Rights, Role, Rows, field_at},
    definition::ScopeWord,
    expression::{Env, EvalError, matches},
    query::{Comparison, Facts, Operand, Predicate},
    schema::Entity,
};

/// What one role says.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleExplained {
    /// The role.
    pub role: Name,
    /// Which rows it shows.
    pub scope: Scope,
    /// What decided, as the scope came out for this person; none where the role shows no row.
    pub because: Option<Because>,
    /// Whether it shows this record.
    pub shows_row: bool,
    /// Whether and why it shows the field that was asked for, of the rows that it shows.
    pub field: Option<FieldReason>,
}

/// Which rows a role shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None: it says nothing of the entity.
    Nothing,
    /// A word.
    Word(ScopeWord),
    /// A filter.
    Filter,
}

/// Whether and why a role shows a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldReason {
    /// It does.
    Shown,
    /// The role hides it.
    HiddenByRole,
    /// The field names the roles that may read it, and this is none of them.
    NotAmong(Vec<Name>),
    /// It is worked out from fields that the role may not read.
    ReadsHidden,
    /// The role shows no record of the entity.
    NoRows,
}

/// A condition, and whether it holds of the record.
#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// Always, or never.
    Constant(bool),
    /// All of these must hold.
    All(bool, Vec<Because>),
    /// One of these must hold.
    Any(bool, Vec<Because>),
    /// This must not hold.
    Not(bool, Box<Because>),
    /// A field is compared with values.
    Value {
        /// Whether it holds.
        holds: bool,
        /// The field, perhaps across a reference.
        path: Vec<Name>,
        /// `=`, `<`, `in`, `contains`, …
        operator: &'static str,
        /// With what.
        wanted: Vec<Value>,
        /// What the record has, where the field is its own.
        actual: Option<Value>,
    },
    /// Some line must fit.
    Lines(bool, Name),
}

impl Because {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self {
            Self::Constant(holds)
            | Self::All(holds, _)
            | Self::Any(holds, _)
            | Self::Not(holds, _)
            | Self::Value { holds, .. }
            | Self::Lines(holds, _) => *holds,
        }
    }
}

impl Access<'_> {
    /// What each of the person's roles says of a record, and of a field of it.
    ///
    /// # Errors
    ///
    /// [`EvalError::Needs`] where a role's filter crosses a reference that is not known yet.
    pub fn explain(
        &self,
        entity: &Entity,
        record: &Record,
        field: Option<&str>,
        facts: &Facts,
    ) -> Result<Vec<RoleExplained>, EvalError> {
        let env = Env::new(self.ctx, facts, self.catalog);
        self.roles
            .iter()
            .map(|role| {
                let rights = role.can.get(&entity.name);
                let rows = rights.and_then(|rights| rights.read.as_ref());
                let scope = match rows {
                    None => Scope::Nothing,
                    Some(Rows::Word(word)) => Scope::Word(*word),
                    Some(Rows::Filter(_)) => Scope::Filter,
                };
                let because = match rows {
                    None => None,
                    Some(rows) => Some(because(&self.rows(entity, rows).map_err(eval_error)?, record, &env)?),
                };
                Ok(RoleExplained {
                    role: role.definition.name.clone(),
                    scope,
                    shows_row: because.as_ref().is_some_and(Because::holds),
                    because,
                    field: field.map(|path| reason(role, rights, entity, path)),
                })
            })
            .collect()
    }
}

fn reason(role: &Role, rights: Option<&Rights>, entity: &Entity, path: &str) -> FieldReason {
    let Some(rights) = rights.filter(|rights| rights.read.is_some()) else { return FieldReason::NoRows };
    if shows(role, entity, path) {
        return FieldReason::Shown;
    }
    let hides = |hidden: &String| path == hidden || path.strip_prefix(&**hidden).is_some_and(|r| r.starts_with('.'));
    if rights.definition.hide.iter().any(hides) {
        return FieldReason::HiddenByRole;
    }
    let table = path.split_once('.').and_then(|(table, _)| entity.fields.get(table));
    let mut lists = [field_at(entity, path), table].into_iter().flatten().filter_map(|field| field.read.as_ref());
    let not_among = lists.find(|read| !read.contains(&role.definition.name));
    not_among.map_or(FieldReason::ReadsHidden, |read| FieldReason::NotAmong(read.clone()))
}

fn because(predicate: &Predicate, record: &Record, env: &Env<'_>) -> Result<Because, EvalError> {
    let holds = matches(predicate, record, env)?;
    let each = |parts: &[Predicate]| parts.iter().map(|part| because(part, record, env)).collect::<Result<Vec<_>, _>>();
    let value = |path: &[Name], operator, wanted| {
        let actual = match path {
            [own] => Some(record.get(own)),
            _ => None,
        };
        Because::Value { holds, path: path.to_vec(), operator, wanted, actual }
    };
    Ok(match predicate {
        Predicate::True | Predicate::False => Because::Constant(holds),
        Predicate::All(parts) => Because::All(holds, each(parts)?),
        Predicate::Any(parts) => Because::Any(holds, each(parts)?),
        Predicate::Not(inner) => Because::Not(holds, Box::new(because(inner, record, env)?)),
        Predicate::Compare { left: Operand::Path(path), operator, right: Operand::Value(wanted) } => {
            value(path, sign(*operator), vec![wanted.clone()])
        }
        Predicate::Compare { left: Operand::Value(wanted), operator, right: Operand::Path(path) } => {
            value(path, sign(turned(*operator)), vec![wanted.clone()])
        }
        // Of two fields both would have to be told; what is told is that they were compared.
        Predicate::Compare { left: Operand::Path(path), operator, .. } => value(path, sign(*operator), Vec::new()),
        Predicate::Compare { .. } => Because::Constant(holds),
        Predicate::In { operand, values } => value(operand, "in", values.clone()),
        Predicate::IsNull(operand) => value(operand, "empty", Vec::new()),
        Predicate::Contains { operand, text } => value(operand, "contains", vec![Value::text(text)]),
        Predicate::StartsWith { operand, text } => value(operand, "starts_with", vec![Value::text(text)]),
        Predicate::Has { operand, value: wanted } => value(operand, "has", vec![wanted.clone()]),
        Predicate::Some { lines, .. } => Because::Lines(holds, lines.clone()),
    })
}

fn sign(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => "=",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// The same comparison with its sides exchanged.
fn turned(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}
