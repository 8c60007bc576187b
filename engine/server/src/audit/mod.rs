//! What is noted for those who look after the system: who signed in, who gave passwords, who took what out. And how it is
//! proved that histories are as they were written: signed roots over the ends of their chains, and the walk over all.

mod key;
mod root;
mod verify;

pub use root::WrittenRoot;
pub use verify::{Finding, Walked};

use serde_json::Value as Json;
use store::AuditRow;
use uuid::Uuid;

use crate::App;

impl App {
    /// Notes what somebody did; nobody is named where nobody is known.
    ///
    /// # Errors
    /// If the store fails: what must be noted and cannot be is not done.
    pub async fn note(&self, user: Option<Uuid>, kind: &str, detail: Json) -> Result<Uuid, store::Error> {
        let row = AuditRow { id: Uuid::now_v7(), at: self.clock().now(), user, kind: kind.to_owned(), detail };
        self.store().note_audit(&row).await?;
        Ok(row.id)
    }
}
