//! Programs that are measured: started on a free port, watched, ended.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::http::Client;

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it said of itself at its start.
    pub(crate) said: Value,
    /// How long until it served.
    pub(crate) started_in: Duration,
}

impl Program {
    /// Starts the floor: this very program, with other arguments. It says its address when it is ready.
    pub(crate) fn floor(url: &str, grouped: bool, documents: usize) -> Result<Self> {
        let began = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["floor", url, if grouped { "grouped" } else { "each" }, &documents.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).context("the floor did not start")?;
        let address = said["address"].as_str().context("no address")?.parse()?;
        Ok(Self { child, address, said, started_in: began.elapsed() })
    }

    /// Starts the floor on a database that it has filled before.
    pub(crate) fn floor_on(url: &str) -> Result<Self> {
        Self::floor(url, false, 0)
    }

    /// Starts Portolan and waits until it serves.
    pub(crate) async fn portolan(database: &str) -> Result<Self> {
        let address = free_address()?;
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(["serve", "--demo", "--database", database, "--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        for _ in 0..6_000 {
            if let Some(status) = child.try_wait()? {
                bail!("portolan ended at its start: {status}");
            }
            if let Ok(mut client) = Client::connect(address).await
                && client.send("GET", "/health", None).await.is_ok_and(|r| r.status == 200)
            {
                return Ok(Self { child, address, said: Value::Null, started_in: began.elapsed() });
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.kill()?;
        bail!("portolan does not serve")
    }

    /// Resident memory in megabytes, as the system counts it.
    pub(crate) fn memory(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|l| l.starts_with("VmRSS")).context("no VmRSS")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kilobytes / 1_024.0)
    }

    /// Processor time used so far, in milliseconds.
    pub(crate) fn cpu(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold spaces; fields 14 and 15 count from before it.
        let rest = stat.rsplit_once(')').context("no stat")?.1;
        let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<f64>().ok()).sum();
        // A tick is a hundredth of a second wherever Linux runs.
        Ok(ticks * 10.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
