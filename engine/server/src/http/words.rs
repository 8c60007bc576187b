//! Words of definitions in the reader's language, for answers that are not the app model.

use kernel::{
    Catalog, Name,
    catalog::label_of,
    definition::Kind,
    workflow::{Instance, Node, NodeKind, Why},
};

use crate::app_model::Texts;

/// What a workflow is called.
pub(super) fn workflow_label(texts: Texts<'_>, catalog: &Catalog, workflow: &str) -> String {
    let base = catalog.workflows.get(workflow).map_or_else(|| label_of(&Name::new(workflow)), |w| w.label.clone());
    texts.text(Kind::Workflow, workflow, "label", &base)
}

/// What a node is called.
pub(crate) fn node_label(texts: Texts<'_>, catalog: &Catalog, workflow: &str, node: &str) -> String {
    let found = catalog.workflows.get(workflow).and_then(|w| w.nodes.get(node));
    let base = found.map_or_else(|| label_of(&Name::new(node)), |n| n.label.clone());
    let (workflow, node) = origin(catalog, workflow, node);
    texts.text(Kind::Workflow, workflow, &format!("nodes.{node}.label"), &base)
}

/// What the node is called at which a token stands; where it is called for one of a list, with what that is: `Check · 3`.
pub(crate) fn place_label(texts: Texts<'_>, catalog: &Catalog, instance: &Instance, token: u32, node: &str) -> String {
    let label = node_label(texts, catalog, &instance.workflow, node);
    match instance.item_of(token) {
        Some(item) => format!("{label} · {}", item.name),
        None => label,
    }
}

/// The workflow in whose definition a node is written, and its name there: `check.manager` is of the workflow that `check`
/// calls.
pub(crate) fn origin<'n>(catalog: &'n Catalog, workflow: &'n str, node: &'n str) -> (&'n str, &'n str) {
    let (mut workflow, mut node) = (workflow, node);
    while let Some((call, within)) = node.split_once('.')
        && let Some(NodeKind::Call(call)) =
            catalog.workflows.get(workflow).and_then(|w| w.nodes.get(call)).map(|node| &node.kind)
    {
        (workflow, node) = (&call.workflow, within);
    }
    (workflow, node)
}

/// How an instance ended, or will end, as its workflow calls it; nothing where the author gave it no name.
pub(crate) fn outcome_label(texts: Texts<'_>, catalog: &Catalog, workflow: &str, outcome: &str) -> Option<String> {
    let nodes = &catalog.workflows.get(workflow)?.nodes;
    // An end within a call ends that alone, unless it ends everything.
    let ends = |name: &Name, node: &Node| match &node.kind {
        NodeKind::End { outcome: own, terminate } => {
            node.named && **own == *outcome && (*terminate || !name.contains('.'))
        }
        _ => false,
    };
    let (name, _) = nodes.iter().find(|(name, node)| ends(name, node))?;
    Some(node_label(texts, catalog, workflow, name))
}

/// Why it goes the way it does at a switch: the case that holds, else what the switch is called, and the rows of the
/// decision tables that spoke for it. Nothing where nobody has put it into words.
pub(super) fn reason(texts: Texts<'_>, catalog: &Catalog, workflow: &str, why: &Why) -> Option<String> {
    let switch = catalog.workflows.get(workflow).and_then(|found| found.nodes.get(&why.node));
    let named = match (&why.case, &why.case_label) {
        (Some(case), Some(label)) => {
            let (workflow, node) = origin(catalog, workflow, &why.node);
            let path = format!("nodes.{node}.cases.{case}.label");
            Some(texts.text(Kind::Workflow, workflow, &path, label))
        }
        _ => switch.filter(|node| node.named).map(|_| node_label(texts, catalog, workflow, &why.node)),
    };
    let rows = why.fired.iter().flat_map(|fired| fired.rules.iter().map(move |rule| (&fired.decision, rule)));
    let rows: Vec<String> = rows
        .filter_map(|(decision, rule)| {
            let base = catalog.decisions.get(decision)?.rule_label(rule)?;
            Some(texts.text(Kind::Decision, decision, &format!("rules.{rule}.label"), base))
        })
        .collect();
    texts.with_parts(named, &rows)
}
