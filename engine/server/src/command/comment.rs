//! Writes a comment on a record; people that it mentions and that may see the record are told.

use std::sync::Arc;

use kernel::{
    Record, Rejection,
    change::{Change, Comment, Notice},
    query::{Facts, Outcome},
    schema::Entity,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Longest comment, in characters.
const LONGEST: usize = 10_000;

/// Writes a comment.
#[derive(Clone, Debug)]
pub struct WriteComment {
    /// The record's entity.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// The text; `@[name](user id)` mentions a person.
    pub text: String,
}

/// What is read before.
#[derive(Debug)]
pub struct Place {
    entity: Arc<Entity>,
    record: Record,
    /// People that are mentioned and may see the record.
    told: Vec<Uuid>,
}

impl Command for WriteComment {
    type Known = Place;
    type Done = Uuid;

    async fn read(&self, app: &App, scene: &Scene) -> Result<Place, Failure> {
        let seen = app.see(scene, &self.entity, self.id).await?;
        let mut told = Vec::new();
        for user in mentions(&self.text) {
            if Some(user) != scene.user && !told.contains(&user) && app.may_read(user, &seen.record).await {
                told.push(user);
            }
        }
        Ok(Place { entity: seen.entity, record: seen.record, told })
    }

    fn decide(&self, scene: &Scene, place: &Place, _: &Facts) -> Outcome<Decided<Uuid>> {
        let text = self.text.trim();
        let length = text.chars().count();
        if length == 0 || length > LONGEST {
            let code = if length == 0 { "required" } else { "too_long" };
            let told = format!("expected 1 to {LONGEST} characters, but found {length}");
            return Outcome::Rejected(Rejection::invalid("text", code, told));
        }
        let mut ids = scene.ctx().ids;
        let id = ids.next();
        let entity = place.entity.name.clone();
        let record = place.record.id;
        let comment =
            Comment { id, entity: entity.clone(), record, text: text.to_owned(), mentions: place.told.clone() };
        let mut changes = vec![Change::Comment(comment)];
        changes.extend(place.told.iter().map(|user| {
            Change::Notify(Notice {
                id: ids.next(),
                user: *user,
                kind: "mention".into(),
                entity: Some(entity.clone()),
                record: Some(record),
                body: json!({"message": text, "by": scene.user}),
            })
        }));
        Outcome::Decided(Decided { changes, done: id })
    }
}

/// The people that a text mentions: `@[name](user id)`.
fn mentions(text: &str) -> Vec<Uuid> {
    text.split("@[")
        .skip(1)
        .filter_map(|part| {
            let (_, rest) = part.split_once("](")?;
            let (id, _) = rest.split_once(')')?;
            Uuid::parse_str(id).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_mentioned_by_their_id() {
        let text = "Ask @[Li Na](0193f1a0-0000-7000-8000-000000000001) and @[nobody](x) or @[broken";
        assert_eq!(mentions(text), [Uuid::parse_str("0193f1a0-0000-7000-8000-000000000001").unwrap()]);
    }
}
