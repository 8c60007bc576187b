//! Who else is changing a record: told to those who have it open and may see it, and gone with the tab.

use axum::body::BodyDataStream;
use serde_json::{Value as Json, json};

use crate::{client::Client, events::until, records::find, support::TestApp};

/// A tab: its stream of events, and what the stream is called.
struct Tab {
    client: Client,
    events: BodyDataStream,
    stream: String,
}

impl Tab {
    async fn open(client: &Client) -> Self {
        let mut events = client.stream("/api/events").await;
        let hello = until(&mut events, "\n\n").await;
        let data: Json = serde_json::from_str(hello.split("data: ").nth(1).unwrap().trim()).unwrap();
        Self { client: client.clone(), events, stream: data["stream"].as_str().unwrap().to_owned() }
    }

    async fn shows(&self, customer: &str, editing: bool) -> Json {
        let record = json!({"entity": "customer", "id": customer});
        let body = json!({"stream": self.stream, "record": record, "editing": editing});
        self.client.post("/api/presence", body).await.ok()
    }
}

#[tokio::test]
async fn who_changes_a_record_is_told_to_who_has_it_open_and_goes_with_the_tab() {
    let server = TestApp::trade().await;
    let (rep, manager) = (server.sign_in("rep_a").await, server.sign_in("manager_a").await);
    let customer = find(&rep, "customer", "Nordlicht").await;
    let mut reading = Tab::open(&manager).await;
    assert_eq!(reading.shows(&customer, false).await["editors"], json!([]));
    let writing = Tab::open(&rep).await;
    assert_eq!(writing.shows(&customer, true).await["editors"], json!([]), "oneself is nobody else");
    let name = server.app.org().people[&server.person("rep_a")].name.clone();
    let told = until(&mut reading.events, &name).await;
    assert!(told.contains("event: editors") && told.contains("\"since\":"), "{told}");
    assert_eq!(Tab::open(&manager).await.shows(&customer, false).await["editors"][0]["name"], json!(name));
    drop(writing.events);
    until(&mut reading.events, "\"editors\":[]").await;
    assert_eq!(reading.shows(&customer, false).await["editors"], json!([]));
}

#[tokio::test]
async fn nobody_hears_who_changes_what_they_may_not_see_and_nobody_speaks_for_another() {
    let server = TestApp::trade().await;
    let (rep, stranger) = (server.sign_in("rep_a").await, server.sign_in("rep_b").await);
    let customer = find(&rep, "customer", "Nordlicht").await;
    let writing = Tab::open(&rep).await;
    let theirs = Tab::open(&stranger).await;
    let record = json!({"entity": "customer", "id": customer});
    let asked = json!({"stream": theirs.stream, "record": record, "editing": true});
    stranger.post("/api/presence", asked).await.refused(404, "not_found");
    // By the name of the other's tab nothing is said either.
    let manager = server.sign_in("manager_a").await;
    let asked = json!({"stream": writing.stream, "record": record, "editing": true});
    manager.post("/api/presence", asked).await.ok();
    assert_eq!(Tab::open(&manager).await.shows(&customer, false).await["editors"], json!([]));
    assert_eq!(writing.shows(&customer, false).await["editors"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changes_a_record_in_one_process_is_told_in_another_wherever_they_say_it() {
    let Some(first) = TestApp::trade_on_postgres().await else { return };
    let (other, _running) = crate::nodes::second(&first).await;
    let _hearing = {
        let follower = first.app.follow_nodes().await.unwrap().unwrap();
        tokio::spawn(async move { follower.run().await.unwrap() })
    };
    let customer = find(&first.sign_in("rep_a").await, "customer", "Nordlicht").await;
    let mut reading = Tab::open(&other.sign_in("manager_a").await).await;
    reading.shows(&customer, false).await;
    // The stream ends in the first process; what is said goes to the second.
    let mut writing = Tab::open(&first.sign_in("rep_a").await).await;
    writing.client = other.sign_in("rep_a").await;
    writing.shows(&customer, true).await;
    let name = first.app.org().people[&first.person("rep_a")].name.clone();
    until(&mut reading.events, &name).await;
    drop(writing.events);
    until(&mut reading.events, "\"editors\":[]").await;
    other.app.close().await;
    first.remove().await;
}
