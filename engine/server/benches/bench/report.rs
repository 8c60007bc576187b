//! What was measured: as JSON for programs and as a table for people.

use std::{fmt::Write as _, path::Path};

use anyhow::Result;
use serde::Serialize;

/// A measured figure beside its floor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) db: String,
    pub(crate) clients: usize,
    pub(crate) ours: f64,
    /// None where there is nothing to compare with but the goal.
    pub(crate) floor: Option<f64>,
    pub(crate) ratio: Option<f64>,
    pub(crate) unit: String,
    /// What the ratio, or the figure, should be.
    pub(crate) goal: String,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

impl Report {
    pub(crate) fn add(
        &mut self,
        name: &str,
        db: &str,
        clients: usize,
        figures: (f64, Option<f64>),
        unit: &str,
        goal: &str,
    ) {
        let (ours, floor) = figures;
        let ratio = floor.filter(|f| *f > 0.0).map(|f| round(ours / f));
        let row = Row {
            name: name.into(),
            db: db.into(),
            clients,
            ours: round(ours),
            floor: floor.map(round),
            ratio,
            unit: unit.into(),
            goal: goal.into(),
        };
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// Writes target/bench.json and prints the table.
    pub(crate) fn end(&self, path: &Path) -> Result<()> {
        std::fs::write(path, serde_json::to_string_pretty(&self.rows)? + "\n")?;
        println!("\n| what | database | clients | ours | floor | ratio | goal |");
        println!("| --- | --- | ---: | ---: | ---: | ---: | --- |");
        for row in &self.rows {
            println!("{}", line(row));
        }
        println!("\n{}\nwritten to {}", machine(), path.display());
        Ok(())
    }
}

fn line(row: &Row) -> String {
    let figure = |f: Option<f64>| f.map_or_else(|| "–".into(), |f| format!("{f} {}", row.unit));
    let ratio = row.ratio.map_or_else(|| "–".into(), |r| r.to_string());
    let clients = if row.clients == 0 { "–".into() } else { row.clients.to_string() };
    let (ours, floor) = (figure(Some(row.ours)), figure(row.floor));
    format!("| {} | {} | {clients} | {ours} | {floor} | {ratio} | {} |", row.name, row.db, row.goal)
}

fn round(figure: f64) -> f64 {
    let digits = if figure.abs() >= 100.0 { 1.0 } else { 100.0 };
    (figure * digits).round() / digits
}

/// The machine, in a line.
fn machine() -> String {
    let mut text = String::new();
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find(|l| l.starts_with("model name"))
        .and_then(|l| l.split(": ").nth(1))
        .unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: f64 =
        memory.lines().next().and_then(|l| l.split_whitespace().nth(1)).and_then(|k| k.parse().ok()).unwrap_or(0.0);
    let _ = write!(text, "{cores} cores of {model}, {:.0} GiB", kilobytes / 1_048_576.0);
    text
}
