//! Works records out anew: what the kernel makes of a slice of them.

use std::sync::Arc;

use kernel::{
    Catalog, Name, Record,
    query::{Facts, Outcome},
    rebuild::{Rebuild, Rebuilt},
    rights::Access,
    save::{Saving, Suspects},
};
use store::RebuiltRow;

use crate::{App, Failure, Scene};

/// The kernel may ask so often.
const ROUNDS: usize = 8;

/// A record, and what becomes of it.
pub(super) type Made = (Record, Rebuilt);

impl App {
    /// The scene in which records are worked out by definitions that are not in force yet.
    pub(crate) fn scene_of(&self, next: &Arc<Catalog>) -> Scene {
        let settings = Arc::new(self.firm().values(next));
        self.sealing(self.scene(None).by(Arc::clone(next), settings))
    }

    /// What becomes of records.
    ///
    /// # Errors
    /// If the store fails, or the kernel refuses or asks without end.
    pub(super) async fn rebuilt(
        &self,
        scene: &Scene,
        rebuild: &Rebuild,
        records: Vec<Record>,
    ) -> Result<Vec<Made>, Failure> {
        let mut facts = Facts::new();
        for _ in 0..ROUNDS {
            let (made, needs) = ask(scene, rebuild, &records, &facts)?;
            if needs.is_empty() {
                return Ok(records.into_iter().zip(made).collect());
            }
            let answers = self.store().answer(&*scene.catalog, &needs).await?;
            for (query, answer) in needs.into_iter().zip(answers) {
                facts.insert(query, answer);
            }
        }
        Err(Failure::Unsettled(ROUNDS))
    }
}

fn ask(
    scene: &Scene,
    rebuild: &Rebuild,
    records: &[Record],
    facts: &Facts,
) -> Result<(Vec<Rebuilt>, Vec<kernel::query::Query>), Failure> {
    let ctx = scene.ctx();
    let access = Access::engine(&scene.catalog, &ctx);
    let saving = Saving {
        catalog: &scene.catalog,
        ctx: &ctx,
        facts,
        access: &access,
        source: "publish",
        batch: None,
        suspects: Suspects::Pass,
    };
    let (mut made, mut needs) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        match rebuild.record(&saving, record) {
            Outcome::Decided(rebuilt) => made.push(rebuilt),
            Outcome::Needs(queries) => {
                for query in queries {
                    if !needs.contains(&query) {
                        needs.push(query);
                    }
                }
            }
            Outcome::Rejected(rejection) => return Err(rejection.into()),
        }
    }
    Ok((made, needs))
}

/// The rows as the store writes them.
pub(super) fn as_rows(made: &[Made]) -> Vec<RebuiltRow> {
    let row = |(record, rebuilt): &Made| RebuiltRow {
        id: record.id,
        version: record.version,
        header: rebuilt.header.clone(),
        lines: rebuilt.lines.clone(),
    };
    made.iter().map(row).collect()
}

/// Fields by their paths.
pub(super) fn paths<'n>(fields: impl Iterator<Item = (Option<&'n Name>, &'n Name)>) -> Vec<String> {
    fields.map(|(lines, field)| lines.map_or_else(|| field.to_string(), |lines| format!("{lines}.{field}"))).collect()
}
