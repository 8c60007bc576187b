//! Portolan, spoken to as its own app does.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::{http::Client, program::Program};

/// What requests are made of.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The salesperson's headers, and the manager's.
    pub(crate) rep: String,
    pub(crate) manager: String,
    /// Those of somebody who sees all records.
    pub(crate) everything: String,
    /// A new quotation with five lines that one level approves.
    pub(crate) quotation: Value,
}

/// Signs in a person of the demo who has a role.
pub(crate) async fn sign_in(program: &Program, demo: &Value, role: &str) -> Result<String> {
    let people = demo["people"].as_array().context("no people")?;
    let person = people.iter().find(|p| p["role"] == role).with_context(|| format!("nobody is {role}"))?;
    let mut client = Client::connect(program.address).await?;
    let body = json!({"email": person["email"], "password": demo["password"]});
    let answer = client.send("POST", "/api/session", Some(&body)).await?.expect(200)?;
    let cookie = answer.cookie.clone().context("no cookie")?;
    let csrf = answer.json()?["csrf"].as_str().context("no csrf")?.to_owned();
    Ok(format!("cookie: {cookie}\r\nx-csrf-token: {csrf}\r\n"))
}

async fn first(client: &mut Client, path: &str) -> Result<Value> {
    let page = client.send("GET", path, None).await?.expect(200)?.json()?;
    page["rows"].get(0).map(|row| row["id"].clone()).with_context(|| format!("nothing at {path}"))
}

/// Signs in, and finds a quotation that exactly one level approves.
pub(crate) async fn prepare(program: &Program) -> Result<Known> {
    let mut client = Client::connect(program.address).await?;
    let demo = client.send("GET", "/api/demo", None).await?.expect(200)?.json()?;
    let rep = sign_in(program, &demo, "sales_rep").await?;
    let manager = sign_in(program, &demo, "sales_manager").await?;
    let everything = sign_in(program, &demo, "general_manager").await?;
    client.headers.clone_from(&rep);
    let customer = first(&mut client, "/api/records/customer?filter=%5B%22level%22,%22=%22,%22a%22%5D&limit=1").await?;
    let incoterm =
        first(&mut client, "/api/records/incoterm?filter=%5B%22code%22,%22=%22,%22FOB%22%5D&limit=1").await?;
    let products = client.send("GET", "/api/records/product?limit=5", None).await?.expect(200)?.json()?;
    let products: Vec<Value> =
        products["rows"].as_array().context("no products")?.iter().map(|p| p["id"].clone()).collect();
    for pieces in [100, 300, 1_000, 3_000, 10_000, 30_000] {
        let lines: Vec<Value> = products
            .iter()
            .cycle()
            .take(5)
            .map(|p| json!({"product": p, "quantity": pieces.to_string(), "unit_price": "12.5"}))
            .collect();
        let quotation = json!({
            "customer": customer, "incoterm": incoterm, "currency": "USD", "freight": null, "insurance_rate": null, "lines": lines,
        });
        let saved = client.send("POST", "/api/records/quotation", Some(&quotation)).await?.expect(201)?.json()?;
        let id = saved["record"]["id"].as_str().context("no id")?.to_owned();
        let way = client
            .send("GET", &format!("/api/records/quotation/{id}/preview?transition=submit"), None)
            .await?
            .expect(200)?;
        let approvals =
            way.json()?["nodes"].as_array().map_or(0, |n| n.iter().filter(|n| n["kind"] == "approval").count());
        if approvals == 1 {
            return Ok(Known { rep, manager, everything, quotation });
        }
    }
    bail!("no quotation of the demo is approved by exactly one level")
}

/// Makes a quotation and submits it.
pub(crate) async fn submit(client: &mut Client, quotation: &Value) -> Result<()> {
    let saved = client.send("POST", "/api/records/quotation", Some(quotation)).await?.expect(201)?.json()?;
    let (id, version) = (saved["record"]["id"].as_str().context("no id")?, &saved["record"]["version"]);
    let path = format!("/api/records/quotation/{id}/transitions/submit");
    client.send("POST", &path, Some(&json!({"version": version}))).await?.expect(200)?;
    Ok(())
}

/// The manager's open tasks.
pub(crate) async fn tasks(program: &Program, known: &Known) -> Result<Vec<String>> {
    let mut client = Client::connect(program.address).await?;
    client.headers.clone_from(&known.manager);
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.send("GET", &format!("/api/tasks?limit=100{after}"), None).await?.expect(200)?.json()?;
        let rows = page["rows"].as_array().context("no rows")?;
        found.extend(
            rows.iter().filter(|r| r["node"] == "sales_manager").filter_map(|r| Some(r["id"].as_str()?.to_owned())),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(found),
        }
    }
}
