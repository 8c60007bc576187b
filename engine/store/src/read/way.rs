//! By which way a sorted page is read. Neither planner knows that a page ends after fifty rows and that the owners or
//! departments that a role sees are ranges of an index: of a condition that a third of all records fulfil SQLite would
//! sort that third. So what a condition finds is counted first, up to a bound: where it finds few, the planner is
//! right; where it finds many, the page is read along an index until it is full, either that of the order or, where
//! the reader sees the records of some people or departments, one range for each of them, merged by the order.
//!
//! PostgreSQL weighs the rest itself and is only told of the ranges.

use kernel::{
    Name, Value,
    query::{Comparison, Operand, Predicate, Select},
};

use super::{scope::Scope, select::Key};
use crate::{
    Error,
    dialect::Dialect,
    layout::Layout,
    sql::Sql,
    tables::{header_columns, index_name},
};

/// Up to so many records are sorted without a thought.
const FEW: i64 = 2_000;

/// So many ranges are merged at most; who sees more people's records than that sees so many that the index of the
/// order soon fills a page.
const MOST_RANGES: usize = 64;

/// How a page is read.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// As the planner thinks best.
    Planned,
    /// Along the index of the order.
    Along(String),
    /// Along each of these ranges, merged by the order.
    Merged(Vec<Range>),
}

/// Rows that lie beside each other in an index, in the order of the page.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// Which rows; the whole condition of the page.
    pub(super) filter: Predicate,
    /// The index to read along, where that is not left to the planner.
    pub(super) index: Option<String>,
}

/// The choice of a way.
pub(super) struct Choice {
    /// Statements that tell how many records conditions find, each with the way if they are few; the first that finds few
    /// decides.
    pub(super) probes: Vec<(Sql, Way)>,
    /// The way if all find many.
    pub(super) many: Way,
}

impl Choice {
    /// Whether the probe found so many that sorting them would take long.
    pub(super) fn is_many(found: i64) -> bool {
        found > FEW
    }

    pub(super) fn of(scope: &mut Scope<'_>, select: &Select, keys: &[Key], id_descending: bool) -> Result<Self, Error> {
        let planned = Self { probes: Vec::new(), many: Way::Planned };
        let layout = scope.layout.clone();
        let own = |key: &Key| key.place.alias == scope.alias && key.descending == id_descending;
        if keys.is_empty() || !keys.iter().all(own) {
            return Ok(planned);
        }
        let order: Vec<Name> = keys.iter().map(|key| key.column.field.clone()).collect();
        let parts = match &select.filter {
            Predicate::All(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let dialect = scope.reading.dialect;
        let found = ranges(scope, &order, parts)?;
        let along = layout.indexes.contains(&order).then(|| order_index(&layout, &order)).transpose()?.map(Way::Along);
        let (ranged, gathered, merged) = match found {
            Some(Ranged { part, ranges, gathered }) => (Some(part), gathered, Some(Way::Merged(ranges))),
            None => (None, Vec::new(), None),
        };
        // What is gathered along another way is sorted as a whole: only while it is little.
        let (few, many) = if gathered.is_empty() {
            (None, merged.clone())
        } else {
            (merged.clone(), (dialect == Dialect::Sqlite).then(|| along.clone()).flatten())
        };
        let mut probes = Vec::new();
        if let Some(few) = few {
            probes.push((counted(scope, &Predicate::Any(gathered))?, few));
        }
        if dialect == Dialect::Postgres {
            let one = matches!(&many, Some(Way::Merged(ranges)) if ranges.len() < 2);
            return Ok(Self { probes, many: many.filter(|_| !one).unwrap_or(Way::Planned) });
        }
        let Some(many) = many.or(along) else {
            return Ok(Self { probes, many: Way::Planned });
        };
        if let Some(probe) = search_probe(scope, select) {
            probes.insert(0, (probe, Way::Planned));
            return Ok(Self { probes, many });
        }
        let competing = |(at, part): (usize, &Predicate)| {
            let found = Some(at) != ranged && is_found_by_index(scope, part, &order);
            found.then(|| part.clone())
        };
        let found_by_index: Vec<Predicate> = parts.iter().enumerate().filter_map(competing).collect();
        if !found_by_index.is_empty() {
            probes.insert(0, (counted(scope, &Predicate::All(found_by_index))?, Way::Planned));
            return Ok(Self { probes, many });
        }
        // Nothing competes with ranges; nothing but the order is there to be read along.
        let many = if merged.is_some() { many } else { Way::Planned };
        Ok(Self { probes, many })
    }
}

/// The statement that tells how many records a condition finds, up to a bound.
fn counted(scope: &mut Scope<'_>, condition: &Predicate) -> Result<Sql, Error> {
    let mut sql = Sql::default();
    scope.condition(&mut sql, condition)?;
    let condition = std::mem::take(&mut sql.text);
    sql.text("select count(*) from (select 1");
    scope.write_from(&mut sql);
    sql.text(" where ").text(&condition).text(" limit ").value(FEW + 1).text(") counted");
    Ok(sql)
}

fn order_index(layout: &Layout, order: &[Name]) -> Result<String, Error> {
    let mut columns = header_columns(layout, order)?;
    columns.push("id".to_owned());
    Ok(index_name(false, &layout.table, &columns))
}

/// A part of the condition as ranges of indexes that hold the order as well.
struct Ranged {
    /// Which part.
    part: usize,
    /// The ranges, and at their end what is gathered otherwise.
    ranges: Vec<Range>,
    /// Conditions beside them that other indexes find, across a reference: these have no order.
    gathered: Vec<Predicate>,
}

/// Ranges of a part of the condition, and beside them what is gathered otherwise.
type Split = (Vec<(Name, Predicate)>, Vec<Predicate>);

/// The part of the condition that is best read as ranges of indexes that hold the order as well.
fn ranges(scope: &Scope<'_>, order: &[Name], parts: &[Predicate]) -> Result<Option<Ranged>, Error> {
    let layout = &scope.layout;
    let usable = |field: &Name| leads_to(layout, field, order);
    let mut best: Option<(usize, Split)> = None;
    for (at, part) in parts.iter().enumerate() {
        let Some((found, gathered)) = split(scope, part, order, &usable) else { continue };
        if !found.is_empty()
            && found.len() <= MOST_RANGES
            && best
                .as_ref()
                .is_none_or(|(_, (ranges, others))| (gathered.len(), found.len()) < (others.len(), ranges.len()))
        {
            best = Some((at, (found, gathered)));
        }
    }
    let Some((part, (found, gathered))) = best else { return Ok(None) };
    let others: Vec<Predicate> =
        parts.iter().enumerate().filter(|(other, _)| *other != part).map(|(_, part)| part.clone()).collect();
    let with = |own: Predicate| Predicate::All([own].into_iter().chain(others.iter().cloned()).collect());
    let range = |(field, own): (Name, Predicate)| {
        let columns: Vec<Name> = [field].into_iter().chain(order.iter().cloned()).collect();
        let forced = scope.reading.dialect == Dialect::Sqlite;
        let index = forced.then(|| order_index(layout, &columns)).transpose()?;
        Ok::<_, Error>(Range { filter: with(own), index })
    };
    let mut ranges: Vec<Range> = found.into_iter().map(range).collect::<Result<_, _>>()?;
    ranges.extend(gathered.iter().map(|own| Range { filter: with(own.clone()), index: None }));
    Ok(Some(Ranged { part, ranges, gathered }))
}

/// A condition as ranges, and beside them what an index finds across a reference: the records of one's own customers.
fn split(scope: &Scope<'_>, part: &Predicate, order: &[Name], usable: &impl Fn(&Name) -> bool) -> Option<Split> {
    if let Some(found) = as_ranges(part, usable) {
        return Some((found, Vec::new()));
    }
    let Predicate::Any(each) = part else { return None };
    let (mut found, mut gathered) = (Vec::new(), Vec::new());
    for one in each {
        match as_ranges(one, usable) {
            Some(more) => found.extend(more),
            None if is_found_by_index(scope, one, order) => gathered.push(one.clone()),
            None => return None,
        }
    }
    Some((found, gathered))
}

/// Whether an index holds a field and then the order.
fn leads_to(layout: &Layout, field: &Name, order: &[Name]) -> bool {
    layout.indexes.iter().any(|set| set.first() == Some(field) && set.get(1..) == Some(order))
}

/// A condition as ranges: a field that has one value, and all that holds in this range. None if some of it is no range.
/// A row may lie in several.
fn as_ranges(part: &Predicate, usable: &impl Fn(&Name) -> bool) -> Option<Vec<(Name, Predicate)>> {
    match part {
        Predicate::Compare { left: Operand::Path(path), operator: Comparison::Equal, right: Operand::Value(value) }
        | Predicate::Compare { left: Operand::Value(value), operator: Comparison::Equal, right: Operand::Path(path) } => {
            one_field(path).filter(|field| usable(field)).map(|field| vec![equal(field, value)])
        }
        Predicate::In { operand, values } => {
            let field = one_field(operand).filter(|field| usable(field))?;
            let mut different: Vec<&Value> = Vec::with_capacity(values.len());
            different.extend(values.iter().filter(|value| !value.is_null()));
            different.dedup();
            (!different.is_empty()).then(|| different.into_iter().map(|value| equal(field, value)).collect())
        }
        Predicate::Any(each) => {
            let mut all: Vec<(Name, Predicate)> = Vec::new();
            for one in each {
                for range in as_ranges(one, usable)? {
                    if !all.contains(&range) {
                        all.push(range);
                    }
                }
                if all.len() > MOST_RANGES {
                    return None;
                }
            }
            Some(all)
        }
        Predicate::All(each) => {
            let at = each.iter().position(|one| as_ranges(one, usable).is_some())?;
            let ranges = as_ranges(each.get(at)?, usable)?;
            let others = each.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other.clone());
            let others: Vec<Predicate> = others.collect();
            let with = |own: Predicate| Predicate::All([own].into_iter().chain(others.iter().cloned()).collect());
            Some(ranges.into_iter().map(|(field, own)| (field, with(own))).collect())
        }
        _ => None,
    }
}

fn equal(field: &Name, value: &Value) -> (Name, Predicate) {
    let left = Operand::Path(vec![field.clone()]);
    let right = Operand::Value(value.clone());
    (field.clone(), Predicate::Compare { left, operator: Comparison::Equal, right })
}

fn one_field(path: &[Name]) -> Option<&Name> {
    if let [field] = path { Some(field) } else { None }
}

/// Whether an index finds what a condition holds for, by a field of the record, of what it refers to, or of its lines.
fn is_found_by_index(scope: &Scope<'_>, part: &Predicate, order: &[Name]) -> bool {
    let begins = |layout: &Layout, field: &Name| {
        layout.indexes.iter().chain(&layout.unique).any(|set| set.first() == Some(field))
    };
    match part {
        Predicate::Any(each) => each.iter().all(|one| is_found_by_index(scope, one, order)),
        Predicate::Some { lines, filter } => scope.finds_lines(lines, filter),
        single => match sought(single) {
            Some([field]) => order.first() != Some(field) && begins(&scope.layout, field),
            Some([reference, field]) => {
                let to = scope.layout.column(reference).and_then(|column| column.to.as_ref());
                let layout = to.and_then(|to| scope.reading.layouts.get(scope.reading.schema, to).ok());
                layout.is_some_and(|layout| &**field == "id" || begins(&layout, field))
            }
            _ => false,
        },
    }
}

/// The path that a condition compares with a value.
pub(super) fn sought(part: &Predicate) -> Option<&[Name]> {
    match part {
        Predicate::Compare { left: Operand::Path(path), operator, right: Operand::Value(_) }
        | Predicate::Compare { left: Operand::Value(_), operator, right: Operand::Path(path) }
            if *operator != Comparison::NotEqual =>
        {
            Some(path)
        }
        Predicate::In { operand, .. } => Some(operand),
        _ => None,
    }
}

fn search_probe(scope: &Scope<'_>, select: &Select) -> Option<Sql> {
    let tokens: Vec<&str> = select.tokens.iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
    if tokens.is_empty() {
        return None;
    }
    let mut sql = Sql::default();
    sql.text("select count(*) from (select rowid from ").name(&scope.layout.search).text(" where ");
    scope.reading.dialect.matching(&mut sql, &scope.layout.search, &tokens);
    sql.text(" limit ").value(FEW + 1).text(") counted");
    Some(sql)
}
