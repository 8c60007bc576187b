//! `portolan instances`: running workflows and the versions of the definitions that they keep.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use kernel::{Name, definition::Keyed};

use super::Database;
use crate::{
    App,
    migrate::{Choice, Plan, Row},
};

#[derive(Debug, Args)]
pub(super) struct Instances {
    /// The workflow; which run in which version is told if it is left out.
    workflow: Option<String>,
    /// The version that they keep; all older ones if left out.
    #[arg(long)]
    from: Option<i64>,
    /// A node that has another name now: `--node old=new`; as often as needed.
    #[arg(long = "node", value_name = "OLD=NEW")]
    nodes: Vec<String>,
    /// They begin again, instead of going on where they stand.
    #[arg(long)]
    restart: bool,
    /// Do it; without this it is only told what would become of them.
    #[arg(long, requires = "reason", requires = "by")]
    apply: bool,
    /// Why; it is kept in their history.
    #[arg(long)]
    reason: Option<String>,
    /// The administrator in whose name it is done, by mail address.
    #[arg(long = "as", id = "by", value_name = "MAIL")]
    by: Option<String>,
    #[command(flatten)]
    database: Database,
}

impl Instances {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let app = App::open(self.database.options()).await?;
        let done = self.with(&app).await;
        app.close().await;
        done
    }

    #[expect(clippy::print_stdout, reason = "the command line's output")]
    async fn with(self, app: &App) -> anyhow::Result<ExitCode> {
        let Some(workflow) = &self.workflow else {
            for running in app.store().running_workflows().await? {
                println!("{} version {}: {} running", running.workflow, running.version, running.instances);
            }
            return Ok(ExitCode::SUCCESS);
        };
        let mut nodes: Keyed<Name> = Keyed::new();
        for pair in &self.nodes {
            let (old, new) = pair.split_once('=').with_context(|| format!("expected OLD=NEW, but found `{pair}`"))?;
            nodes.insert(old.into(), new.into());
        }
        let by = match &self.by {
            Some(email) => {
                let org = app.org();
                let found = org.people.iter().find(|(_, person)| person.email.eq_ignore_ascii_case(email));
                match found {
                    Some((id, _)) => Some(*id),
                    None => bail!("expected a person, but nobody has the address `{email}`"),
                }
            }
            None => None,
        };
        let plan = Plan {
            workflow: workflow.as_str().into(),
            from: self.from,
            instances: None,
            nodes,
            choice: if self.restart { Choice::Restart } else { Choice::Migrate },
            reason: self.reason,
        };
        let scene = app.scene(by);
        let told =
            if self.apply { app.migrate(&scene, &plan).await? } else { app.plan_migration(&scene, &plan).await? };
        for row in &told.rows {
            println!("{}", line(row, self.apply));
        }
        if told.more {
            println!("… and more");
        }
        let failed = if self.apply { told.rows.iter().any(|row| !row.done) } else { told.rows.iter().any(|r| !r.can) };
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// `0198… version 3: manager → lead, done`.
fn line(row: &Row, applied: bool) -> String {
    let places = row.places.iter().map(|place| match (&place.to, place.hindrance) {
        (_, Some(hindrance)) => {
            let why = serde_json::to_value(hindrance).ok().and_then(|json| json.as_str().map(str::to_owned));
            format!("{} cannot ({})", place.node, why.unwrap_or_default())
        }
        (Some(to), None) if *to != place.node => format!("{} → {to}", place.node),
        (_, None) => place.node.to_string(),
    });
    let places: Vec<String> = places.collect();
    let how = match (applied, row.done, &row.problem) {
        (_, _, Some(problem)) => problem.as_str(),
        (true, true, None) => "done",
        (true, false, None) => "left as it is",
        (false, ..) if row.can => "can",
        (false, ..) => "cannot",
    };
    format!("{} version {}: {}, {how}", row.instance, row.version, places.join(", "))
}
