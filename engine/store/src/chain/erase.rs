//! Erasing values from histories without breaking their chains: a value goes with its salt and leaves its digest.

use kernel::change::{EraseChange, FieldChange};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    Leaf, Salts, comment_leaves,
    content::{ERASED, Proof, leaf_digest},
    event_leaves, history_leaves, split_event,
};
use crate::{Error, connection::Connection, sql::Sql};

/// Erases what the change names from the record's history; its comments, events and imports where they are meant.
pub(crate) async fn erase(connection: &mut Connection, change: &EraseChange) -> Result<(), Error> {
    let mut statements = history(connection, change).await?;
    imports(connection, change, &mut statements).await?;
    if change.comments {
        comments(connection, change.record, &mut statements).await?;
    }
    if change.fields.is_none() {
        events(connection, change.record, &mut statements).await?;
    }
    connection.batch(statements).await?;
    Ok(())
}

/// The salts that are left when these leaves go; none where there were none.
fn without(salts: Option<Vec<u8>>, leaves: &[Leaf<'_>], goes: impl Fn(&Leaf<'_>) -> bool) -> Option<Salts> {
    let salts = Salts::from_bytes(&salts?)?;
    let mut text = Vec::new();
    let each = salts.each(leaves.len()).into_iter().zip(leaves).map(|(proof, leaf)| match proof {
        Proof::Salt(salt) if goes(leaf) => Proof::Digest(leaf_digest(&salt, leaf, &mut text)),
        kept => kept,
    });
    Some(Salts::Each(each.collect()))
}

/// Whether a value of the history is of one of these fields: `phone`, `lines.phone`.
fn is_of(fields: &[String], path: &str, field: &str) -> bool {
    let mut parts = path.split('.');
    let (first, id, within) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let named = match (id, within) {
        (None, _) => first.to_owned(),
        (Some(_), Some(within)) => format!("{first}.{within}"),
        (Some(_), None) => format!("{first}.{field}"),
    };
    // A line table that is named whole goes whole.
    fields.iter().any(|wanted| *wanted == named || (id.is_some() && wanted == first))
}

async fn history(connection: &mut Connection, change: &EraseChange) -> Result<Vec<Sql>, Error> {
    let sql = Sql::fixed("select id, changes, reason, salt from sys_history where record = $1").bind(change.record);
    let goes = |path: &str, field: &str| match &change.fields {
        None => true,
        Some(fields) => !path.is_empty() && is_of(fields, path, field),
    };
    let mut statements = Vec::new();
    for row in connection.rows(sql).await? {
        let id: i64 = row.get(0)?;
        let mut changes: Vec<FieldChange> = row.json(1)?;
        let reason: Option<String> = row.get(2)?;
        let told = reason.as_deref().map(Json::from);
        let leaves = history_leaves(&changes, told.as_ref());
        if !leaves.iter().any(|leaf| goes(leaf.path, leaf.field)) {
            continue;
        }
        let salts = without(row.get(3)?, &leaves, |leaf| goes(leaf.path, leaf.field));
        for FieldChange { path, old, new } in &mut changes {
            for value in [old, new] {
                match value {
                    Json::Null => {}
                    Json::Object(line) if !line.contains_key(ERASED) => {
                        let whole = line.iter_mut().filter(|(field, value)| !value.is_null() && goes(path, field));
                        whole.for_each(|(_, value)| *value = json!({ERASED: true}));
                    }
                    value if goes(path, "") => *value = json!({ERASED: true}),
                    _ => {}
                }
            }
        }
        let reason = if goes("", "reason") { reason.map(|_| String::new()) } else { reason };
        let changes = serde_json::to_string(&changes).map_err(|e| Error::corrupt("a line of the history", e))?;
        statements.push(
            Sql::fixed("update sys_history set changes = $2, reason = $3, salt = $4 where id = $1")
                .bind(id)
                .bind(changes)
                .bind(reason)
                .bind(salts.map(|salts| salts.to_bytes())),
        );
    }
    Ok(statements)
}

/// Imports keep a record as it was before them.
async fn imports(connection: &mut Connection, change: &EraseChange, statements: &mut Vec<Sql>) -> Result<(), Error> {
    let sql = Sql::fixed("select id, before from sys_import_records where record = $1 and before is not null");
    for row in connection.rows(sql.bind(change.record)).await? {
        let (id, before): (i64, String) = (row.get(0)?, row.get(1)?);
        let left = change.fields.as_ref().and_then(|fields| {
            let mut before: Json = serde_json::from_str(&before).ok()?;
            let record = before.as_object_mut()?;
            record.retain(|name, _| !fields.iter().any(|field| field == name));
            for (table, lines) in record.iter_mut() {
                for line in lines.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
                    line.retain(|name, _| !fields.iter().any(|field| *field == format!("{table}.{name}")));
                }
            }
            Some(before.to_string())
        });
        let sql = Sql::fixed("update sys_import_records set before = $2 where id = $1");
        statements.push(sql.bind(id).bind(left));
    }
    Ok(())
}

async fn comments(connection: &mut Connection, record: Uuid, statements: &mut Vec<Sql>) -> Result<(), Error> {
    let sql = Sql::fixed("select id, body, mentions, salt from sys_comments where record = $1").bind(record);
    for row in connection.rows(sql).await? {
        let id: Uuid = row.get(0)?;
        let (text, mentions) = (Json::from(row.get::<String>(1)?), row.json(2)?);
        let salts = without(row.get(3)?, &comment_leaves(&text, &mentions), |_| true);
        statements.push(
            Sql::fixed("update sys_comments set body = '', mentions = '[]', salt = $2 where id = $1")
                .bind(id)
                .bind(salts.map(|salts| salts.to_bytes())),
        );
    }
    // What mentions were told of them.
    statements.push(Sql::fixed("delete from sys_notices where record = $1 and kind = 'mention'").bind(record));
    Ok(())
}

/// The reasons that people gave in the record's workflows, and the variables of those that have ended.
async fn events(connection: &mut Connection, record: Uuid, statements: &mut Vec<Sql>) -> Result<(), Error> {
    let sql = Sql::fixed(
        "select e.instance, e.seq, e.event, e.salt from sys_events e join sys_instances i on i.id = e.instance \
         where i.record = $1",
    );
    for row in connection.rows(sql.bind(record)).await? {
        let (instance, seq): (Uuid, i64) = (row.get(0)?, row.get(1)?);
        let mut event: Json = row.json(2)?;
        if event.get("reason").is_none() {
            continue;
        }
        let (rest, reason) = split_event(&event);
        let salts = without(row.get(3)?, &event_leaves(&rest, reason), |leaf| leaf.field == "reason");
        if let Json::Object(object) = &mut event {
            object.insert("reason".to_owned(), Json::from(""));
        }
        statements.push(
            Sql::fixed("update sys_events set event = $3, salt = $4 where instance = $1 and seq = $2")
                .bind(instance)
                .bind(seq)
                .bind(event.to_string())
                .bind(salts.map(|salts| salts.to_bytes())),
        );
    }
    let sql = Sql::fixed("select id, state from sys_instances where record = $1 and status = 'ended'").bind(record);
    for row in connection.rows(sql).await? {
        let (id, mut state): (Uuid, Json) = (row.get(0)?, row.json(1)?);
        if let Some(variables) = state.get_mut("variables") {
            *variables = json!({});
            let sql = Sql::fixed("update sys_instances set state = $2 where id = $1");
            statements.push(sql.bind(id).bind(state.to_string()));
        }
    }
    let sql = Sql::fixed("update sys_tasks_done set reason = null where record = $1 and reason is not null");
    statements.push(sql.bind(record));
    statements.push(Sql::fixed("delete from sys_notices where record = $1").bind(record));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_known_by_its_path_also_within_a_whole_line() {
        let fields = ["phone".to_owned(), "lines.note".to_owned()];
        assert!(is_of(&fields, "phone", "") && !is_of(&fields, "phones", ""));
        assert!(is_of(&fields, "lines.1.note", "") && is_of(&fields, "lines.1", "note"));
        assert!(!is_of(&fields, "lines.1.price", "") && !is_of(&fields, "lines.1", "price"));
        assert!(is_of(&["lines".to_owned()], "lines.1", "price"));
        assert!(!is_of(&["lines.phone".to_owned()], "phone", ""));
    }
}
