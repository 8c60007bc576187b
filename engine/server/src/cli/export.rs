//! `portolan export`: a list as delimited text or a spreadsheet, for whoever may read the database.

use std::{
    fs::File,
    io::{BufWriter, Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Args;

use super::Database;
use crate::{App, export, read::ListRequest};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The entity.
    entity: String,
    /// A view: its filter, columns and order.
    #[arg(long)]
    view: Option<String>,
    /// A filter as JSON, as in definitions.
    #[arg(long)]
    filter: Option<String>,
    /// Fields or paths across references, with commas between.
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
    /// A line table that is taken along, a row for each line; on a sheet of its own in a spreadsheet.
    #[arg(long)]
    lines: Option<String>,
    /// The file, a spreadsheet if it ends in `.xlsx`; the standard output if left out.
    #[arg(long)]
    output: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let filter = self.filter.as_deref().map(serde_json::from_str).transpose().context("the filter is no JSON")?;
        let request = ListRequest {
            view: self.view,
            filter,
            columns: Some(self.columns).filter(|columns| !columns.is_empty()),
            ..ListRequest::default()
        };
        let app = App::open(self.database.options()).await?;
        let mut export =
            export::Export::begin(app.clone(), app.scene(None), &self.entity, request, self.lines.as_deref(), "en")
                .await?;
        if let Some(path) = self.output.as_ref().filter(|path| path.extension().is_some_and(|end| end == "xlsx")) {
            let mut made = export.workbook(|_| {}).await?;
            let mut file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            std::io::copy(&mut made, &mut file)?;
            app.close().await;
            return Ok(ExitCode::SUCCESS);
        }
        let mut output: Box<dyn std::io::Write> = match &self.output {
            Some(path) => Box::new(BufWriter::new(
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
            )),
            None => Box::new(stdout()),
        };
        output.write_all(export.head().as_bytes())?;
        while let Some(text) = export.next().await? {
            output.write_all(text.as_bytes())?;
        }
        output.flush()?;
        app.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
