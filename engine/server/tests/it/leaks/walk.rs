//! One person walks every way of reading, and whatever they are shown is compared with what they may see.

use std::collections::{BTreeSet, HashSet};

use axum::{body::Bytes, http::Method};
use futures::StreamExt as _;
use kernel::{Record, SYSTEM_FIELDS, definition::FieldKind, rights::Access, schema::Entity};
use serde_json::{Value as Json, json};
use server::{App, Scene, events::Happened};
use uuid::Uuid;

use super::{
    plant::{Cell, Planted},
    shown::Shown,
};
use crate::client::{Answer, Client, encoded};

pub(crate) struct Walker<'a> {
    pub(crate) app: &'a App,
    pub(crate) user: Uuid,
    pub(crate) client: Client,
    pub(crate) planted: &'a Planted,
    pub(crate) shown: Shown,
    pub(crate) walked: &'a mut BTreeSet<String>,
    pub(crate) leaks: &'a mut Vec<String>,
    /// Asks everything of every cell; else only what tells most.
    pub(crate) thorough: bool,
}

impl Walker<'_> {
    fn name(&self) -> String {
        self.app.org().people[&self.user].name.clone()
    }

    fn leak(&mut self, told: &str) {
        let told = format!("{}: {told}", self.name());
        self.leaks.push(told);
    }

    /// Looks for cells in an answer that are not for this person. What the request itself said is no news.
    fn look(&mut self, route: &str, place: &str, answer: &Answer, said: &str) {
        self.walked.insert(route.to_owned());
        if answer.status >= 500 {
            self.leak(&format!("{place} answered {}: {}", answer.status, answer.text));
        }
        let mut text = answer.text.clone();
        // A cursor is written in digits; what it says counts as said.
        if let Some(next) = answer.body["next"].as_str() {
            let bytes: Vec<u8> =
                (0..next.len() / 2).filter_map(|i| u8::from_str_radix(&next[2 * i..2 * i + 2], 16).ok()).collect();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
        if !said.is_empty() {
            text = text.replace(said, "");
        }
        for cell in self.planted.found_in(&text) {
            if !self.shown.sees(cell) {
                let entity = self.planted.records.iter().find(|r| r.id == cell.record).unwrap().entity.clone();
                self.leaks.push(format!("{}: {place} shows {entity}.{} of {}", self.name(), cell.path, cell.record));
            }
        }
    }

    async fn get(&mut self, route: &str, place: &str) -> Answer {
        self.get_saying(route, place, "").await
    }

    async fn get_saying(&mut self, route: &str, place: &str, said: &str) -> Answer {
        let answer = self.client.get(place).await;
        self.look(&format!("GET {route}"), place, &answer, said);
        answer
    }

    async fn post(&mut self, route: &str, place: &str, body: Json) -> Answer {
        let answer = self.client.post(place, body).await;
        self.look(&format!("POST {route}"), place, &answer, "");
        answer
    }

    /// The whole walk.
    pub(crate) async fn walk(&mut self) {
        for place in [
            "/api/session",
            "/api/tasks",
            "/api/tasks/count",
            "/api/instances",
            "/api/notifications",
            "/api/copies",
            "/api/tasks/stranded",
            "/api/instances/search",
            "/api/workflows",
            "/api/analytics",
            "/api/analytics.csv",
            "/api/imports",
            "/api/roles",
            "/api/audit",
            "/api/audit.csv",
            "/api/trash",
            "/api/settings",
            "/api/definitions",
            "/api/publish/jobs",
            "/api/openapi.json",
            "/metrics",
            "/health",
        ] {
            self.get(place, place).await;
        }
        self.get("/api/definitions/{version}", "/api/definitions/1").await;
        for language in ["en", "zh_hans"] {
            self.get("/api/app", &format!("/api/app?language={language}")).await;
        }
        let scene = self.app.scene(Some(self.user));
        for entity in scene.catalog.entities.values() {
            self.lists(&scene, entity).await;
            self.probes(&scene, entity).await;
        }
        for record in &self.planted.records {
            self.record(&scene, record).await;
        }
        self.bulk().await;
        self.views().await;
        let emptied = self.client.delete("/api/trash").await;
        self.look("DELETE /api/trash", "/api/trash", &emptied, "");
        self.files().await;
        self.work(&scene).await;
        self.import().await;
        self.events().await;
    }

    /// Lists, counts, exports: each column, order and filter.
    async fn lists(&mut self, scene: &Scene, entity: &Entity) {
        let base = format!("/api/records/{}", entity.name);
        let list = "/api/records/{entity}";
        let own: Vec<String> =
            entity.columns().map(|f| f.name.to_string()).chain(SYSTEM_FIELDS.map(String::from)).collect();
        let across = entity.columns().filter_map(|f| Some((f, scene.catalog.entity(f.to.as_ref()?)?)));
        let across = across.flat_map(|(f, to)| to.columns().map(move |inner| format!("{}.{}", f.name, inner.name)));
        let (readable, hidden): (Vec<String>, Vec<String>) = own.into_iter().chain(across).partition(|path| {
            let ctx = scene.ctx();
            Access::new(&scene.catalog, &ctx).reads(entity, path)
        });
        self.get(list, &format!("{base}?limit=200")).await;
        for field in entity.columns().filter(|field| field.kind == FieldKind::Tags) {
            self.get("/api/records/{entity}/tags", &format!("{base}/tags?field={}", field.name)).await;
        }
        for view in scene.catalog.views.values().filter(|view| view.definition.entity == entity.name) {
            self.get(list, &format!("{base}?view={}&limit=200", view.definition.name)).await;
        }
        for columns in readable.chunks(40) {
            let columns = columns.join(",");
            self.get(list, &format!("{base}?limit=200&columns={columns}")).await;
            self.get("/api/export/{file}", &format!("/api/export/{}.csv?columns={columns}", entity.name)).await;
        }
        for table in entity.line_tables() {
            let path = format!("/api/export/{}.csv?lines={}", entity.name, table.name);
            self.get("/api/export/{file}", &path).await;
        }
        for path in &hidden {
            for asked in [
                format!("columns={path}"),
                format!("sort={path}"),
                format!("filter={}", encoded(&json!([path, "!=", null]).to_string())),
            ] {
                let answer = self.get(list, &format!("{base}?{asked}")).await;
                if !matches!(answer.status, 403 | 404 | 422) {
                    self.leak(&format!("{base}?{asked} answered {}", answer.status));
                }
            }
        }
        self.groups(entity, &readable, &hidden).await;
        let thorough = self.thorough;
        // An order tells of what it is made by: only rows whose cells may be seen stand in it.
        for path in
            readable.iter().filter(|path| thorough && !path.contains('.') && !SYSTEM_FIELDS.contains(&path.as_str()))
        {
            for asked in [format!("sort={path}"), format!("sort=-{path}")] {
                let answer = self.get(list, &format!("{base}?limit=200&{asked}")).await;
                for id in rows(&answer) {
                    if !self.shown.sees(&Cell { record: id, path: path.clone() }) {
                        self.leak(&format!("{base}?{asked} puts {id} in order by what is hidden"));
                    }
                }
            }
        }
    }

    /// Groups and sums: none by what is hidden; a record counts where its cell of the groups may be seen, and its number
    /// adds up where it may be seen as well.
    async fn groups(&mut self, entity: &Entity, readable: &[String], hidden: &[String]) {
        let route = "/api/records/{entity}/groups";
        let base = format!("/api/records/{}/groups", entity.name);
        for path in hidden {
            for asked in [format!("by={path}"), format!("by=id&sum={path}")] {
                let answer = self.get(route, &format!("{base}?{asked}")).await;
                if !matches!(answer.status, 403 | 404 | 422) {
                    self.leak(&format!("{base}?{asked} answered {}", answer.status));
                }
            }
        }
        if !self.thorough {
            self.get(route, &format!("{base}?by=id")).await;
            return;
        }
        let own = |path: &&String| !path.contains('.') && !SYSTEM_FIELDS.contains(&path.as_str());
        for by in readable.iter().filter(own).map(String::as_str).chain(["id"]) {
            let answer = self.get(route, &format!("{base}?by={by}")).await;
            let groups = answer.body["groups"].as_array();
            let counted: u64 = groups.into_iter().flatten().filter_map(|group| group["count"].as_u64()).sum();
            let of_entity = self.planted.records.iter().filter(|r| r.entity == entity.name && r.deleted_at.is_none());
            let path = if by == "id" { "title" } else { by };
            let seen = of_entity.filter(|r| self.shown.sees(&Cell { record: r.id, path: path.to_owned() })).count();
            if answer.status == 200 && counted > seen as u64 {
                self.leak(&format!("{base}?by={by} counts {counted}, but {seen} may be seen"));
            }
        }
        for sum in readable.iter().filter(own) {
            let answer = self.get(route, &format!("{base}?by=id&sum={sum}")).await;
            for group in answer.body["groups"].as_array().into_iter().flatten() {
                let record = group["value"].as_str().and_then(|id| Uuid::parse_str(id).ok());
                let seen = record.is_some_and(|record| self.shown.sees(&Cell { record, path: sum.clone() }));
                if !seen && group.get("sum").is_some() {
                    self.leak(&format!("{base}?by=id&sum={sum} sums what is hidden of {}", group["value"]));
                }
            }
        }
    }

    /// Asks for what stands in hidden cells: nothing may be found by it.
    async fn probes(&mut self, scene: &Scene, entity: &Entity) {
        let base = format!("/api/records/{}", entity.name);
        let mut asked: HashSet<String> = HashSet::new();
        let hidden: Vec<(Cell, Json)> = self
            .planted
            .values
            .iter()
            .filter(|(cell, value)| !value.is_null() && !self.shown.sees(cell))
            .filter(|(cell, _)| self.planted.records.iter().any(|r| r.id == cell.record && r.entity == entity.name))
            .map(|(cell, value)| (cell.clone(), value.clone()))
            .collect();
        for (cell, value) in hidden {
            // Beside a firm of a few records, one hidden row a field says enough.
            if !self.thorough && !asked.insert(cell.path.clone()) {
                continue;
            }
            let filter = match cell.path.split_once('.') {
                None => json!([cell.path, "=", value]),
                Some((table, field)) => json!({"some": table, "where": [field, "=", value]}),
            };
            let filter = encoded(&filter.to_string());
            let part = value.as_object().and_then(|parts| parts.values().next());
            let value = value.get(0).or(part).cloned().unwrap_or(value);
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let asked_for = encoded(&said);
            let count =
                self.get_saying("/api/records/{entity}/count", &format!("{base}/count?filter={filter}"), &said).await;
            if count.status == 200 && count.body["count"] != 0 {
                self.leak(&format!("{} of {} is counted by what it holds", cell.path, cell.record));
            }
            for (route, place) in [
                ("/api/records/{entity}", format!("{base}?filter={filter}")),
                ("/api/records/{entity}", format!("{base}?q={asked_for}")),
                ("/api/records/{entity}/lookup", format!("{base}/lookup?q={asked_for}")),
            ] {
                let answer = self.get_saying(route, &place, &said).await;
                if rows(&answer).contains(&cell.record) {
                    self.leak(&format!("{place} finds {} by its hidden {}", cell.record, cell.path));
                }
            }
            let place = format!("{base}/lookup");
            let answer = self.client.post(&place, json!({"q": said})).await;
            self.look("POST /api/records/{entity}/lookup", &place, &answer, &said);
            if rows(&answer).contains(&cell.record) {
                self.leak(&format!("{place} finds {} by its hidden {}", cell.record, cell.path));
            }
            // Whether a guess is right must not be told, by whatever refuses it.
            if self.shown.sees_row(cell.record) && !cell.path.contains('.') && cell.path != "title" {
                let place = format!("{base}/{}", cell.record);
                let wrong =
                    if value.as_str().is_some_and(|v| v.starts_with("zq")) { json!("zzzz") } else { json!("1") };
                let right = self.client.patch(&place, json!({"version": 1, &cell.path: value})).await;
                let other = self.client.patch(&place, json!({"version": 1, &cell.path: wrong})).await;
                if (right.status, right.code()) != (other.status, other.code()) {
                    self.leak(&format!("{place} tells a right guess of {} from a wrong one", cell.path));
                }
                self.look("PATCH /api/records/{entity}/{id}", &place, &right, &said);
            }
        }
        let _ = scene;
    }

    /// One record, by all that is beneath its address.
    async fn record(&mut self, scene: &Scene, record: &Record) {
        let one = "/api/records/{entity}/{id}";
        let entity = scene.catalog.entity(&record.entity).unwrap();
        let place = format!("/api/records/{}/{}", record.entity, record.id);
        let answer = self.get(one, &place).await;
        if (answer.status == 200) != self.shown.sees_row(record.id) {
            self.leak(&format!("{place} answered {}", answer.status));
        }
        self.get(&format!("{one}/timeline"), &format!("{place}/timeline")).await;
        let fields = entity.columns().map(|field| field.name.to_string()).chain(["title".into(), "lines.cost".into()]);
        for asked in fields.map(|field| format!("field={field}")).chain(["kind=files".into(), "kind=comments".into()]) {
            self.get(&format!("{one}/timeline"), &format!("{place}/timeline?{asked}")).await;
        }
        let version = format!("{place}/versions/{}", record.version - 1);
        self.get(&format!("{one}/versions/{{version}}"), &version).await;
        let none = json!({"fields": ["nothing"]});
        self.post(&format!("{one}/versions/{{version}}/restore"), &format!("{version}/restore"), none).await;
        for user in [self.user, self.planted.records[0].created_by.unwrap_or(self.user)] {
            let fields = entity.columns().map(|field| format!("&field={}", field.name)).take(3).chain([String::new()]);
            for field in fields {
                let explained =
                    self.get(&format!("{one}/explain"), &format!("{place}/explain?user={user}{field}")).await;
                let admin = self.client.get("/api/roles").await.status == 200;
                if (explained.status == 200) != admin {
                    self.leak(&format!("{place}/explain answered {}", explained.status));
                }
            }
        }
        for field in entity.columns() {
            let asked = json!({"path": field.name});
            self.post(&format!("{one}/reveal"), &format!("{place}/reveal"), asked).await;
        }
        let trashed = format!("/api/trash/{}/{}", record.entity, record.id);
        self.get("/api/trash/{entity}/{id}", &trashed).await;
        let purged = self.client.delete(&trashed).await;
        self.look("DELETE /api/trash/{entity}/{id}", &trashed, &purged, "");
        self.get(&format!("{one}/preview"), &format!("{place}/preview")).await;
        let stale = json!({"version": 0});
        for name in entity.lifecycle.iter().flat_map(|l| l.transitions.keys()) {
            self.get(&format!("{one}/preview"), &format!("{place}/preview?transition={name}")).await;
            self.post(&format!("{one}/transitions/{{name}}"), &format!("{place}/transitions/{name}"), stale.clone())
                .await;
        }
        let patched = self.client.patch(&place, json!({"version": 0})).await;
        self.look(&format!("PATCH {one}"), &place, &patched, "");
        let removed = self.client.delete(&format!("{place}?version=0")).await;
        self.look(&format!("DELETE {one}"), &place, &removed, "");
        self.post(&format!("{one}/restore"), &format!("{place}/restore"), json!({})).await;
        self.post(&format!("{one}/comments"), &format!("{place}/comments"), json!({"text": "walked past"})).await;
        let draft = "/api/records/{entity}/draft";
        self.post(draft, &format!("/api/records/{}/draft", record.entity), json!({"id": record.id})).await;
        // A new record of each entity that refers to this one: nothing of it may come over.
        for other in scene.catalog.entities.values() {
            for field in other.columns().filter(|f| f.to.as_ref() == Some(&record.entity)) {
                let place = format!("/api/records/{}/draft?changed={}", other.name, field.name);
                self.post(draft, &place, json!({&*field.name: record.id})).await;
            }
        }
        if !self.shown.sees_row(record.id) && self.thorough {
            let mut refers = serde_json::Map::new();
            for field in entity.columns().filter(|f| f.to.is_some()) {
                refers.insert(field.name.to_string(), record.id.to_string().into());
            }
            self.post("/api/records/{entity}", &format!("/api/records/{}", record.entity), Json::Object(refers)).await;
        }
    }

    /// A change of all records that there are, as if their ids had been guessed: it tells of none that is hidden, and
    /// changes none; the version that nobody read keeps it from changing those that are seen.
    async fn bulk(&mut self) {
        let route = "/api/records/{entity}/bulk";
        let mut by_entity: std::collections::BTreeMap<String, Vec<Uuid>> = std::collections::BTreeMap::new();
        for record in &self.planted.records {
            by_entity.entry(record.entity.to_string()).or_default().push(record.id);
        }
        for (entity, ids) in by_entity {
            let rows: Vec<Json> = ids.iter().map(|id| json!({"id": id, "version": 0})).collect();
            let place = format!("/api/records/{entity}/bulk");
            let begun = self.post(route, &place, json!({"rows": rows, "delete": true})).await;
            self.walked.insert("GET /api/bulk/{id}".into());
            let Some(id) = begun.body["id"].as_str().map(str::to_owned) else { continue };
            let told = loop {
                let told = self.get("/api/bulk/{id}", &format!("/api/bulk/{id}")).await;
                if told.body["status"] == "done" {
                    break told;
                }
                tokio::task::yield_now().await;
            };
            for row in told.body["rows"].as_array().into_iter().flatten() {
                let record = Uuid::parse_str(row["id"].as_str().unwrap_or_default()).unwrap_or_default();
                if !self.shown.sees_row(record) && (row["code"] != "not_found" || row.get("title").is_some()) {
                    self.leak(&format!("a change of many tells of {record}: {row}"));
                }
            }
        }
    }

    /// Views that everybody shares with everybody tell of no field that their reader may not read.
    async fn views(&mut self) {
        let scene = self.app.scene(Some(self.user));
        for view in scene.catalog.views.values().map(|view| &view.definition) {
            let entity = scene.catalog.entity(&view.entity).unwrap();
            for field in entity.columns() {
                let settings = json!({"view": view.name, "sort": [field.name], "columns": [field.name]});
                let body =
                    json!({"label": format!("by {}", field.name), "shared": {"all": true}, "settings": settings});
                let kept = self.client.post("/api/views", body).await;
                let ctx = scene.ctx();
                let reads = Access::new(&scene.catalog, &ctx).reads(entity, &field.name);
                if kept.status < 300 && !reads {
                    self.leak(&format!("a view by {} of {} is kept", field.name, entity.name));
                }
            }
        }
        let answer = self.get("/api/views", "/api/views").await;
        for view in answer.body["views"].as_array().into_iter().flatten() {
            let Some(entity) = view["entity"].as_str().and_then(|name| scene.catalog.entity(name)) else { continue };
            let ctx = scene.ctx();
            let access = Access::new(&scene.catalog, &ctx);
            let paths = ["sort", "columns"].into_iter().flat_map(|key| view["settings"][key].as_array());
            for path in paths.flatten().filter_map(Json::as_str) {
                if !access.reads(entity, path.trim_start_matches('-')) {
                    self.leak(&format!("a shared view tells of {path} of {}", entity.name));
                }
            }
        }
    }

    /// Files by their ids: shown with the cell that holds them, and not otherwise; nor put elsewhere.
    async fn files(&mut self) {
        for (id, cell, text) in &self.planted.files {
            let sees = self.shown.sees(cell);
            for below in ["", "/info", "/thumbnail"] {
                let place = format!("/api/files/{id}{below}");
                let answer = self.get(&format!("/api/files/{{id}}{below}"), &place).await;
                // No picture is made of a text.
                if (answer.status == 200) != (sees && below != "/thumbnail") {
                    self.leak(&format!("{place} of {} answered {}", cell.path, answer.status));
                }
            }
            if !sees {
                let draft = json!({"papers": [id], "lines": [{"sketch": [id]}]});
                let taken = self.client.post("/api/records/job/draft", draft).await;
                if !taken.body["record"]["papers"].is_null() || taken.text.contains(text) {
                    self.leak(&format!("a draft takes {id} of {}", cell.path));
                }
            }
        }
    }

    /// Tasks and instances, those of others too.
    async fn work(&mut self, scene: &Scene) {
        for workflow in self.app.scene(None).catalog.workflows.keys() {
            let place = format!("/api/workflows/{workflow}/migration");
            self.post("/api/workflows/{workflow}/migration/plan", &format!("{place}/plan"), json!({})).await;
            self.post("/api/workflows/{workflow}/migration", &place, json!({"reason": "a newer version"})).await;
        }
        for record in &self.planted.records {
            for row in self.app.store().instances_of_record(record.id).await.unwrap() {
                let place = format!("/api/instances/{}", row.id);
                self.get("/api/instances/{id}", &place).await;
                self.get("/api/instances/{id}/graph", &format!("{place}/graph")).await;
                let pinned = scene.catalog.workflows.get(&row.workflow);
                for node in pinned.into_iter().flat_map(|workflow| workflow.nodes.keys()) {
                    self.get("/api/instances/{id}/why", &format!("{place}/why?node={node}")).await;
                }
                if row.initiator != self.user {
                    self.post("/api/instances/{id}/withdraw", &format!("{place}/withdraw"), json!({})).await;
                    self.post("/api/instances/{id}/urge", &format!("{place}/urge"), json!({})).await;
                    let admin = self.client.get("/api/audit").await.status == 200;
                    if !admin {
                        self.post("/api/instances/{id}/cancel", &format!("{place}/cancel"), json!({})).await;
                    }
                }
                for task in self.app.store().open_tasks_of_instances(&[row.id]).await.unwrap() {
                    self.get("/api/tasks/{id}/why", &format!("/api/tasks/{}/why", task.id)).await;
                    if task.assignee != self.user {
                        let place = format!("/api/tasks/{}/approve", task.id);
                        let answer = self.post("/api/tasks/{id}/{verb}", &place, json!({"fields": {}})).await;
                        if answer.status < 400 {
                            self.leak(&format!("{place} was decided by somebody else"));
                        }
                    }
                }
            }
        }
    }

    /// A file by whose keys records would be found, were they to be seen.
    async fn import(&mut self) {
        let mut text = String::from("Name,Code,Grade\n");
        for record in &self.planted.records {
            for path in ["code", "grade"] {
                if let Some(value) = self.planted.values.get(&Cell { record: record.id, path: path.into() }) {
                    text += &format!("x,{0},{0}\n", value.as_str().unwrap_or_default());
                }
            }
        }
        let head = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n";
        let body = format!("{head}{text}\r\n--edge--\r\n");
        let client = self.client.with("content-type", "multipart/form-data; boundary=edge");
        let answer = client.send_bytes(Method::POST, "/api/imports", Bytes::from(body)).await;
        // The file's own words come back to whoever sent them.
        self.walked.insert("POST /api/imports".into());
        let id = answer.body["id"].as_str().unwrap_or("0193f1a0-0000-7000-8000-000000000001").to_owned();
        for (entity, key) in [("partner", "code"), ("partner", "grade"), ("product", "code")] {
            let place = format!("/api/imports/{id}/dry_run");
            let plan =
                json!({"entity": entity, "key": [key], "existing": "skip", "columns": {"Name": "name", "Code": key}});
            let begun = self.client.post(&place, plan).await;
            self.walked.insert("POST /api/imports/{id}/dry_run".into());
            let job = loop {
                let job = self.client.get(&format!("/api/imports/{id}")).await;
                if job.body["status"] != "checking" {
                    break job;
                }
                tokio::task::yield_now().await;
            };
            self.walked.insert("GET /api/imports/{id}".into());
            let seen = self.planted.records.iter().filter(|r| r.entity == *entity);
            let seen = seen.filter(|r| self.shown.sees(&Cell { record: r.id, path: key.into() })).count();
            let found = job.body["summary"][entity]["skip"].as_u64().unwrap_or(0) as usize;
            if begun.status < 300 && found > seen {
                self.leak(&format!("an import finds {found} records of {entity} by {key}, but {seen} may be seen"));
            }
        }
    }

    /// Changes of all records, told to those who may see them.
    async fn events(&mut self) {
        let mut stream = self.client.stream("/api/events").await;
        self.walked.insert("GET /api/events".into());
        let mut read = String::new();
        while !read.contains("hello") {
            read.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
        }
        for record in &self.planted.records {
            self.app.hub().tell(Happened::Record(std::sync::Arc::new(record.clone())));
        }
        self.app.hub().tell(Happened::Published { version: 9_999 });
        while !read.contains("9999") {
            read.push_str(&String::from_utf8_lossy(&stream.next().await.unwrap().unwrap()));
        }
        for record in &self.planted.records {
            if read.contains(&record.id.to_string()) && !self.shown.sees_row(record.id) {
                self.leak(&format!("an event tells of {}", record.id));
            }
        }
        if !self.planted.found_in(&read).is_empty() {
            self.leak("an event tells what a cell holds");
        }
    }
}

fn rows(answer: &Answer) -> Vec<Uuid> {
    let rows = answer.body["rows"].as_array();
    rows.into_iter().flatten().filter_map(|row| Uuid::parse_str(row["id"].as_str()?).ok()).collect()
}
