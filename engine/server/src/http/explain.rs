//! `…/explain`: why somebody sees a record or a field of it, or does not. For administrators alone; what they may not see
//! themselves is not told: which rule decided they learn, what the record holds they do not.

use axum::{Json, extract::State};
use kernel::{
    Name, Value,
    definition::{Kind, ScopeWord},
    rights::{Because, FieldReason, Mask, RoleExplained, Scope as RowScope},
    schema::Entity,
};
use serde::Deserialize;
use serde_json::{Value as Json_, json};
use uuid::Uuid;

use super::{Error, Query, Reader, records::Place, words};
use crate::{
    App, Scene,
    app_model::Texts,
    read::{Titles, outcome},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    /// Whose sight is asked about.
    user: Uuid,
    /// `amount`, `lines.cost`.
    field: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    place: Place,
    Query(asked): Query<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let own = reader.scene();
    let entity = own.catalog.entity(&place.entity).cloned();
    let entity = entity.ok_or_else(|| Error::not_found("entity", &place.entity))?;
    let field = asked.field.as_deref().filter(|path| !path.is_empty());
    if field.is_some_and(|path| kernel::catalog::field_at(&entity, path).is_none()) {
        return Err(Error::invalid("field", "unknown", "expected a field of the entity"));
    }
    let record = app.store().record(&*own.catalog, &entity.name, place.id).await?;
    let record = record.ok_or_else(|| Error::not_found(&place.entity, place.id))?;
    let person = own.org.people.get(&asked.user).ok_or_else(|| Error::not_found("user", asked.user))?;

    let theirs = app.scene(Some(asked.user));
    let roles: Vec<RoleExplained> = app
        .settle(&theirs, |facts| {
            let ctx = theirs.ctx();
            outcome(theirs.access(&ctx).explain(&entity, &record, field, facts))
        })
        .await?;
    let mask = app.mask_of(&theirs, &entity, &record).await?;
    let mine = app.mask_of(&own, &entity, &record).await?;
    let texts = Texts::new(&own.catalog, reader.language);
    let mut titles = Titles::default();
    let telling = Telling { scene: &own, entity: &entity, mine: mine.as_ref(), texts };
    let roles: Vec<Json_> = roles.iter().map(|role| telling.role(role, &mut titles)).collect();
    let mut tasks = Vec::new();
    for task in app.store().open_tasks_about(asked.user, &app.pools_of(asked.user), record.id).await? {
        let Some(instance) = app.store().instance(task.instance).await? else { continue };
        tasks.push(
            json!({"node": task.node, "label": words::node_label(texts, &own.catalog, &instance.workflow, &task.node)}),
        );
    }
    let titles = titles.look_up(&app, &own).await?;
    Ok(Json(json!({
        "user": asked.user, "name": person.name, "active": person.active,
        "title": mine.as_ref().map(|_| &record.title),
        "shows_row": mask.is_some(),
        "shows_field": field.map(|path| mask.as_ref().is_some_and(|mask| mask.shows(path))),
        "field": field.map(|path| telling.label(path)),
        "roles": roles, "tasks": tasks, "titles": titles,
    })))
}

/// How it is told to an administrator.
struct Telling<'a> {
    scene: &'a Scene,
    entity: &'a Entity,
    /// What the administrator may see of the record; none: not even that it is there, beside that they know its id.
    mine: Option<&'a Mask>,
    texts: Texts<'a>,
}

impl Telling<'_> {
    fn role(&self, role: &RoleExplained, titles: &mut Titles) -> Json_ {
        let label = self.scene.catalog.roles.get(&role.role).map(|known| &known.definition.label);
        let label = label.map(|label| self.texts.text(Kind::Role, &role.role, "label", label));
        let scope = match role.scope {
            RowScope::Nothing => "nothing",
            RowScope::Filter => "filter",
            RowScope::Word(ScopeWord::Own) => "own",
            RowScope::Word(ScopeWord::Department) => "department",
            RowScope::Word(ScopeWord::Subtree) => "subtree",
            RowScope::Word(ScopeWord::All) => "all",
        };
        let field = role.field.as_ref().map(|reason| match reason {
            FieldReason::Shown => json!({"reason": "shown"}),
            FieldReason::HiddenByRole => json!({"reason": "hidden_by_role"}),
            FieldReason::NotAmong(roles) => json!({"reason": "not_among", "roles": self.labels(roles)}),
            FieldReason::ReadsHidden => json!({"reason": "reads_hidden"}),
            FieldReason::NoRows => json!({"reason": "no_rows"}),
        });
        json!({
            "role": role.role, "label": label, "scope": scope, "shows_row": role.shows_row,
            "because": role.because.as_ref().map(|because| self.because(because, titles)), "field": field,
        })
    }

    fn labels(&self, roles: &[Name]) -> Vec<String> {
        let known = roles.iter().filter_map(|role| Some((role, self.scene.catalog.roles.get(role)?)));
        known.map(|(name, role)| self.texts.text(Kind::Role, name, "label", &role.definition.label)).collect()
    }

    fn because(&self, because: &Because, titles: &mut Titles) -> Json_ {
        let mut each = |parts: &[Because]| parts.iter().map(|part| self.because(part, titles)).collect::<Vec<_>>();
        match because {
            Because::Constant(holds) => json!({"kind": "constant", "holds": holds}),
            Because::All(holds, parts) => json!({"kind": "all", "holds": holds, "parts": each(parts)}),
            Because::Any(holds, parts) => json!({"kind": "any", "holds": holds, "parts": each(parts)}),
            Because::Not(holds, part) => {
                json!({"kind": "not", "holds": holds, "parts": each(std::slice::from_ref(part))})
            }
            Because::Lines(holds, lines) => json!({"kind": "lines", "holds": holds, "label": self.label(lines)}),
            Because::Value { holds, path, operator, wanted, actual } => {
                let joined = path.iter().map(|name| &**name).collect::<Vec<_>>().join(".");
                // What the record holds is told only where the administrator may read it.
                let may = self.mine.is_some_and(|mask| path.len() == 1 && mask.shows(&joined));
                let actual = actual.as_ref().filter(|_| may);
                for value in wanted.iter().chain(actual) {
                    self.want(path, value, titles);
                }
                let mut out = json!({
                    "kind": "value", "holds": holds, "path": joined, "label": self.label(&joined), "operator": operator,
                    "wanted": wanted.iter().map(Value::to_json).collect::<Vec<_>>(),
                });
                if let (Some(actual), Json_::Object(out)) = (actual, &mut out) {
                    out.insert("actual".into(), actual.to_json());
                }
                out
            }
        }
    }

    fn want(&self, path: &[Name], value: &Value, titles: &mut Titles) {
        match path {
            [own] if own.ends_with("_by") => titles.want_people([value.as_id()]),
            [own] => {
                if let Some(field) = self.entity.fields.get(own) {
                    titles.want_value(field, value);
                }
            }
            _ => {}
        }
    }

    /// What the fields along a path are called.
    fn label(&self, path: &str) -> String {
        let mut entity = Some(self.entity);
        let mut labels = Vec::new();
        let mut table: Option<&kernel::schema::Field> = None;
        for name in path.split('.') {
            let field = match table.take() {
                Some(table) => table.fields.get(name),
                None => entity.and_then(|entity| entity.fields.get(name)),
            };
            let Some((field, of)) = field.zip(entity) else {
                labels.push(self.texts.system_field(name));
                continue;
            };
            let path = format!("fields.{name}.label");
            labels.push(self.texts.text(Kind::Entity, &of.name, &path, &field.label));
            if field.fields.is_empty() {
                entity = field.to.as_ref().and_then(|to| self.scene.catalog.entity(to)).map(|found| &**found);
            } else {
                table = Some(field);
            }
        }
        labels.join(" · ")
    }
}
