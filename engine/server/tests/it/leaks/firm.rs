//! A firm with awkward rights: roles that overlap in rows and fields, scopes of all kinds, an approver who sees a record by
//! their task alone.

use kernel::{Name, Value};
use serde_json::{Map, Value as Json, json};
use server::{auth::Passwords, command::CreateRecord, packs, publish::Publication};
use store::Credentials;
use uuid::Uuid;

use crate::{
    client::Client,
    support::{TestApp, repository},
};

const PASSWORD: &str = "awkward-firm";

/// People by name: department and roles.
const PEOPLE: [(&str, &str, &[&str]); 10] = [
    ("anna", "north", &["wide"]),
    ("ben", "north", &["keeper"]),
    ("cleo", "north", &["wide", "keeper"]),
    ("dan", "north", &["team"]),
    ("eve", "firm", &["tree"]),
    ("fay", "south", &["auditor", "keeper"]),
    ("gus", "south", &["maker", "team"]),
    ("hal", "south", &["judge"]),
    ("ida", "firm", &["administrator"]),
    ("joe", "south", &[]),
];

pub(crate) struct Firm {
    pub(crate) server: TestApp,
}

impl Firm {
    pub(crate) async fn found() -> Self {
        Self::found_on(TestApp::empty().await).await
    }

    pub(crate) async fn found_on(server: TestApp) -> Self {
        let firm = Self { server };
        let folder = repository().join("engine/server/tests/fixtures/secrets");
        let publication =
            Publication { packs: packs::read(&[folder]).unwrap(), note: "test".into(), by: None, demo: false };
        firm.server.app.publish(publication).await.unwrap();
        let whole = firm.make("department", json!({"name": "firm"})).await;
        let north = firm.make("department", json!({"name": "north", "parent": whole})).await;
        let south = firm.make("department", json!({"name": "south", "parent": whole})).await;
        let department = |name: &str| match name {
            "north" => north,
            "south" => south,
            _ => whole,
        };
        let password_hash = Passwords::new().hash(PASSWORD).await.unwrap();
        let mut credentials = Vec::new();
        for (name, of, roles) in PEOPLE {
            let person = json!({"name": name, "email": format!("{name}@firm.example"), "roles": roles,
                "department": department(of)});
            let id = firm.make("user", person).await;
            credentials.push((id, Credentials { password_hash: password_hash.clone(), must_change: false }));
        }
        firm.server.app.store().set_credentials_of(&credentials).await.unwrap();
        let mut partners = Vec::new();
        for (index, (owner, of)) in
            [("ben", "north"), ("cleo", "north"), ("joe", "south"), ("gus", "south")].iter().enumerate()
        {
            let partner = json!({"name": format!("partner {index}"), "code": format!("C{index}"), "grade": "a",
                "ceiling": 1, "inside": "x", "owner": firm.person(owner), "department": department(of)});
            partners.push(firm.make("partner", partner).await);
        }
        for (owner, of, partner, remark) in [
            ("ben", "north", 0, "none"),
            ("cleo", "north", 2, "none"),
            ("joe", "south", 2, "audit"),
            ("gus", "south", 1, "none"),
            ("fay", "south", 3, "none"),
        ] {
            let line = |partner: usize| json!({"item": "i", "partner": partners[partner], "price": 2, "cost": 1});
            let job = json!({"subject": "job", "partner": partners[partner], "owner": firm.person(owner), "asked": "C2",
                "department": department(of), "price": 2, "cost": 1, "memo": "m", "remark": remark,
                "lines": [line(0), line(2)]});
            firm.make("job", job).await;
        }
        // Fay asks, so that hal has a task about a record that no role of theirs shows.
        let fay = firm.sign_in("fay").await;
        let own = fay.get("/api/records/job?columns=owner").await.ok();
        let job = own["rows"].as_array().unwrap().iter().find(|r| r["owner"] == json!(firm.person("fay"))).unwrap();
        let place = format!("/api/records/job/{}/transitions/ask", job["id"].as_str().unwrap());
        fay.post(&place, json!({"version": job["version"]})).await.ok();
        firm
    }

    async fn make(&self, entity: &str, fields: Json) -> Uuid {
        let Json::Object(fields): Json = fields else { unreachable!("an object") };
        let fields: Map<String, Json> = fields;
        let command = CreateRecord { entity: entity.into(), fields, id: None, distinct: None, source: "app" };
        self.server.app.perform(None, &command).await.unwrap().record.id
    }

    pub(crate) fn person(&self, name: &str) -> Uuid {
        self.server.app.person_by_email(&format!("{name}@firm.example")).unwrap().0
    }

    pub(crate) async fn sign_in(&self, name: &str) -> Client {
        let mut client = self.server.visitor();
        client.sign_in(&format!("{name}@firm.example"), PASSWORD).await.ok();
        client
    }

    pub(crate) async fn everybody(&self) -> Vec<(Uuid, Client)> {
        let mut found = Vec::new();
        for (name, ..) in PEOPLE {
            found.push((self.person(name), self.sign_in(name).await));
        }
        found
    }

    /// The job of somebody.
    pub(crate) async fn job_of(&self, owner: &str) -> kernel::Record {
        let scene = self.server.app.scene(None);
        let owner = self.person(owner);
        let all = kernel::query::Select {
            entity: Name::new("job"),
            columns: Vec::new(),
            filter: kernel::query::Predicate::In { operand: vec![Name::new("owner")], values: vec![Value::Id(owner)] },
            tokens: Vec::new(),
            sort: Vec::new(),
            after: None,
            limit: 1,
            flags: Vec::new(),
            deleted: false,
        };
        let page = self.server.app.store().select(&*scene.catalog, &all).await.unwrap();
        let id = page.rows[0].record.id;
        self.server.app.store().record(&*scene.catalog, "job", id).await.unwrap().unwrap()
    }
}
