//! What hangs together in an entity: which places a formula, a rule or a condition reads at once.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    Name,
    expression::{Expr, Reference},
    schema::{Entity, Field, Target},
};

/// A place of a record that somebody changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A field of the header.
    Field(Name),
    /// A cell of a line that was there before and after.
    Cell { table: Name, line: Uuid, field: Name },
    /// A line that came or went.
    Line { table: Name, line: Uuid, came: bool },
    /// The order of a table.
    Order(Name),
}

impl Place {
    /// Its path, as in the history.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Field(name) | Self::Order(name) => name.to_string(),
            Self::Cell { table, line, field } => format!("{table}.{line}.{field}"),
            Self::Line { table, line, .. } => format!("{table}.{line}"),
        }
    }

    fn table(&self) -> Option<&Name> {
        match self {
            Self::Field(_) => None,
            Self::Cell { table, .. } | Self::Line { table, .. } | Self::Order(table) => Some(table),
        }
    }

    fn line(&self) -> Option<Uuid> {
        match self {
            Self::Field(_) | Self::Order(_) => None,
            Self::Cell { line, .. } | Self::Line { line, .. } => Some(*line),
        }
    }
}

/// Something that is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Read {
    /// A field of the header.
    Field(Name),
    /// A field of the line at hand.
    Row(Name, Name),
    /// A field of all lines; none: which lines there are.
    Table(Name, Option<Name>),
    /// Lines that come.
    Came(Name),
}

/// Places that are read at once.
#[derive(Debug)]
pub(super) struct Link {
    reads: HashSet<Read>,
    /// The value that is computed from them, where people may write over it: what is written later stands.
    overridable: Option<Read>,
}

/// How a link reads a place.
struct Hit {
    field: bool,
    row: bool,
    table: bool,
}

impl Link {
    /// Whether it reads both. Two lines of one table do not meet in a sum over it, unless the one is written over it.
    pub(super) fn joins(&self, a: &Place, b: &Place) -> bool {
        let (hit_a, hit_b) = (self.hit(a), self.hit(b));
        if !hit_a.any() || !hit_b.any() {
            return false;
        }
        if a.table().is_none() || a.table() != b.table() {
            return true;
        }
        let written = |place: &Place| {
            matches!((place, &self.overridable), (Place::Cell { table, field, .. }, Some(Read::Row(t, f)))
                if table == t && field == f)
        };
        a.line().is_some() && a.line() == b.line() || written(a) && hit_b.table || written(b) && hit_a.table
    }

    fn hit(&self, place: &Place) -> Hit {
        let any = |wanted: &dyn Fn(&Read) -> bool| self.reads.iter().any(wanted);
        match place {
            Place::Field(name) => {
                Hit { field: self.reads.contains(&Read::Field(name.clone())), row: false, table: false }
            }
            Place::Cell { table, field, .. } => Hit {
                field: false,
                row: self.reads.contains(&Read::Row(table.clone(), field.clone())),
                table: self.reads.contains(&Read::Table(table.clone(), Some(field.clone()))),
            },
            Place::Line { table, came, .. } => Hit {
                field: *came && self.reads.contains(&Read::Came(table.clone())),
                row: any(&|read| matches!(read, Read::Row(t, _) if t == table)),
                table: any(&|read| matches!(read, Read::Table(t, _) if t == table)),
            },
            // No formula that is worked out anew in any case minds the order.
            Place::Order(table) => Hit {
                field: false,
                row: false,
                table: self.overridable.is_some() && any(&|read| matches!(read, Read::Table(t, _) if t == table)),
            },
        }
    }
}

impl Hit {
    fn any(&self) -> bool {
        self.field || self.row || self.table
    }
}

/// All links of an entity.
pub(super) fn links(entity: &Entity) -> Vec<Link> {
    let mut links = Vec::new();
    // Formulas stand in the order of their dependence, so what one reads is known before it.
    let mut behind: HashMap<Read, HashSet<Read>> = HashMap::new();
    for step in &entity.computations {
        let (target, row) = match &step.target {
            Target::Let(_) => (None, None),
            Target::Field(name) => (Some(Read::Field(name.clone())), None),
            Target::LineField { lines, field } => (Some(Read::Row(lines.clone(), field.clone())), Some(lines)),
        };
        let mut reads = reads(entity, &step.value, row, &behind);
        let overridable = target.clone().filter(|_| step.may_override);
        // What a person writes over it hangs on the same inputs, whose change takes it back.
        reads.extend(overridable.clone());
        if let Some(target) = target {
            behind.entry(target).or_default().extend(reads.iter().cloned());
        }
        links.push(Link { reads, overridable });
    }
    for rule in entity.rules.values() {
        let reads = reads(entity, &rule.unless, rule.each.as_ref(), &behind);
        links.push(Link { reads, overridable: None });
    }
    let mut pair = |a: Read, b: Read| links.push(Link { reads: [a, b].into(), overridable: None });
    for field in entity.columns() {
        for expr in tied(field) {
            for read in reads(entity, expr, None, &behind) {
                pair(Read::Field(field.name.clone()), read);
            }
        }
    }
    for table in entity.line_tables() {
        for field in table.fields.values() {
            for expr in tied(field) {
                for read in reads(entity, expr, Some(&table.name), &behind) {
                    pair(Read::Row(table.name.clone(), field.name.clone()), read);
                }
            }
            let defaults = field.default.iter().flat_map(|expr| reads(entity, expr, Some(&table.name), &behind));
            for read in defaults.filter(|read| matches!(read, Read::Field(_))) {
                pair(Read::Came(table.name.clone()), read);
            }
        }
    }
    links
}

/// The conditions that bind a field's value to others. What hides a field binds it where a value must be there.
fn tied(field: &Field) -> impl Iterator<Item = &Expr> {
    let needed = field.required || field.required_when.is_some();
    let shown = field.visible.as_ref().filter(|_| needed);
    let all = [field.choose.as_ref(), field.read_only.as_ref(), field.currency.as_ref(), field.required_when.as_ref()];
    all.into_iter().flatten().chain(shown)
}

/// What an expression reads of the record at hand, through formulas as well. `row` is the table whose line it is
/// worked out for.
fn reads(entity: &Entity, expr: &Expr, row: Option<&Name>, behind: &HashMap<Read, HashSet<Read>>) -> HashSet<Read> {
    let references = expr.references();
    let own = |reference: &Reference| match reference {
        Reference::Field { entity: of, lines, field, own: true } if *of == entity.name => {
            Some((lines.clone(), field.clone()))
        }
        _ => None,
    };
    let is_table = |name: &Name| entity.line_tables().any(|table| table.name == *name);
    let found: Vec<(Option<Name>, Name)> = references.iter().filter_map(own).collect();
    let mut reads = HashSet::new();
    for (lines, field) in &found {
        match lines {
            None if is_table(field) => drop(reads.insert(Read::Table(field.clone(), None))),
            None => drop(reads.insert(Read::Field(field.clone()))),
            Some(table) => {
                let in_row = row == Some(table);
                // A line's formula may read its own line, and all lines beside.
                let in_table = !in_row || found.iter().any(|(lines, name)| lines.is_none() && name == table);
                if in_row {
                    reads.insert(Read::Row(table.clone(), field.clone()));
                }
                if in_table {
                    reads.insert(Read::Table(table.clone(), Some(field.clone())));
                }
            }
        }
    }
    for read in reads.clone() {
        match &read {
            Read::Table(table, Some(field)) => {
                let of_each = behind.get(&Read::Row(table.clone(), field.clone())).into_iter().flatten();
                reads.extend(of_each.map(|read| match read {
                    Read::Row(table, field) => Read::Table(table.clone(), Some(field.clone())),
                    other => other.clone(),
                }));
            }
            other => reads.extend(behind.get(other).into_iter().flatten().cloned()),
        }
    }
    reads
}
