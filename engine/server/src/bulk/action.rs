//! What is done with each of many records.

use kernel::{Name, Rejection, SYSTEM_FIELDS, definition::FieldKind, nearest, rights};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::must_be_able;
use crate::{Failure, Scene};

/// What is done with each record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Fields get these values.
    Set(Map<String, Json>),
    /// A transition is made.
    Transition {
        /// Which.
        name: String,
        /// Why, where whoever makes it says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It goes into the trash.
    Delete,
    /// It is taken out of the trash.
    Restore,
}

impl Action {
    /// Whether it can be taken back.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        !matches!(self, Self::Transition { .. })
    }

    /// Whether it is possible with records of the entity at all; what each allows is seen row by row.
    pub(super) fn check(&self, scene: &Scene, name: &Name) -> Result<(), Failure> {
        let Some(entity) = scene.catalog.entity(name) else { return Ok(()) };
        match self {
            Self::Set(fields) => {
                if fields.is_empty() {
                    return Err(Rejection::invalid("set", "required", "expected fields with their values").into());
                }
                for field in fields.keys() {
                    let path = format!("set.{field}");
                    let found = entity.fields.get(field.as_str());
                    let Some(found) = found.filter(|_| !SYSTEM_FIELDS.contains(&field.as_str())) else {
                        let near = nearest(field, entity.fields.keys().map(|name| &**name));
                        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                        let told = format!("no field `{field}` of `{name}`{near}");
                        return Err(Rejection::invalid(path, "unknown", told).into());
                    };
                    if found.kind == FieldKind::Lines {
                        let told = "lines are changed record by record";
                        return Err(Rejection::invalid(path, "lines", told).into());
                    }
                }
                must_be_able(scene, name, |access| access.may(rights::Action::Update, name))
            }
            Self::Transition { name: transition, .. } => {
                let known = entity.lifecycle.as_ref();
                if known.is_none_or(|lifecycle| !lifecycle.transitions.contains_key(transition.as_str())) {
                    let told = format!("no transition `{transition}` of `{name}`");
                    return Err(Rejection::invalid("transition.name", "unknown", told).into());
                }
                must_be_able(scene, name, |access| {
                    access.is_engine()
                        || access.roles().any(|role| {
                            role.can.get(name).is_some_and(|can| {
                                can.definition.transitions.iter().any(|one| one.as_str() == transition)
                            })
                        })
                })
            }
            Self::Delete | Self::Restore => {
                must_be_able(scene, name, |access| access.may(rights::Action::Delete, name))
            }
        }
    }
}
