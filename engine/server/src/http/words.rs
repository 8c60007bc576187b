//! Words of definitions in the reader's language, for answers that are not the app model.

use kernel::{Catalog, Name, catalog::label_of, definition::Kind};

use crate::app_model::Texts;

/// What a workflow is called.
pub(super) fn workflow_label(texts: Texts<'_>, catalog: &Catalog, workflow: &str) -> String {
    let base = catalog.workflows.get(workflow).map_or_else(|| label_of(&Name::new(workflow)), |w| w.label.clone());
    texts.text(Kind::Workflow, workflow, "label", &base)
}

/// What a node is called.
pub(super) fn node_label(texts: Texts<'_>, catalog: &Catalog, workflow: &str, node: &str) -> String {
    let found = catalog.workflows.get(workflow).and_then(|w| w.nodes.get(node));
    let base = found.map_or_else(|| label_of(&Name::new(node)), |n| n.label.clone());
    texts.text(Kind::Workflow, workflow, &format!("nodes.{node}.label"), &base)
}
