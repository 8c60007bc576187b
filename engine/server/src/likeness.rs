//! Gives records from before their entity asked for it the keys by which near ones are found.

use kernel::{
    Name,
    definition::Likeness,
    query::{Predicate, Select},
    save::near_keys,
    schema::Entity,
};
use store::NearIndex;

use crate::{App, Failure};

/// Records that get their keys together.
const TOGETHER: u32 = 500;

impl App {
    /// Looks whether all records have the keys that the definitions now ask for, and gives those that lack them theirs.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn index_near(&self) -> Result<(), Failure> {
        let catalog = self.published().catalog.clone();
        for entity in catalog.entities.values() {
            let rules = rules(entity);
            if rules.is_empty() {
                continue;
            }
            let known = self.store().near_index(&entity.name).await?.filter(|index| index.rules == rules);
            let mut index = known.unwrap_or(NearIndex { rules, after: None, done: false });
            while !index.done {
                let mut select = all_of(entity);
                select.after = index.after.map(|id| kernel::query::Cursor { keys: Vec::new(), id });
                let page = self.store().select(catalog.as_ref(), &select).await?;
                let keys = page.rows.iter().map(|row| (row.record.id, near_keys(entity, &row.record))).collect();
                index.after = page.rows.last().map(|row| row.record.id).or(index.after);
                index.done = page.next.is_none();
                self.store().index_near(&entity.name, keys, index.clone()).await?;
            }
        }
        Ok(())
    }
}

/// What is compared, as text.
fn rules(entity: &Entity) -> String {
    let near = |likeness: &Likeness| match likeness {
        Likeness::Near(near) => Some(format!("{} {} {}", near.near, near.distance, near.with.join(","))),
        Likeness::Same(_) => None,
    };
    entity.duplicates.suspect.iter().filter_map(near).collect::<Vec<_>>().join("; ")
}

fn all_of(entity: &Entity) -> Select {
    let fields = entity.duplicates.suspect.iter().flat_map(|likeness| match likeness {
        Likeness::Near(near) => [&near.near].into_iter().chain(&near.with).cloned().collect::<Vec<Name>>(),
        Likeness::Same(_) => Vec::new(),
    });
    Select {
        entity: entity.name.clone(),
        columns: fields.map(|field| vec![field]).collect(),
        filter: Predicate::True,
        tokens: Vec::new(),
        sort: Vec::new(),
        after: None,
        limit: TOGETHER,
        flags: Vec::new(),
        deleted: false,
    }
}
