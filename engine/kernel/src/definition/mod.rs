//! Definitions as their authors write them: one type per kind, read from JSON, never changed by the engine.
//!
//! What the engine works with is the [`Catalog`](crate::Catalog) compiled from them. Nothing here knows whether a
//! definition makes sense together with the others; that is `check`'s part.

mod absence;
mod approver;
mod automation_step;
mod calendar;
mod call;
mod data;
mod deadline;
mod decision;
mod entity;
mod form;
mod import;
mod live;
mod mapping;
mod menu;
mod overlay;
mod pack;
mod period;
mod retain;
mod role;
mod test;
mod translations;
mod verb;
mod view;
mod workflow;

pub use absence::*;
pub use approver::*;
pub use automation_step::*;
pub use calendar::*;
pub use call::*;
pub use data::*;
pub use deadline::*;
pub use decision::*;
pub use entity::*;
pub use form::*;
pub use import::*;
pub use live::*;
pub use mapping::*;
pub use menu::*;
pub use overlay::*;
pub use pack::*;
pub use period::*;
pub use retain::*;
pub use role::*;
pub use test::*;
pub use translations::*;
pub use verb::*;
pub use view::*;
pub use workflow::*;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// A JSON object keyed by name; order is the order written.
pub type Keyed<T> = IndexMap<Name, T>;

/// The source text of an expression (Rhai's syntax plus paths).
pub type Expression = String;

/// A condition: an expression that gives a boolean, or a filter that a builder can edit.
///
/// A filter is `["field", "op", value]`, `{"all": […]}`, `{"any": […]}`, `{"not": …}`,
/// `{"some": "lines", "where": …}` (also `every`, `none`), or a list of filters, all of which must hold.
/// Operators: `=`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `contains`, `starts`, `is null`, `is not null`.
/// Values: a literal, `{"expr": "today - 180"}`, `{"setting": "quoting_stuck_days"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// An expression.
    Expression(Expression),
    /// A filter, kept as JSON; parsed by [`crate::expression::compile_filter`].
    Filter(serde_json::Value),
}

/// The kinds of definition; a definition's file lies in the folder named after the plural of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The pack itself: `pack.json`.
    Pack,
    /// A thing the firm keeps records of.
    Entity,
    /// How a record is laid out on the screen.
    Form,
    /// A list, kanban or calendar.
    View,
    /// The navigation.
    Menu,
    /// What people may see and do.
    Role,
    /// An approval or other flow.
    Workflow,
    /// A decision table.
    Decision,
    /// How a document is made from another.
    Mapping,
    /// How a spreadsheet becomes records.
    Import,
    /// Working days and hours.
    Calendar,
    /// Texts in another language.
    Translations,
    /// Records that come with the pack.
    Data,
    /// A test of the pack.
    Test,
    /// What the firm changes of a definition of another pack.
    Overlay,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Pack,
        Self::Entity,
        Self::Form,
        Self::View,
        Self::Menu,
        Self::Role,
        Self::Workflow,
        Self::Decision,
        Self::Mapping,
        Self::Import,
        Self::Calendar,
        Self::Translations,
        Self::Data,
        Self::Test,
        Self::Overlay,
    ];

    /// The kind as definitions write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Entity => "entity",
            Self::Form => "form",
            Self::View => "view",
            Self::Menu => "menu",
            Self::Role => "role",
            Self::Workflow => "workflow",
            Self::Decision => "decision",
            Self::Mapping => "mapping",
            Self::Import => "import",
            Self::Calendar => "calendar",
            Self::Translations => "translations",
            Self::Data => "data",
            Self::Test => "test",
            Self::Overlay => "overlay",
        }
    }

    /// The folder of a pack in which definitions of this kind lie; none for the pack itself.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Pack => "",
            Self::Entity => "entities",
            Self::Form => "forms",
            Self::View => "views",
            Self::Menu => "menus",
            Self::Role => "roles",
            Self::Workflow => "workflows",
            Self::Decision => "decisions",
            Self::Mapping => "mappings",
            Self::Import => "imports",
            Self::Calendar => "calendars",
            Self::Translations => "translations",
            Self::Data => "data",
            Self::Test => "tests",
            Self::Overlay => "overlays",
        }
    }
}

/// Any definition.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "read once at a publish, never kept in number")]
pub enum Definition {
    /// See [`PackDefinition`].
    Pack(PackDefinition),
    /// See [`EntityDefinition`].
    Entity(Box<EntityDefinition>),
    /// See [`FormDefinition`].
    Form(FormDefinition),
    /// See [`ViewDefinition`].
    View(ViewDefinition),
    /// See [`MenuDefinition`].
    Menu(MenuDefinition),
    /// See [`RoleDefinition`].
    Role(RoleDefinition),
    /// See [`WorkflowDefinition`].
    Workflow(WorkflowDefinition),
    /// See [`DecisionDefinition`].
    Decision(DecisionDefinition),
    /// See [`MappingDefinition`].
    Mapping(MappingDefinition),
    /// See [`ImportDefinition`].
    Import(ImportDefinition),
    /// See [`CalendarDefinition`].
    Calendar(CalendarDefinition),
    /// See [`TranslationsDefinition`].
    Translations(TranslationsDefinition),
    /// See [`DataDefinition`].
    Data(DataDefinition),
    /// See [`TestDefinition`].
    Test(TestDefinition),
    /// See [`OverlayDefinition`].
    Overlay(OverlayDefinition),
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
