//! Values that come with messages: which of them are waited for, and how they are read.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{
    Awaited, NodeKind,
    compile::{Compiler, did_you_mean},
};
use crate::{
    Catalog, Diagnostic, Name, Value,
    definition::{FieldKind, Keyed, MessageTerm, VariableDefinition},
    field,
    rejection::Problem,
    schema::Field,
};

/// A value that comes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageInput {
    /// The variable that it is written to.
    pub variable: Name,
    /// Its type, which is the variable's.
    pub kind: FieldKind,
    /// Whether no message comes without it.
    pub required: bool,
}

/// Values that come with a message, by name.
pub type MessageInputs = Keyed<MessageInput>;

/// Types of which another program can give a value that says all by itself.
const GIVEN: [FieldKind; 9] = [
    FieldKind::Text,
    FieldKind::LongText,
    FieldKind::Integer,
    FieldKind::Decimal,
    FieldKind::Money,
    FieldKind::Percent,
    FieldKind::Boolean,
    FieldKind::Date,
    FieldKind::Datetime,
];

impl Catalog {
    /// What may come with a message of this name, as all that wait for it say together; nothing where nobody does.
    #[must_use]
    pub fn message_inputs(&self, name: &str) -> MessageInputs {
        let mut together = MessageInputs::new();
        for (_, _, inputs) in self.awaited_messages().filter(|(_, message, _)| **message == *name) {
            for (value, input) in inputs {
                together.entry(value.clone()).or_insert_with(|| input.clone()).required |= input.required;
            }
        }
        together
    }

    /// Every wait for a message: its workflow and node, the message's name, the values.
    fn awaited_messages(&self) -> impl Iterator<Item = ((&Name, &Name), &Name, &MessageInputs)> {
        self.workflows.iter().flat_map(|(name, workflow)| {
            workflow.nodes.iter().filter_map(move |(node, definition)| match &definition.kind {
                NodeKind::Wait(wait) => match &wait.awaited {
                    Awaited::Message { name: message, values, .. } => Some(((name, node), message, values)),
                    Awaited::Time(_) | Awaited::Until { .. } => None,
                },
                _ => None,
            })
        })
    }

    /// Values that have another type at a wait before: where they stand, and that type.
    pub(crate) fn message_conflicts(&self) -> Vec<MessageConflict<'_>> {
        // What is called stands in its own workflow too.
        let own: Vec<_> = self.awaited_messages().filter(|((_, node), ..)| !node.contains('.')).collect();
        let mut found = Vec::new();
        for (index, ((workflow, node), message, inputs)) in own.iter().enumerate() {
            for (value, input) in *inputs {
                let before = own.iter().take(index).filter(|(_, name, _)| name == message);
                let kind = before.filter_map(|(_, _, inputs)| inputs.get(value)).map(|input| input.kind).next();
                if let Some(kind) = kind.filter(|kind| *kind != input.kind) {
                    found.push(MessageConflict { workflow, node, message, value, kind });
                }
            }
        }
        found
    }
}

/// A value of a message that has another type elsewhere.
#[derive(Debug)]
pub(crate) struct MessageConflict<'c> {
    /// The workflow.
    pub(crate) workflow: &'c Name,
    /// Its wait.
    pub(crate) node: &'c Name,
    /// The message.
    pub(crate) message: &'c Name,
    /// The value.
    pub(crate) value: &'c Name,
    /// Its type elsewhere.
    pub(crate) kind: FieldKind,
}

impl Compiler<'_> {
    /// The values that come with a message, and their variables.
    pub(super) fn message_inputs(&mut self, at: &str, message: &MessageTerm) -> Option<MessageInputs> {
        let variables = self.variables;
        let mut inputs = Some(MessageInputs::new());
        for (name, value) in &message.values {
            let (key, variable) = match &value.variable {
                Some(variable) => (format!("{at}.values.{name}.variable"), variable),
                None => (format!("{at}.values.{name}"), name),
            };
            let problem = match variables.get(variable) {
                None => {
                    let problem = Diagnostic::error("E0569", key, format!("no variable `{variable}`"));
                    did_you_mean(problem, variable, variables.keys())
                }
                Some(VariableDefinition { variable_type: kind, .. }) if GIVEN.contains(kind) => {
                    let input = MessageInput { variable: variable.clone(), kind: *kind, required: value.required };
                    inputs.as_mut().map(|inputs| inputs.insert(name.clone(), input));
                    continue;
                }
                Some(VariableDefinition { variable_type: kind, .. }) => {
                    let told = format!("`{variable}` is a {}, which no message can bring", kind.as_str());
                    Diagnostic::error("E0569", key, told)
                        .hint("write it to a variable that is a text, a number, a date, a time or `boolean`")
                }
            };
            self.problem(problem);
            inputs = None;
        }
        inputs
    }
}

/// Reads the values that come with a message. A null is none.
///
/// # Errors
///
/// Every problem with its path: `values.amount` is unknown, of another type, or missing.
pub fn read_message(inputs: &MessageInputs, given: &Map<String, Json>) -> Result<IndexMap<Name, Value>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut values = IndexMap::new();
    for name in given.keys().filter(|name| !inputs.contains_key(name.as_str())) {
        let known: Vec<String> = inputs.keys().map(|known| format!("`{known}`")).collect();
        let told = if known.is_empty() {
            "expected no values: nobody who waits for this message asks for any".to_owned()
        } else {
            format!("expected a value that is waited for ({}), but found `{name}`", known.join(", "))
        };
        problems.push(Problem::new(format!("values.{name}"), "unknown", told));
    }
    for (name, input) in inputs {
        let path = format!("values.{name}");
        match field::parse(&Field::plain(input.kind), given.get(name.as_str()).unwrap_or(&Json::Null)) {
            Ok(Value::Null) if input.required => {
                problems.push(Problem::new(path, "required", "expected a value, but found none"));
            }
            Ok(Value::Null) => {}
            Ok(value) => drop(values.insert(name.clone(), value)),
            Err(wrong) => problems.push(wrong.at(path)),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}
