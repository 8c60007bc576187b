//! The life of an import: uploaded, checked, run, undone.

use std::{path::Path, sync::Arc, time::Instant};

use document::Limits;
use kernel::{
    Rejection,
    import::{Cell, Import, Inference, Inferred, Reading},
    rights::Access,
};
use store::ImportRow;
use uuid::Uuid;

use super::{
    Plan, Suggestion,
    saver::Saver,
    source::{Rows, SourceFile},
    state::{Began, ImportState, Status},
    suggest,
    worker::Worker,
};
use crate::{App, Failure, Scene, events::Happened, nodes::Told};

/// Rows of the sample.
const SAMPLE: usize = 20;
/// How often it is tried to stop what is being noted.
const ATTEMPTS: usize = 10;
/// Between two notes of how far an import is.
const NOTE_EVERY: std::time::Duration = std::time::Duration::from_millis(300);

/// A file that somebody brings.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// The sheet, if not the first.
    pub sheet: Option<String>,
}

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// The import.
    pub row: ImportRow,
    /// What its beginning says.
    pub state: ImportState,
    /// What could be made of it.
    pub suggestion: Suggestion,
}

impl App {
    /// Takes in a file, looks at its beginning and says what could be made of it.
    ///
    /// # Errors
    /// If it is no spreadsheet, or the store fails.
    pub async fn upload_import(&self, user: Option<Uuid>, upload: Upload) -> Result<Uploaded, Failure> {
        let Upload { name, content, sheet } = upload;
        self.may_import_anything(user)?;
        let (content, state) = look(name.clone(), content, sheet).await?;
        let scene = self.scene(user);
        let row = ImportRow {
            id: Uuid::now_v7(),
            created_at: scene.now,
            created_by: user,
            file_name: name,
            status: Status::Uploaded.as_str().into(),
            done: 0,
            total: 0,
            state: json(&state),
        };
        let suggestion = suggest::suggest(self, &scene, &state.headings).await?;
        self.store().create_import(&row, content).await?;
        Ok(Uploaded { row, state, suggestion })
    }

    /// Whoever may import nothing leaves no files here.
    pub(crate) fn may_import_anything(&self, user: Option<Uuid>) -> Result<(), Failure> {
        let scene = self.scene(user);
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        if scene.catalog.entities.keys().any(|entity| access.may_import(entity)) {
            return Ok(());
        }
        Err(Rejection::Forbidden { message: "files cannot be imported by you".into() }.into())
    }

    /// An import that its owner, or who looks after the system, may see.
    ///
    /// # Errors
    /// If there is none, or the store fails.
    pub async fn import_of(&self, user: Option<Uuid>, id: Uuid) -> Result<ImportRow, Failure> {
        let found = self.store().import(id).await?;
        let scene = self.scene(user);
        let ctx = scene.ctx();
        let admin = Access::new(&scene.catalog, &ctx).is_admin();
        found
            .filter(|row| admin || row.created_by == user)
            .ok_or_else(|| Rejection::NotFound { kind: "import".into(), id: id.to_string() }.into())
    }

    /// What the columns of an import's file are likely meant as, by all its rows.
    ///
    /// # Errors
    /// If there is no such import of theirs, the file cannot be read, or the store fails.
    pub async fn infer_columns(&self, user: Option<Uuid>, id: Uuid) -> Result<Vec<(String, Inferred)>, Failure> {
        let row = self.import_of(user, id).await?;
        let content = self.store().import_file(id).await?.unwrap_or_default();
        let file = SourceFile::of(&content, &row.file_name).map_err(|e| unreadable(&e.into()))?;
        drop(content);
        let mut rows = Rows::begin(file, read(&row).sheet).await.map_err(|e| unreadable(&e))?;
        let reading = Reading { from_1904: rows.from_1904, zone: self.firm().zone() };
        let mut columns = vec![Inference::default(); rows.headings.len()];
        let nothing = Cell::default();
        while let Some(piece) = rows.next().await {
            for row in piece.map_err(|e| unreadable(&e))? {
                for (at, column) in columns.iter_mut().enumerate() {
                    column.see(row.cells.get(at).unwrap_or(&nothing), reading);
                }
            }
        }
        let told = rows.headings.iter().cloned().zip(columns.iter().map(Inference::told));
        Ok(told.filter(|(heading, _)| !heading.is_empty()).collect())
    }

    /// Takes another sheet of the file than the first that has rows.
    ///
    /// # Errors
    /// If there is no such sheet, or the import has begun.
    pub async fn choose_sheet(&self, user: Option<Uuid>, id: Uuid, sheet: String) -> Result<(), Failure> {
        let mut row = self.import_of(user, id).await?;
        let state = read(&row);
        if state.sheet == sheet {
            return Ok(());
        }
        is_at_rest(&row.status)?;
        let content = self.store().import_file(id).await?.unwrap_or_default();
        let (_, looked) = look(row.file_name.clone(), content, Some(sheet)).await?;
        row.state = json(&ImportState { plan: state.plan, ..looked });
        let status = row.status.clone();
        if self.store().update_import(&row, &status).await? { Ok(()) } else { Err(is_taken()) }
    }

    /// Checks (`write` false) or runs an import in the background; tells at once that it has begun.
    ///
    /// # Errors
    /// If it cannot begin.
    pub async fn start_import(
        &self,
        user: Option<Uuid>,
        id: Uuid,
        plan: Option<Plan>,
        write: bool,
    ) -> Result<ImportRow, Failure> {
        let (row, import) = self.begin_import(user, id, plan, write).await?;
        let (app, begun) = (self.clone(), row.clone());
        tokio::spawn(async move { app.carry_out(user, begun, import, write).await });
        Ok(row)
    }

    /// The same for somebody who waits for the end.
    ///
    /// # Errors
    /// If it cannot begin.
    pub async fn run_import(
        &self,
        user: Option<Uuid>,
        id: Uuid,
        plan: Option<Plan>,
        write: bool,
    ) -> Result<ImportRow, Failure> {
        let (row, import) = self.begin_import(user, id, plan, write).await?;
        self.carry_out(user, row, import, write).await;
        self.import_of(user, id).await
    }

    async fn begin_import(
        &self,
        user: Option<Uuid>,
        id: Uuid,
        plan: Option<Plan>,
        write: bool,
    ) -> Result<(ImportRow, Arc<Import>), Failure> {
        let mut row = self.import_of(user, id).await?;
        let mut state = read(&row);
        let plan = plan
            .or_else(|| state.plan.clone())
            .ok_or_else(|| Rejection::invalid("import", "required", "Expected a mapping, but none was chosen"))?;
        let scene = self.scene(user);
        let import = plan.compile(&scene)?;
        may_import(&scene, &import)?;
        import.layout(&state.headings).map_err(Rejection::Invalid)?;
        state.begin(plan, scene.now);
        state.hide_sample(&import);
        let before =
            std::mem::replace(&mut row.status, if write { Status::Running } else { Status::Checking }.as_str().into());
        is_at_rest(&before)?;
        (row.done, row.state) = (0, json(&state));
        if !self.claim_import(&row, &before).await? {
            return Err(is_taken());
        }
        self.store().clear_import(id).await?;
        Ok((row, import))
    }

    /// Goes on with an import whose process was ended in the midst of it: what is in is passed over.
    pub(super) async fn resume_import(&self, mut row: ImportRow) -> Result<(), Failure> {
        let mut state = read(&row);
        let scene = self.scene(row.created_by);
        let plan = state.plan.clone().ok_or_else(|| Rejection::invalid("import", "required", "Expected a mapping"))?;
        let import = plan.compile(&scene)?;
        may_import(&scene, &import)?;
        state.began = Some(Began { at: scene.now, done: row.done });
        row.state = json(&state);
        let app = self.clone();
        tokio::spawn(async move { app.carry_out(row.created_by, row, import, true).await });
        Ok(())
    }

    /// Stops an import under way, or a dry run: soon, at the end of a piece. What is in stays if `keep`, and can be
    /// undone later; else it is taken back.
    ///
    /// # Errors
    /// If there is none, or it is not under way.
    pub async fn stop_import(&self, user: Option<Uuid>, id: Uuid, keep: bool) -> Result<ImportRow, Failure> {
        for _ in 0..ATTEMPTS {
            let mut row = self.import_of(user, id).await?;
            let before = std::mem::replace(&mut row.status, Status::Stopping.as_str().into());
            if !["running", "checking"].contains(&before.as_str()) {
                let message = format!("expected an import that is under way, but it is {before}");
                return Err(Rejection::state("wrong_state", message).into());
            }
            let mut state = read(&row);
            (state.keeps, state.stopped) = (keep, before == "running");
            row.state = json(&state);
            if self.store().update_import(&row, &before).await? {
                self.tell_import(&row);
                return Ok(row);
            }
        }
        Err(Failure::Busy)
    }

    /// Works the file through. A file that breaks off half-way takes back what it made.
    async fn carry_out(&self, user: Option<Uuid>, mut row: ImportRow, import: Arc<Import>, write: bool) {
        let mut working = row.status.clone();
        let _held = self.hold_import(row.id);
        let worked = self.work_through(user, &mut row, import, write).await;
        let end = match worked {
            Ok(()) if write => Status::Done,
            Ok(()) => Status::Checked,
            Err(Broken::Stopped) => {
                working = Status::Stopping.as_str().into();
                self.end_stopped(&mut row, write).await
            }
            Err(broken) => {
                self.break_off(&mut row, &broken, write).await;
                Status::Failed
            }
        };
        let mut state = read(&row);
        state.ended_at = Some(self.clock().now());
        row.state = json(&state);
        row.status = end.as_str().into();
        if let Err(error) = self.store().update_import(&row, &working).await {
            tracing::error!(import = %row.id, %error, "the end of an import could not be noted");
        }
        self.tell_import(&row);
    }

    /// What was wanted of the one who stopped it.
    async fn end_stopped(&self, row: &mut ImportRow, write: bool) -> Status {
        let asked = match self.store().import(row.id).await {
            Ok(Some(asked)) => read(&asked),
            _ => ImportState::default(),
        };
        let mut state = read(row);
        (state.keeps, state.stopped) = (asked.keeps, true);
        let end = match (write, asked.keeps) {
            (false, _) => Status::Uploaded,
            (true, true) => Status::Done,
            (true, false) => match self.take_back(row.id, false).await {
                Ok(kept) => {
                    state.keep(kept);
                    Status::Undone
                }
                Err(error) => {
                    tracing::error!(import = %row.id, ?error, "an import that was stopped could not be undone");
                    Status::Failed
                }
            },
        };
        row.state = json(&state);
        end
    }

    async fn break_off(&self, row: &mut ImportRow, broken: &Broken, write: bool) {
        let mut state = read(row);
        state.failure = Some(broken.told());
        if let Broken::Failed(error) = broken {
            tracing::error!(import = %row.id, ?error, "an import broke off");
        }
        if write {
            match self.take_back(row.id, false).await {
                Ok(kept) => state.keep(kept),
                Err(error) => tracing::error!(import = %row.id, ?error, "an import that broke off could not be undone"),
            }
        }
        row.state = json(&state);
    }

    async fn work_through(
        &self,
        user: Option<Uuid>,
        row: &mut ImportRow,
        import: Arc<Import>,
        write: bool,
    ) -> Result<(), Broken> {
        let state = read(row);
        let content = self.store().import_file(row.id).await.map_err(Failure::from)?.unwrap_or_default();
        let file = SourceFile::of(&content, &row.file_name).map_err(document::Error::from)?;
        drop(content);
        let mut rows = Rows::begin(file, state.sheet.clone()).await?;
        let layout = import.layout(&rows.headings).map_err(|p| Failure::from(Rejection::Invalid(p)))?;
        let reading = Reading { from_1904: rows.from_1904, zone: self.firm().zone() };
        let saver = Saver { app: self, user, batch: row.id, write, imagined: std::collections::HashMap::new() };
        let mut worker = Worker::new(import, layout, reading, saver, state);
        if write {
            worker.resume().await?;
        }
        let worked = self.pump(&mut rows, &mut worker, row).await;
        row.state = json(&worker.state);
        worked
    }

    /// Hands the file to the worker piece by piece, and notes now and then how far it is.
    async fn pump(&self, rows: &mut Rows, worker: &mut Worker<'_>, row: &mut ImportRow) -> Result<(), Broken> {
        let mut noted = Instant::now();
        let from = worker.state.checkpoint.from;
        let before = worker.state.checkpoint.told;
        while let Some(piece) = rows.next().await {
            let mut piece = piece?;
            piece.retain(|row| row.number >= from);
            let Some(last) = piece.last().map(|row| row.number) else { continue };
            let new = piece.iter().filter(|row| row.number > before).count();
            worker.take(&piece).await?;
            row.done += i64::try_from(new).unwrap_or_default();
            if noted.elapsed() >= NOTE_EVERY {
                noted = Instant::now();
                self.note_problems(worker, row.id).await?;
                worker.checkpoint(last);
                row.state = json(&worker.state);
                let status = row.status.clone();
                if !self.store().update_import(row, &status).await.map_err(Failure::from)? {
                    return Err(Broken::Stopped);
                }
                self.tell_import(row);
            }
        }
        worker.finish().await?;
        self.note_problems(worker, row.id).await?;
        row.total = row.done;
        Ok(())
    }

    async fn note_problems(&self, worker: &mut Worker<'_>, id: Uuid) -> Result<(), Failure> {
        let refused = std::mem::take(&mut worker.state.refused);
        if !refused.is_empty() {
            self.store().note_import_problems(id, refused.into_iter().collect()).await?;
        }
        Ok(())
    }

    pub(super) fn tell_import(&self, row: &ImportRow) {
        if let Some(user) = row.created_by {
            self.hub().tell(Happened::Import { id: row.id, user });
            self.tell_nodes(Told { imports: [(row.id, user)].into_iter().collect(), ..Told::default() });
        }
    }
}

/// Refuses to begin anything with a file that is being worked on, or that is in already.
fn is_at_rest(status: &str) -> Result<(), Rejection> {
    if ["uploaded", "checked", "undone"].contains(&status) {
        return Ok(());
    }
    Err(Rejection::state("wrong_state", format!("expected a file to be imported, but it is {status}")))
}

fn is_taken() -> Failure {
    Rejection::state("wrong_state", "expected a file to be imported, but somebody else began").into()
}

/// Looks at the beginning of a file.
async fn look(name: String, content: Vec<u8>, sheet: Option<String>) -> Result<(Vec<u8>, ImportState), Failure> {
    let looked = tokio::task::spawn_blocking(move || {
        let file = SourceFile::of(&content, &name)?;
        let mut sheets = file.open(Limits::default())?;
        let mut state = ImportState { sheets: sheets.names().to_vec(), ..ImportState::default() };
        // The first sheet with a heading; files often begin with an empty one or none.
        let wanted = sheet.map_or_else(|| state.sheets.clone(), |sheet| vec![sheet]);
        for sheet in wanted {
            let preview = sheets.preview(&sheet, SAMPLE)?;
            if preview.heading_row > 0 {
                state.sheet = sheet;
                state.headings = preview.headings;
                let shown = |row: &kernel::import::Row| row.cells.iter().map(kernel::import::Cell::display).collect();
                state.sample = preview.rows.iter().map(shown).collect();
                break;
            }
        }
        Ok::<_, document::Error>((content, state))
    });
    let (content, state) = looked
        .await
        .map_err(|e| document::Error::from(std::io::Error::other(e)))
        .and_then(|r| r)
        .map_err(|e| unreadable(&e))?;
    if state.headings.is_empty() {
        return Err(Rejection::invalid(
            "file",
            "file_empty",
            "Expected a sheet with headings and rows, but the file is empty",
        )
        .into());
    }
    Ok((content, state))
}

fn unreadable(error: &document::Error) -> Failure {
    Rejection::invalid("file", error.code(), error.to_string()).into()
}

/// Whoever imports must have the right to for every entity that is filled, and may read what records are found by.
pub(super) fn may_import(scene: &Scene, import: &Import) -> Result<(), Rejection> {
    let ctx = scene.ctx();
    let access = Access::new(&scene.catalog, &ctx);
    if let Some(target) = import.targets.values().find(|t| !access.may_import(&t.entity)) {
        let message = format!("files cannot be imported into `{}` by you", target.entity);
        return Err(Rejection::Forbidden { message });
    }
    // Whether a record is found by a value tells of its field.
    let keys = import.targets.values().flat_map(|t| t.key.iter().map(|key| (&t.entity, key)));
    for (entity, by) in keys.chain(import.lookups()) {
        if scene.catalog.entity(entity).is_none_or(|found| !access.reads(found, by)) {
            let message = format!("records of `{entity}` cannot be found by `{by}` by you");
            return Err(Rejection::Forbidden { message });
        }
    }
    Ok(())
}

/// Why an import did not come to its end.
#[derive(Debug)]
enum Broken {
    /// The file is at fault.
    File(document::Error),
    /// Somebody stopped it.
    Stopped,
    /// The program is at fault, or the database.
    Failed(Failure),
}

impl Broken {
    /// What the one who imports is told.
    fn told(&self) -> String {
        match self {
            Self::File(error) => error.to_string(),
            Self::Stopped => "it was stopped".into(),
            Self::Failed(Failure::Rejected(rejection)) => rejection.to_string(),
            Self::Failed(_) => "something went wrong on the server; the log says what".into(),
        }
    }
}

impl From<document::Error> for Broken {
    fn from(error: document::Error) -> Self {
        Self::File(error)
    }
}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

pub(super) fn read(row: &ImportRow) -> ImportState {
    serde_json::from_value(row.state.clone()).unwrap_or_default()
}

pub(super) fn json(state: &ImportState) -> serde_json::Value {
    serde_json::to_value(state).unwrap_or_default()
}

/// The bytes of a file on the disk, for the command line.
///
/// # Errors
/// If it cannot be read.
pub fn upload_of(path: &Path) -> std::io::Result<Upload> {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Upload { name, content: std::fs::read(path)?, sheet: None })
}
