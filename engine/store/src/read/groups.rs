//! A list by groups: how many records have each value of a field, and what they come to.

use kernel::{
    Value,
    query::{FieldPath, Predicate, Select},
};

use super::{
    scope::{Reading, Scope},
    select::write_where,
};
use crate::{
    Error, Schema, Store,
    layout::{Column, Storage},
    sql::Sql,
};

/// What is asked of a list by groups.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// The field whose values make the groups.
    pub by: FieldPath,
    /// A number that is summed, and of which records.
    pub sum: Option<(FieldPath, Predicate)>,
    /// How many groups at most.
    pub most: u32,
}

/// The records that have one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The value.
    pub value: Value,
    /// How many records have it.
    pub count: u64,
    /// Their sum, where one was asked for and some of them has a number.
    pub sum: Option<Value>,
}

impl Store {
    /// The groups of a list, by the order of their values (its filter, tokens and trash; the rest does not matter).
    pub async fn groups(&self, schema: &dyn Schema, select: &Select, grouping: &Grouping) -> Result<Vec<Group>, Error> {
        let Grouped { sql, by, sum } = Grouped::new(self.reading(schema), select, grouping)?;
        let read = |row: &crate::connection::Row| {
            let sum = match &sum {
                Some(column) => Some(self.dialect().decode(column, row, 2)?).filter(|sum| !sum.is_null()),
                None => None,
            };
            let count = u64::try_from(row.get::<i64>(1)?).unwrap_or_default();
            Ok(Group { value: self.dialect().decode(&by, row, 0)?, count, sum })
        };
        self.list_rows(sql).await?.iter().map(read).collect()
    }
}

struct Grouped {
    sql: Sql,
    by: Column,
    sum: Option<Column>,
}

impl Grouped {
    fn new(reading: Reading<'_>, select: &Select, grouping: &Grouping) -> Result<Self, Error> {
        let mut scope = Scope::header(reading, &select.entity)?;
        let by = scope.place(&grouping.by)?;
        if matches!(by.column.storage, Storage::List | Storage::Ids | Storage::Parts) {
            return Err(Error::Condition(format!("{} holds several values", by.column.field)));
        }
        let mut sql = Sql::default();
        sql.text("select ");
        by.write(&mut sql);
        sql.text(", count(*)");
        let mut sum = None;
        if let Some((path, counted)) = &grouping.sum {
            let place = scope.place(path)?;
            if !matches!(place.column.storage, Storage::Integer | Storage::Decimal) {
                return Err(Error::Condition(format!("{} is no number", place.column.field)));
            }
            scope.leading = false;
            sql.text(", sum(case when coalesce((");
            scope.condition(&mut sql, counted)?;
            sql.text("), false) then ");
            place.write(&mut sql);
            sql.text(" end)");
            scope.leading = true;
            sum = Some(Column { storage: Storage::Decimal, ..place.column });
        }
        let start = std::mem::take(&mut sql.text);
        write_where(&mut sql, &mut scope, &select.filter, select)?;
        sql.text(" group by ");
        by.write(&mut sql);
        sql.text(" order by ");
        by.write(&mut sql);
        sql.text(reading.dialect.order(false)).text(" limit ").value(i64::from(grouping.most));
        let end = std::mem::replace(&mut sql.text, start);
        scope.write_from(&mut sql);
        sql.text(&end);
        Ok(Self { sql, by: by.column, sum })
    }
}
