//! By which way SQLite reads a sorted page. Its planner does not know that a page ends after fifty rows: of a condition
//! that a third of all records fulfil it would sort that third. So what a condition finds is counted first, up to a
//! bound: where it finds few, the planner is right; where it finds many, the page is read along the index of its order
//! until it is full. PostgreSQL weighs this itself.

use kernel::query::{Comparison, Operand, Predicate, Select};

use super::{scope::Scope, select::Key};
use crate::{
    Error,
    dialect::Dialect,
    sql::Sql,
    tables::{header_columns, index_name},
};

/// Up to so many records are sorted without a thought.
const FEW: i64 = 2_000;

/// Conditions at the top that an index could find, and the index of the order that they compete with.
pub(super) struct Way {
    /// The statement that tells how many the conditions find; greater than [`FEW`] means many.
    pub(super) probe: Sql,
    /// The index to read along if they are many.
    pub(super) index: String,
}

impl Way {
    /// Whether the page is read along the order, by what the probe found.
    pub(super) fn along_order(found: i64) -> bool {
        found > FEW
    }

    pub(super) fn of(
        scope: &mut Scope<'_>,
        select: &Select,
        keys: &[Key],
        id_descending: bool,
    ) -> Result<Option<Self>, Error> {
        if scope.reading.dialect != Dialect::Sqlite || keys.is_empty() {
            return Ok(None);
        }
        let layout = scope.layout.clone();
        let own = |key: &Key| key.place.alias == scope.alias && key.descending == id_descending;
        let order: Vec<_> = keys.iter().map(|key| key.column.field.clone()).collect();
        if !keys.iter().all(own) || !layout.indexes.contains(&order) {
            return Ok(None);
        }
        let mut columns = header_columns(&layout, &order)?;
        columns.push("id".to_owned());
        let index = index_name(false, &layout.table, &columns);
        if let Some(probe) = search_probe(scope, select) {
            return Ok(Some(Self { probe, index }));
        }
        let parts = match &select.filter {
            Predicate::All(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut found_by_index = Vec::new();
        for part in parts {
            let Some(field) = sought(part) else { continue };
            // An index that holds what is sought and then the order needs no sorting at all.
            if layout.indexes.iter().any(|set| set.first() == Some(field) && set.get(1..) == Some(order.as_slice())) {
                return Ok(None);
            }
            if order.first() != Some(field)
                && layout.indexes.iter().chain(&layout.unique).any(|set| set.first() == Some(field))
            {
                found_by_index.push(part.clone());
            }
        }
        if found_by_index.is_empty() {
            return Ok(None);
        }
        let mut sql = Sql::default();
        scope.condition(&mut sql, &Predicate::All(found_by_index))?;
        let condition = std::mem::take(&mut sql.text);
        sql.text("select count(*) from (select 1 from ").name(&layout.table).text(" ").text(&scope.alias);
        sql.text(" where ").text(&condition).text(" limit ").value(FEW + 1).text(") counted");
        Ok(Some(Self { probe: sql, index }))
    }
}

/// The field of the record itself that a condition compares with a value.
fn sought(part: &Predicate) -> Option<&kernel::Name> {
    let path = match part {
        Predicate::Compare { left: Operand::Path(path), operator, right: Operand::Value(_) }
        | Predicate::Compare { left: Operand::Value(_), operator, right: Operand::Path(path) }
            if *operator != Comparison::NotEqual =>
        {
            path
        }
        Predicate::In { operand, .. } => operand,
        _ => return None,
    };
    if let [field] = path.as_slice() { Some(field) } else { None }
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
