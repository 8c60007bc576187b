//! Deadlines, waits and races as the engine runs them, and their checks.

use chrono::NaiveTime;

use super::{
    MessageInputs, Source,
    compile::{Compiler, did_you_mean},
    node::NodeKind,
};
use crate::{
    Diagnostic, Name,
    definition::{
        self, ApprovalNode, DueAct, DueDefinition, FieldKind, FormNode, Keyed, NodeDefinition, Period, PeriodUnit,
        RaceNode, Reminder, WaitFor, WaitNode, WorkflowDefinition,
    },
    expression::{self, Expr, Reference, Type},
};

/// When something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// So long after it began.
    After(Period),
    /// By a date of the record.
    Date(DateTerm),
}

/// A date of the record, or so long before or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTerm {
    /// The field.
    pub field: Name,
    /// So long before.
    pub before: Option<Period>,
    /// So long after.
    pub after: Option<Period>,
    /// The time of that day, where the field is a date.
    pub time: Option<NaiveTime>,
}

/// Until when a task is due.
#[derive(Clone, Debug)]
pub struct Due {
    /// When.
    pub when: Moment,
    /// The calendar that counts working time.
    pub calendar: Option<Name>,
    /// When whoever has it is reminded.
    pub remind: Vec<Reminder>,
    /// What happens by itself.
    pub then: Option<Then>,
}

/// What happens by itself where nobody has decided.
#[derive(Clone, Debug)]
pub struct Then {
    /// What.
    pub act: DueAct,
    /// So long after it was due.
    pub after: Option<Period>,
    /// Whom a notice tells; the manager of whoever has the task if empty.
    pub to: Vec<Source>,
}

/// What a wait waits for.
#[derive(Clone, Debug)]
pub struct WaitSpec {
    /// For what.
    pub awaited: Awaited,
    /// The calendar that counts working time.
    pub calendar: Option<Name>,
    /// The next node.
    pub next: Name,
}

/// What is waited for.
#[derive(Clone, Debug)]
pub enum Awaited {
    /// A time.
    Time(Moment),
    /// A message.
    Message {
        /// Its name.
        name: Name,
        /// By what it is told from others.
        key: Expr,
        /// Values that come with it.
        values: MessageInputs,
    },
    /// A condition.
    Until {
        /// It.
        when: Expr,
        /// Whether it may come to hold without a change of the record, so that it is looked at now and then.
        look: bool,
    },
}

/// One of those of which the first wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceBranch {
    /// What it is called.
    pub label: Option<String>,
    /// The wait, approval or form task.
    pub next: Name,
}

impl Awaited {
    /// The expressions that it reads.
    #[must_use]
    pub fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Time(_) => Vec::new(),
            Self::Message { key, .. } => vec![key],
            Self::Until { when, .. } => vec![when],
        }
    }

    /// The date that it reads.
    #[must_use]
    pub fn date(&self) -> Option<&Name> {
        if let Self::Time(moment) = self { moment.date() } else { None }
    }
}

impl Moment {
    /// The date of the record by which it is.
    #[must_use]
    pub fn date(&self) -> Option<&Name> {
        if let Self::Date(term) = self { Some(&term.field) } else { None }
    }
}

impl NodeKind {
    /// How much time people have at an approval, where it is not due by a date.
    #[must_use]
    pub fn within(&self) -> Option<Period> {
        let Self::Approval(approval) = self else { return None };
        if let Moment::After(period) = approval.due.as_ref()?.when { Some(period) } else { None }
    }

    /// Fields of the record whose change may move a deadline or end a wait here. Line tables are named as such.
    #[must_use]
    pub fn watches(&self) -> Vec<Name> {
        match self {
            Self::Approval(approval) => approval.due.iter().filter_map(|due| due.when.date()).cloned().collect(),
            Self::Wait(wait) => {
                let mut fields: Vec<Name> = wait.awaited.date().into_iter().cloned().collect();
                if let Awaited::Until { when, .. } = &wait.awaited {
                    fields.extend(when.references().into_iter().filter_map(|reference| match reference {
                        Reference::Field { own: true, lines, field, .. } => Some(lines.unwrap_or(field)),
                        _ => None,
                    }));
                }
                fields
            }
            _ => Vec::new(),
        }
    }
}

impl Compiler<'_> {
    /// Until when an approval is due.
    pub(super) fn due(&mut self, at: &str, node: &ApprovalNode) -> Option<Due> {
        let due = node.due.as_ref()?;
        let at = format!("{at}.due");
        let when = self.when(&at, due);
        let mut spans: Vec<Period> = Vec::new();
        spans.extend(due.after);
        spans.extend(due.date.iter().flat_map(|term| term.before.into_iter().chain(term.after)));
        spans.extend(due.remind.iter().filter_map(|one| match one {
            Reminder::Before(span) | Reminder::After(span) => Some(*span),
            Reminder::AtDue => None,
        }));
        spans.extend(due.then.iter().filter_map(|then| then.after));
        let calendar = self.calendar(&at, due.calendar.as_ref(), &spans);
        self.reminders(&at, due);
        let then = match &due.then {
            None => None,
            Some(then) => {
                let path = format!("{at}.then");
                if then.act != DueAct::Notify && !then.to.is_empty() {
                    self.problem(
                        Diagnostic::error("E0562", format!("{path}.to"), "only a notice names whom it tells")
                            .hint("take `to` away, or make the act `notify`"),
                    );
                }
                if then.act == DueAct::Approve && !node.fields.required.is_empty() {
                    let told = "what is approved by itself leaves required fields empty";
                    self.problem(
                        Diagnostic::warning("W0560", format!("{path}.act"), told)
                            .hint("choose another act, or fill the fields in an action after it"),
                    );
                }
                let to = self.sources(&format!("{path}.to"), &then.to)?;
                Some(Then { act: then.act, after: then.after, to })
            }
        };
        Some(Due { when: when?, calendar, remind: due.remind.clone(), then })
    }

    /// What a form task cannot be.
    pub(super) fn form_due(&mut self, at: &str, form: &FormNode) {
        if form.due.as_ref().and_then(|due| due.then.as_ref()).is_some_and(|then| then.act == DueAct::Reject) {
            self.problem(
                Diagnostic::error("E0562", format!("{at}.due.then.act"), "a form task cannot be rejected")
                    .hint("choose `approve`, `return`, `reassign_up` or `notify`"),
            );
        }
    }

    fn when(&mut self, at: &str, due: &DueDefinition) -> Option<Moment> {
        match (due.after, &due.date) {
            (Some(after), None) => Some(Moment::After(after)),
            (None, Some(term)) => self.term(&format!("{at}.date"), term).map(Moment::Date),
            _ => {
                self.problem(
                    Diagnostic::error("E0561", at, "expected either `after` or `date` to say when it is due")
                        .hint("write `\"after\": \"2 days\"`, or `\"date\": {\"field\": \"…\"}`"),
                );
                None
            }
        }
    }

    fn term(&mut self, at: &str, term: &definition::DateTerm) -> Option<DateTerm> {
        let path = format!("{at}.field");
        let before = self.problems_so_far();
        self.field(&path, &term.field, false);
        if self.problems_so_far() > before {
            return None;
        }
        let kind = self.kind_of(&term.field);
        if !matches!(kind, Some(FieldKind::Date | FieldKind::Datetime)) {
            let told = format!("`{}` is no date", term.field);
            self.problem(Diagnostic::error("E0567", path, told).hint("name a field of type `date` or `datetime`"));
            return None;
        }
        if term.before.is_some() && term.after.is_some() {
            let told = "expected `before` or `after` the date, but there are both";
            self.problem(Diagnostic::error("E0561", at, told).hint("keep one of them"));
            return None;
        }
        let time = match &term.time {
            None => None,
            Some(text) => match NaiveTime::parse_from_str(text, "%H:%M") {
                Ok(time) if kind == Some(FieldKind::Date) => Some(time),
                Ok(_) => {
                    let told = format!("`{}` has a time of its own", term.field);
                    self.problem(Diagnostic::error("E0568", format!("{at}.time"), told).hint("take `time` away"));
                    return None;
                }
                Err(_) => {
                    let told = format!("expected a time such as 18:00, but it is `{text}`");
                    self.problem(Diagnostic::error("E0568", format!("{at}.time"), told));
                    return None;
                }
            },
        };
        Some(DateTerm { field: term.field.clone(), before: term.before, after: term.after, time })
    }

    /// The calendar that counts, where working time is asked for.
    fn calendar(&mut self, at: &str, named: Option<&Name>, spans: &[Period]) -> Option<Name> {
        let calendars = self.calendars();
        if let Some(name) = named {
            if !calendars.contains(name) {
                let problem = Diagnostic::error("E0560", format!("{at}.calendar"), format!("no calendar `{name}`"));
                self.problem(did_you_mean(problem, name, &calendars));
            }
            return Some(name.clone());
        }
        let span = spans.iter().find(|span| span.is_working_time())?;
        if let [only] = calendars.as_slice() {
            return Some(only.clone());
        }
        let told = format!("`{span}` is working time, but no calendar says when people work");
        let hint = if calendars.is_empty() {
            "add a calendar in `calendars/`, or count `days` or `hours`".to_owned()
        } else {
            let names: Vec<String> = calendars.iter().map(|name| format!("`{name}`")).collect();
            format!("name in `calendar` one of {}", names.join(", "))
        };
        self.problem(Diagnostic::error("E0560", format!("{at}.calendar"), told).hint(hint));
        None
    }

    /// A reminder that would lie before the task itself.
    fn reminders(&mut self, at: &str, due: &DueDefinition) {
        let Some(after) = due.after else { return };
        for (index, reminder) in due.remind.iter().enumerate() {
            let Reminder::Before(before) = reminder else { continue };
            let longer = match (length(*before), length(after)) {
                ((true, before), (true, after)) | ((false, before), (false, after)) => before >= after,
                _ => false,
            };
            if longer {
                let told = format!("{before} before it is due, nobody has the task yet: it is due after {after}");
                self.problem(
                    Diagnostic::error("E0566", format!("{at}.remind.{index}"), told)
                        .hint("remind later, or give more time"),
                );
            }
        }
    }

    pub(super) fn wait(&mut self, at: &str, node: &WaitNode) -> Option<NodeKind> {
        let path = format!("{at}.for");
        let mut spans: Vec<Period> = Vec::new();
        let awaited = match &node.awaited {
            WaitFor::After(period) => {
                spans.push(*period);
                Some(Awaited::Time(Moment::After(*period)))
            }
            WaitFor::Date(term) => {
                spans.extend(term.before.into_iter().chain(term.after));
                self.term(&format!("{path}.date"), term).map(|term| Awaited::Time(Moment::Date(term)))
            }
            WaitFor::Message(message) => {
                let key = expression::compile(&message.key, &self.scope);
                let key = self.keep(&format!("{path}.message.key"), key)?;
                let is_key =
                    !matches!(key.ty(), Type::List(_) | Type::Rows(_) | Type::Row(_) | Type::Map(_) | Type::Null);
                if !is_key {
                    let told = format!(
                        "expected one value by which the message is known, but `{}` is {}",
                        message.key,
                        key.ty()
                    );
                    self.problem(
                        Diagnostic::error("E0304", format!("{path}.message.key"), told)
                            .hint("name a field such as `number`"),
                    );
                }
                let values = self.message_inputs(&format!("{path}.message"), message);
                values.map(|values| Awaited::Message { name: message.name.clone(), key, values })
            }
            WaitFor::Until(condition) => {
                let path = format!("{path}.until");
                let when = expression::compile_condition(condition, &self.scope);
                let when = self.keep(&path, when)?;
                let references = when.references();
                let own = |r: &Reference| matches!(r, Reference::Field { own: true, .. } | Reference::Let(_));
                let beyond = |r: &Reference| {
                    matches!(r, Reference::Field { own: false, .. } | Reference::Rows(_) | Reference::Clock)
                };
                if !references.iter().any(|r| own(r) || beyond(r)) {
                    self.problem(
                        Diagnostic::error("E0565", path, "the condition reads nothing that changes: it never ends")
                            .hint("let it read a field of the record"),
                    );
                }
                let look = references.iter().any(beyond);
                Some(Awaited::Until { when, look })
            }
        };
        let calendar = self.calendar(at, node.calendar.as_ref(), &spans);
        Some(NodeKind::Wait(Box::new(WaitSpec { awaited: awaited?, calendar, next: node.next.clone() })))
    }

    pub(super) fn race(&mut self, at: &str, node: &RaceNode) -> NodeKind {
        if node.branches.len() < 2 {
            self.problem(
                Diagnostic::error("E0564", format!("{at}.branches"), "a race is between two at least")
                    .hint("add a branch, or lead straight to the one"),
            );
        }
        let branch = |b: &definition::RaceBranch| RaceBranch { label: b.label.clone(), next: b.next.clone() };
        let branches: Keyed<RaceBranch> = node.branches.iter().map(|(name, b)| (name.clone(), branch(b))).collect();
        NodeKind::Race { branches }
    }

    /// Whether races are between what can win.
    pub(super) fn races(&mut self, definition: &WorkflowDefinition) {
        for (name, node) in &definition.nodes {
            let NodeDefinition::Race(race) = node else { continue };
            for (branch, to) in &race.branches {
                let first = definition.nodes.get(&to.next);
                let fits = matches!(
                    first,
                    None | Some(NodeDefinition::Wait(_) | NodeDefinition::Approval(_) | NodeDefinition::Form(_))
                );
                if !fits {
                    let told = format!("a race is between waits, approvals and form tasks, but `{}` is none", to.next);
                    self.problem(
                        Diagnostic::error("E0563", format!("nodes.{name}.branches.{branch}.next"), told)
                            .hint("begin the branch with a wait or a decision, and lead on from there"),
                    );
                }
            }
        }
    }
}

/// Whether a span is working time, and about how many minutes it has.
fn length(period: Period) -> (bool, u64) {
    let count = u64::from(period.count);
    match period.unit {
        PeriodUnit::Minutes => (false, count),
        PeriodUnit::Hours => (false, count * 60),
        PeriodUnit::Days => (false, count * 1440),
        // A working day has eight hours or so.
        PeriodUnit::WorkingHours => (true, count * 60),
        PeriodUnit::WorkingDays => (true, count * 480),
    }
}
