//! Changes of many records at once. Each record is changed by itself, under the rights and rules that hold for it, with
//! a commit of its own; what became of each is kept. It goes on in the background, and by another process if this one
//! ends; a record that was changed is not changed again, since each change bears a key of its own.

mod action;
mod select;
mod undo;
mod work;

pub use action::Action;
pub use select::Selection;

use std::time::Duration;

use kernel::{Name, Rejection};
use store::{BulkRow, IdempotencyKey};
use uuid::Uuid;

use crate::{App, Failure, Scene, read::known_entity};

/// So many records are changed at once at most.
pub const MOST: usize = 5_000;
/// A process that has not been heard of for so long has ended.
const LEASE: chrono::Duration = chrono::Duration::seconds(60);
/// Changes of many are kept so long, and can be undone.
pub(crate) const KEEP: chrono::Duration = chrono::Duration::days(30);

impl App {
    /// Begins to change many records, or finds what began with the same key.
    ///
    /// # Errors
    /// If the change cannot be one of these records, or they are too many.
    pub async fn begin_bulk(
        &self,
        user: Uuid,
        entity: &str,
        action: Action,
        selection: &Selection,
        key: Option<IdempotencyKey>,
    ) -> Result<BulkRow, Failure> {
        if let Some(key) = &key
            && let Some(before) = self.store().bulk_of_key(key).await?
        {
            return same(key, before);
        }
        let scene = self.scene(Some(user));
        let name = known_entity(&scene, entity)?.name.clone();
        action.check(&scene, &name)?;
        let rows = selection.rows(self, &scene, &name).await?;
        let bulk = BulkRow {
            id: Uuid::now_v7(),
            entity: name,
            created_by: user,
            created_at: scene.now,
            status: "running".into(),
            action: serde_json::to_value(&action).unwrap_or_default(),
            request_hash: key.as_ref().map(|key| key.request_hash.clone()),
        };
        let until = scene.now + LEASE;
        match self.store().create_bulk(&bulk, &rows, key.as_ref(), self.node(), until).await? {
            Some(before) => match &key {
                Some(key) => same(key, before),
                None => Ok(before),
            },
            None => {
                self.carry_on(bulk.clone());
                Ok(bulk)
            }
        }
    }

    /// Waits until a change of many has come to its end, but not longer than this; as it is then.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn bulk_after(&self, id: Uuid, patience: Duration) -> Result<Option<BulkRow>, Failure> {
        let ended = async {
            let mut pause = tokio::time::interval(Duration::from_millis(20));
            loop {
                pause.tick().await;
                let found = self.store().bulk(id).await?;
                if found.as_ref().is_none_or(|bulk| matches!(bulk.status.as_str(), "done" | "undone")) {
                    return Ok(found);
                }
            }
        };
        match tokio::time::timeout(patience, ended).await {
            Ok(found) => found,
            Err(_) => Ok(self.store().bulk(id).await?),
        }
    }

    /// Goes on with changes of many that a process left behind.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover_bulk(&self) -> Result<(), Failure> {
        let now = self.clock().now();
        for bulk in self.store().take_bulk(self.node(), now, now + LEASE).await? {
            self.carry_on(bulk);
        }
        Ok(())
    }

    /// Works on it in the background.
    fn carry_on(&self, bulk: BulkRow) {
        let app = self.clone();
        tokio::spawn(async move {
            let id = bulk.id;
            let worked = if bulk.status == "undoing" { app.undo_rows(bulk).await } else { app.do_rows(bulk).await };
            if let Err(error) = worked {
                // Its lease runs out, and whoever looks next goes on with it.
                tracing::error!(%error, %id, "a change of many records was broken off");
            }
        });
    }
}

fn same(key: &IdempotencyKey, before: BulkRow) -> Result<BulkRow, Failure> {
    if before.request_hash.as_deref() == Some(key.request_hash.as_str()) { Ok(before) } else { Err(Failure::KeyReused) }
}

fn forbidden(message: impl Into<String>) -> Failure {
    Rejection::Forbidden { message: message.into() }.into()
}

/// Whether somebody may change records of an entity in this way at all.
fn must_be_able(
    scene: &Scene,
    entity: &Name,
    may: impl FnOnce(&kernel::rights::Access<'_>) -> bool,
) -> Result<(), Failure> {
    let ctx = scene.ctx();
    if may(&scene.access(&ctx)) {
        Ok(())
    } else {
        Err(forbidden(format!("this cannot be done with records of `{entity}`")))
    }
}
