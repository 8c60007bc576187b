//! Half a million rows with a tenth of duplicates, brought as a browser brings a file: how long, and how much memory.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use crate::{http::Client, ours, program::Program, report::Report};

/// Rows of the file; one in ten is the same firm as a row before it.
const ROWS: u64 = 500_000;

pub(crate) async fn rows(ours_url: &str, report: &mut Report) -> Result<()> {
    let program = Program::portolan(ours_url).await?;
    let known = ours::prepare(&program).await?;
    let mut client = Client::connect(program.address).await?;
    client.headers.clone_from(&known.manager);
    let mut file =
        String::from("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"firms.csv\"\r\n\r\n");
    file.push_str("Code,Firm,Land,Town,Web\n");
    for row in 0..ROWS {
        let firm = if row % 10 == 9 { row - 7 } else { row };
        let (first, second) = (word(firm), word(firm ^ 0x5555_5555));
        let country = ["DE", "FR", "US", "CN", "BR"][usize::try_from(firm % 5)?];
        file.push_str(&format!("F-{firm},{first} {second} Ltd,{country},{second},https://{first}{firm}.example\n"));
    }
    file.push_str("\r\n--edge--\r\n");
    let form = "multipart/form-data; boundary=edge";
    let brought = client.send_bytes("POST", "/api/imports", form, file.as_bytes()).await?.expect(201)?.json()?;
    drop(file);
    let place = format!("/api/imports/{}", brought["id"].as_str().unwrap_or_default());
    let columns = json!({"Code": "code", "Firm": "name", "Land": "country", "Town": "city", "Web": "website"});
    let plan = json!({"entity": "customer", "key": ["code"], "existing": "skip", "columns": columns});
    let (began, mut most) = (Instant::now(), program.memory()?);
    client.send("POST", &format!("{place}/run"), Some(&plan)).await?.expect(202)?;
    let job = loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        most = most.max(program.memory()?);
        let job = client.send("GET", &place, None).await?.expect(200)?.json()?;
        if job["status"] != "running" {
            break job;
        }
    };
    if job["status"] != "done" || job["summary"]["customer"]["create"] != ROWS / 10 * 9 {
        bail!("Expected {} new records, but got {job}", ROWS / 10 * 9);
    }
    let seconds = began.elapsed().as_secs_f64();
    report.add("import 500 k rows, a tenth of them twice", "sqlite", 1, (seconds, None), "s", "≤ 300 s");
    report.add("import 500 k rows, memory at most", "sqlite", 1, (most, None), "MB", "≤ 300 MB");
    Ok(())
}

/// A word of its own for each number.
fn word(number: u64) -> String {
    let mut rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut letters = String::new();
    for _ in 0..9 {
        letters.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    letters
}
