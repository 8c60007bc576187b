//! Entities as the engine works with them: compiled from [`EntityDefinition`], with everything looked up and typed.

use std::sync::Arc;

use indexmap::IndexMap;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    Name, Value,
    definition::{
        Color, DuplicatesDefinition, DurationUnit, EffectiveDefinition, EntityDefinition, FieldKind, FormerNames,
        Keyed, Locked, OptionDefinition, RetainUnit, RollupHow, RuleLevel, Symbology,
    },
    expression::{Expr, Template},
    field::record_of,
    number::NumberPattern,
};

/// An entity, compiled.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// What its author wrote.
    pub definition: Arc<EntityDefinition>,
    /// The pack it belongs to.
    pub pack: Name,
    /// Fields by name, line tables among them.
    pub fields: IndexMap<Name, Field>,
    /// Lets and formulas, header and lines, in an order in which each finds its inputs ready.
    pub computations: Vec<Computation>,
    /// Rules.
    pub rules: Keyed<Rule>,
    /// States and transitions.
    pub lifecycle: Option<Lifecycle>,
    /// Document numbers.
    pub number: Option<NumberPattern>,
    /// The title.
    pub title: Template,
    /// What the search finds: expressions over the record, or over each line of a table.
    pub search: Vec<(Option<Name>, Expr)>,
    /// The field of type `user` that says whose a record is.
    pub owner: Option<Name>,
    /// The field of type `department`.
    pub department: Option<Name>,
    /// Effective dating.
    pub effective: Option<EffectiveDefinition>,
    /// Sets of fields that no two records share; those of single fields too.
    pub unique: Vec<Vec<Name>>,
    /// What is taken for the same thing entered twice.
    pub duplicates: DuplicatesDefinition,
    /// Indexes for lists.
    pub indexes: Vec<Vec<Name>>,
    /// What people call a record in spreadsheets, the surest first.
    pub found_by: Vec<Name>,
    /// How long records are kept.
    pub retain: Option<Retain>,
}

impl Entity {
    /// Stored fields of the header: all but line tables.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|f| f.kind != FieldKind::Lines)
    }

    /// The name now of a field that is named as it is or as it was.
    #[must_use]
    pub fn name_now(&self, lines: Option<&str>, name: &str) -> Option<&Name> {
        let fields = match lines {
            None => &self.fields,
            Some(lines) => &self.fields.get(self.name_now(None, lines)?)?.fields,
        };
        let now = fields.get_key_value(name);
        now.or_else(|| fields.iter().find(|(_, f)| f.renamed_from.contains(name))).map(|(now, _)| now)
    }

    /// A path as it was noted in the history (`price`, `lines.<id>.price`, `lines.price`) by the names of now; what is
    /// not known stays.
    #[must_use]
    pub fn path_now<'p>(&self, path: &'p str) -> std::borrow::Cow<'p, str> {
        let mut parts = path.splitn(3, '.');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let head = self.name_now(None, first).map_or(first, Name::as_str);
        let inner = third.or(second);
        let tail = inner.map(|inner| self.name_now(Some(first), inner).map_or(inner, Name::as_str));
        if head == first && tail == inner {
            return path.into();
        }
        match (second, third, tail) {
            (Some(line), Some(_), Some(field)) => format!("{head}.{line}.{field}").into(),
            (Some(_), None, Some(field)) => format!("{head}.{field}").into(),
            _ => head.to_owned().into(),
        }
    }

    /// Fields whose values are kept sealed, with their line table.
    pub fn sensitive(&self) -> impl Iterator<Item = (Option<&Name>, &Field)> {
        let lines =
            self.line_tables().flat_map(|table| table.fields.values().map(move |field| (Some(&table.name), field)));
        self.columns().map(|field| (None, field)).chain(lines).filter(|(_, field)| field.sensitive)
    }

    /// Line tables.
    pub fn line_tables(&self) -> impl Iterator<Item = &Field> {
        self.fields.values().filter(|f| f.kind == FieldKind::Lines)
    }
}

/// A field, compiled.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub kind: FieldKind,
    /// What its name was before.
    pub renamed_from: FormerNames,
    /// What it is called in the base language.
    pub label: String,
    /// Whether a value must always be there.
    pub required: bool,
    /// When a value must be there, where that is not always or never.
    pub required_when: Option<Expr>,
    /// Whether no two records may share its value.
    pub unique: bool,
    /// Whether it goes when what is personal is erased.
    pub personal: bool,
    /// Whether its values are kept sealed.
    pub sensitive: bool,
    /// Digits after the point that are stored; 0 for what is no decimal.
    pub scale: u32,
    /// The other entity of a reference; `user`, `department` and `position` for these types.
    pub to: Option<Name>,
    /// The entity of `references`, the entities of `any_reference`: values are no plain ids of theirs.
    pub among: Vec<Name>,
    /// Options of a choice.
    pub options: Keyed<OptionDefinition>,
    /// `options_from`.
    pub options_from: Option<Name>,
    /// Roles that may read it; none: all that may read the record.
    pub read: Option<Vec<Name>>,
    /// Roles that may write it.
    pub write: Option<Vec<Name>>,
    /// The fields of a line.
    pub fields: IndexMap<Name, Field>,
    /// Smallest and greatest value, length or number of lines.
    pub min: Option<Decimal>,
    /// See `min`.
    pub max: Option<Decimal>,
    /// Must be greater than this.
    pub above: Option<Decimal>,
    /// The whole text must match it.
    pub pattern: Option<regex::Regex>,
    /// Characters that are taken out of a text before.
    pub without: Option<String>,
    /// Value of a new record.
    pub default: Option<Expr>,
    /// Whether it is computed by the engine alone (a formula, or compute without override).
    pub computed: bool,
    /// Computed, but people may write their own.
    pub may_override: bool,
    /// Whose value it is.
    pub lookup: Option<Lookup>,
    /// What it counts.
    pub rollup: Option<Rollup>,
    /// When it is shown.
    pub visible: Option<Expr>,
    /// When it cannot be written.
    pub read_only: Option<Expr>,
    /// Fields of this row taken over from the referred record, with the expression over that record.
    pub fills: Keyed<Expr>,
    /// Which records can be chosen: over the other record, with `doc` for this one.
    pub choose: Option<Expr>,
    /// The path or expression that gives a money's currency.
    pub currency: Option<Expr>,
    /// In what a duration counts.
    pub unit: DurationUnit,
    /// The kind of bar code.
    pub symbology: Option<Symbology>,
    /// The series of a number.
    pub series: Option<NumberPattern>,
    /// What a value of JSON must fulfil.
    pub schema: Option<Arc<jsonschema::Validator>>,
}

impl Field {
    /// Whether its values are records of this entity, or lists of them.
    #[must_use]
    pub fn refers_to(&self, entity: &str) -> bool {
        self.to.iter().chain(&self.among).any(|to| to == entity)
    }

    /// The records that a value of this field names.
    #[must_use]
    pub fn records(&self, value: &Value) -> Vec<(Name, Uuid)> {
        match (value, &self.to, self.among.first()) {
            (Value::Id(id), Some(to), _) => vec![(to.clone(), *id)],
            (Value::List(ids), _, Some(of)) => ids.iter().filter_map(Value::as_id).map(|id| (of.clone(), id)).collect(),
            (Value::Text(_), _, Some(_)) => record_of(value).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// A field of a type without anything more: for settings, variables, columns of a file.
    #[must_use]
    pub fn plain(kind: FieldKind) -> Self {
        Self {
            name: Name::new("value"),
            kind,
            renamed_from: FormerNames::default(),
            label: String::new(),
            required: false,
            required_when: None,
            unique: false,
            personal: false,
            sensitive: false,
            scale: crate::field::behaviour(kind).scale,
            to: None,
            among: Vec::new(),
            options: Keyed::new(),
            options_from: None,
            read: None,
            write: None,
            fields: IndexMap::new(),
            min: None,
            max: None,
            above: None,
            pattern: None,
            without: None,
            default: None,
            computed: false,
            may_override: false,
            lookup: None,
            rollup: None,
            visible: None,
            read_only: None,
            fills: Keyed::new(),
            choose: None,
            currency: None,
            unit: DurationUnit::default(),
            symbology: None,
            series: None,
            schema: None,
        }
    }
}

/// How long records are kept, compiled.
#[derive(Clone, Debug)]
pub struct Retain {
    /// So many …
    pub count: u32,
    /// … of these.
    pub unit: RetainUnit,
    /// Counted from this field.
    pub since: Name,
    /// Whether that is a moment, and not a day.
    pub is_moment: bool,
    /// Which records.
    pub filter: Option<Expr>,
}

/// A lookup, compiled. Its value is a computation like a formula's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The reference.
    pub through: Name,
    /// Whether the reference is a field of the record, though the lookup may stand in a line of it.
    pub of_record: bool,
    /// The entity that it refers to.
    pub to: Name,
    /// The field there.
    pub field: Name,
    /// Whether it is kept right when the other record changes.
    pub live: bool,
}

/// A rollup, compiled.
#[derive(Clone, Debug)]
pub struct Rollup {
    /// The entity of the records.
    pub of: Name,
    /// Their field that refers to this record.
    pub by: Name,
    /// What they come to.
    pub how: RollupHow,
    /// The field whose values are taken.
    pub value: Option<Name>,
    /// Which of them.
    pub filter: Option<Expr>,
}

/// A let or formula, in the order of computation.
#[derive(Clone, Debug)]
pub struct Computation {
    /// What it gives.
    pub target: Target,
    /// The expression.
    pub value: Expr,
    /// Only computed in this state (of `compute`).
    pub while_state: Option<Name>,
    /// A value written by a person stays.
    pub may_override: bool,
}

/// What a computation gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `let.<name>`.
    Let(Name),
    /// A field of the header.
    Field(Name),
    /// A field of every line of a table.
    LineField {
        /// The line table.
        lines: Name,
        /// The field.
        field: Name,
    },
}

impl Target {
    /// Where its expression stands in the entity's file.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Let(name) => format!("lets.{name}"),
            Self::Field(name) => format!("fields.{name}"),
            Self::LineField { lines, field } => format!("fields.{lines}.fields.{field}"),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Let(name) => write!(f, "let.{name}"),
            Self::Field(name) => write!(f, "{name}"),
            Self::LineField { lines, field } => write!(f, "{lines}.{field}"),
        }
    }
}

/// A rule, compiled.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Must hold.
    pub unless: Expr,
    /// The line table on whose every line it is tried.
    pub each: Option<Name>,
    /// The field at which it is told.
    pub field: Option<Name>,
    /// Whether it refuses.
    pub level: RuleLevel,
    /// Only tried with this transition.
    pub on: Option<Name>,
    /// What is told, in the base language.
    pub message: Template,
}

/// States and transitions, compiled.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    /// The state of a new record.
    pub start: Name,
    /// The states.
    pub states: Keyed<State>,
    /// The ways between them.
    pub transitions: Keyed<Transition>,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// What it is called in the base language.
    pub label: String,
    /// Its colour.
    pub color: Option<Color>,
    /// Which fields it locks.
    pub locked: Locked,
    /// Whether the record's way ends here.
    pub is_final: bool,
}

impl State {
    /// Whether people may not write this field (or line table) in this state.
    #[must_use]
    pub fn locks(&self, field: &str) -> bool {
        match &self.locked {
            Locked::All(locked) => *locked,
            Locked::Except(but) => !but.except.iter().any(|f| f == field),
        }
    }
}

/// A transition, compiled.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What its button says in the base language.
    pub label: String,
    /// States in which it can be made.
    pub from: Vec<Name>,
    /// The state it leads to.
    pub to: Name,
    /// Fields that must have a value.
    pub requires: Vec<Name>,
    /// What must hold.
    pub when: Option<Expr>,
    /// Fields that are set.
    pub set: Keyed<Expr>,
    /// Whether it starts a workflow of this entity.
    pub workflow: Option<Name>,
    /// The state to which each outcome of the workflow leads.
    pub outcomes: Keyed<Name>,
    /// What is done beside.
    pub steps: Keyed<Step>,
    /// What the reader is asked before.
    pub confirm: Option<String>,
}

/// A step, compiled.
#[derive(Clone, Debug)]
pub enum Step {
    /// Creates a record by a mapping, with further fields.
    Create {
        /// The entity.
        entity: Name,
        /// The mapping.
        mapping: Option<Name>,
        /// Further fields.
        set: Keyed<Expr>,
    },
    /// Changes fields.
    Update {
        /// Fields and values.
        set: Keyed<Expr>,
        /// Only when this holds.
        when: Option<Expr>,
    },
    /// Changes another record.
    UpdateOther {
        /// Which; an id.
        record: Expr,
        /// Its entity.
        entity: Name,
        /// The mapping that fills it.
        mapping: Option<Name>,
        /// Further fields and values, over that record.
        set: Keyed<Expr>,
        /// Only when this holds.
        when: Option<Expr>,
    },
    /// Makes a transition.
    Transition {
        /// Its name.
        name: Name,
        /// Only when this holds.
        when: Option<Expr>,
    },
    /// Makes a new version.
    Copy {
        /// Whether its number is that of the old one with `-R1` appended.
        as_revision: bool,
        /// Fields that are set instead of taken over.
        set: Keyed<Expr>,
    },
    /// Tells people.
    Notify {
        /// Whom; the initiator is who makes the transition.
        to: Vec<crate::workflow::Source>,
        /// What.
        message: Template,
    },
}

/// A mapping, compiled.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The source.
    pub from: Name,
    /// What is made.
    pub to: Name,
    /// Fields.
    pub set: Keyed<Expr>,
    /// Line tables.
    pub lines: Keyed<LinesMapping>,
}

/// How lines are made from lines.
#[derive(Clone, Debug)]
pub struct LinesMapping {
    /// The source's line table.
    pub from: Name,
    /// Which lines.
    pub filter: Option<Expr>,
    /// The fields by which a line of a record that is there already is found.
    pub key: Vec<Name>,
    /// Fields.
    pub set: Keyed<Expr>,
}
