//! Calls: functions of plain values by their table, and the forms over rows and data.

use super::{Checker, Place, Site, Slot, Typed, check_shared};
use crate::{
    Name, Value,
    definition::DecisionDefinition,
    expression::{
        Reference, Scope,
        ast::{Ast, Kind},
        functions::{FUNCTIONS, Function, Gives, Signature, Takes, names, usage},
        lower,
        node::{Aggregate, Base, Node},
        parser::{did_you_mean, parse},
        types::{Currency, RowType, Type},
    },
};

impl Checker<'_> {
    pub(super) fn call(&mut self, name: &Name, arguments: &[Ast], at: usize) -> Typed {
        let aggregate = match name.as_str() {
            "sum" => Some(Aggregate::Sum),
            "count" => Some(Aggregate::Count),
            "avg" => Some(Aggregate::Avg),
            "any" => Some(Aggregate::Any),
            "all" => Some(Aggregate::All),
            // `min(a, b)` of numbers, `min(lines.price)` of rows.
            "min" if is_over_rows(arguments) => Some(Aggregate::Min),
            "max" if is_over_rows(arguments) => Some(Aggregate::Max),
            _ => None,
        };
        if let Some(how) = aggregate {
            return self.aggregate(how, name, arguments, at);
        }
        match (name.as_str(), arguments) {
            ("min", _) => self.extreme(Function::Min, arguments, at),
            ("max", _) => self.extreme(Function::Max, arguments, at),
            ("is_null", [value]) => {
                let value = self.check(value);
                Self::null_test(value, false)
            }
            ("filter", [over, condition @ Ast { kind: Kind::Closure(..), .. }]) if self.names_records(over) => {
                self.records(over, condition)
            }
            ("filter", [over, Ast { kind: Kind::Closure(parameter, body), .. }]) => {
                let over = self.check(over);
                let (over, condition) = self.over(over, parameter, body, at);
                let condition = self.want(condition, &Type::Bool, body.at).node;
                let node = Node::Filter { over: Box::new(over.node), condition: Box::new(condition) };
                Typed { node, ..over }
            }
            ("map", [over, Ast { kind: Kind::Closure(parameter, body), .. }]) => {
                let over = self.check(over);
                let (over, body) = self.over(over, parameter, body, at);
                let ty = Type::List(Box::new(body.ty));
                Typed::new(Node::Each { over: Box::new(over.node), body: Box::new(body.node) }, ty)
            }
            ("first", [over]) => {
                let over = self.check(over);
                self.first(over, at)
            }
            ("first", [over, Ast { kind: Kind::Closure(..), .. }]) => {
                let filtered = self.call(&Name::new("filter"), arguments, over.at);
                self.first(filtered, at)
            }
            ("at", [entity, key, rest @ ..]) if rest.len() <= 1 => self.effective(entity, key, rest.first(), at),
            ("find", [entity, condition]) => self.find(entity, condition, at),
            ("decide", [decision]) => self.decide(decision, at),
            _ => self.function(name, arguments, at),
        }
    }

    fn wrong_call(&mut self, name: &str, at: usize) -> Typed {
        match usage(name) {
            Some(usage) => self.fail(
                "E0307",
                at,
                format_args!("`{name}` is called with other arguments than it takes"),
                Some(format!("write {usage}")),
            ),
            None => self.fail("E0307", at, format_args!("there is no function `{name}`"), did_you_mean(name, names())),
        }
    }

    /// Opens a list of rows or values for a closure and checks its body.
    fn over(&mut self, over: Typed, parameter: &Name, body: &Ast, at: usize) -> (Typed, Typed) {
        let ty = match &over.ty {
            Type::Rows(row) => Type::Row(row.clone()),
            Type::List(item) => (**item).clone(),
            Type::Unknown => Type::Unknown,
            ty => {
                self.report("E0304", at, format_args!("expected lines or a list, but found {ty}"), None);
                Type::Unknown
            }
        };
        let place = over.place.clone();
        self.slots.push(Slot { name: parameter.clone(), ty, place, own: over.own });
        let body = self.check(body);
        self.slots.pop();
        (over, body)
    }

    fn aggregate(&mut self, how: Aggregate, name: &Name, arguments: &[Ast], at: usize) -> Typed {
        let (over, body, ty, body_at) = match arguments {
            [over] => {
                let over = self.check(over);
                match over.node {
                    // The path is the body: `sum(lines.amount)`.
                    Node::Each { over: rows, body } => {
                        let Type::List(ty) = over.ty else { return Typed::unknown() };
                        (*rows, Some(body), *ty, at)
                    }
                    node => match over.ty {
                        Type::List(item) => (node, None, *item, at),
                        Type::Rows(_) if how == Aggregate::Count => (node, None, Type::Integer, at),
                        Type::Unknown => return Typed::unknown(),
                        _ => return self.wrong_call(name, at),
                    },
                }
            }
            [over, Ast { kind: Kind::Closure(parameter, body), at: body_at, .. }] => {
                let over = self.check(over);
                let (over, body) = self.over(over, parameter, body, at);
                (over.node, Some(Box::new(body.node)), body.ty, *body_at)
            }
            _ => return self.wrong_call(name, at),
        };
        // `count` with a closure counts where it holds, `count(lines.date)` what is there.
        let wanted = match how {
            Aggregate::Any | Aggregate::All => Some(Type::Bool),
            Aggregate::Count if arguments.len() == 2 => Some(Type::Bool),
            _ => None,
        };
        if let Some(wanted) = wanted
            && !wanted.takes(&ty)
        {
            return self.fail("E0304", body_at, format_args!("expected {wanted}, but found {ty}"), None);
        }
        let given = match how {
            Aggregate::Any | Aggregate::All => Type::Bool,
            Aggregate::Count => Type::Integer,
            Aggregate::Sum if ty.is_number() || ty == Type::Duration => without_slots(ty),
            Aggregate::Avg if ty == Type::Integer => Type::Decimal,
            Aggregate::Avg if ty.is_number() => without_slots(ty),
            Aggregate::Min | Aggregate::Max if has_order(&ty) => without_slots(ty),
            _ => return self.fail("E0304", body_at, format_args!("`{name}` takes numbers, but found {ty}"), None),
        };
        let how = match (how, &given) {
            (Aggregate::Sum, Type::Integer | Type::Duration) => Aggregate::SumWhole,
            (how, _) => how,
        };
        // A null must be told from a number where a condition is counted, so the body is wrapped.
        let body = match (how, body) {
            (Aggregate::Count, Some(body)) if arguments.len() == 1 => {
                Some(Box::new(Node::Not(Box::new(Node::IsNull(body)))))
            }
            (_, body) => body,
        };
        Typed::new(Node::Aggregate { how, over: Box::new(over), body }, given)
    }

    fn extreme(&mut self, function: Function, arguments: &[Ast], at: usize) -> Typed {
        let mut nodes = Vec::with_capacity(arguments.len());
        let mut ty = Type::Null;
        for argument in arguments {
            let typed = self.check(argument);
            if !has_order(&typed.ty) {
                let message = format_args!("`{}` takes numbers or dates, but found {}", function.name(), typed.ty);
                return self.fail("E0304", argument.at, message, usage(function.name()).map(|u| format!("write {u}")));
            }
            let (_, node, both) = self.unify(Typed::new(Node::null(), ty), typed, argument.at);
            nodes.push(node);
            ty = both;
        }
        if nodes.len() < 2 { self.wrong_call(function.name(), at) } else { Typed::new(Node::Call(function, nodes), ty) }
    }

    fn first(&mut self, over: Typed, at: usize) -> Typed {
        let ty = match over.ty {
            Type::Rows(row) => Type::Row(row),
            Type::List(item) => *item,
            Type::Unknown => Type::Unknown,
            ty => return self.fail("E0304", at, format_args!("expected lines or a list, but found {ty}"), None),
        };
        Typed { node: Node::First(Box::new(over.node)), ty, ..over }
    }

    /// An argument that names an entity.
    fn entity(&mut self, ast: &Ast) -> Option<Name> {
        let entities = self.scope.types.entities;
        let Kind::Name(name) = &ast.kind else {
            self.report("E0307", ast.at, "expected the name of an entity", None);
            return None;
        };
        if entities.contains_key(name) {
            self.sites.push(Site { at: ast.at, entity: name.clone(), lines: None, field: None });
            return Some(name.clone());
        }
        let hint = did_you_mean(name, entities.keys().map(Name::as_str));
        self.report("E0303", ast.at, format_args!("there is no entity `{name}`"), hint);
        None
    }

    fn effective(&mut self, entity: &Ast, key: &Ast, on: Option<&Ast>, at: usize) -> Typed {
        let Some(name) = self.entity(entity) else { return Typed::unknown() };
        let definition = self.scope.types.entities.get(&name).and_then(|e| e.effective.clone());
        let Some(effective) = definition else {
            return self.fail("E0307", entity.at, format_args!("`{name}` is not effective-dated"), None);
        };
        let Kind::Map(given) = &key.kind else { return self.wrong_call("at", at) };
        self.references.insert(Reference::Rows(name.clone()));
        let row = RowType::record(name.clone());
        let mut keys = Vec::with_capacity(effective.key.len());
        for field in &effective.key {
            let Some((_, key_at, value)) = given.iter().find(|(k, ..)| k == field) else {
                return self.fail("E0307", key.at, format_args!("the key `{field}` of `{name}` is missing"), None);
            };
            let wanted = self.type_of(&row, field).map(|(ty, _)| ty).unwrap_or_default();
            let typed = self.check(value);
            keys.push((field.clone(), self.want(typed, &wanted, value.at).node));
            self.note_field(&row, field);
            self.note_site(*key_at, &row, field);
        }
        if let Some((extra, ..)) = given.iter().find(|(k, ..)| !effective.key.contains(k)) {
            let hint = did_you_mean(extra, effective.key.iter().map(Name::as_str));
            return self.fail("E0307", key.at, format_args!("`{extra}` is no key of `{name}`"), hint);
        }
        self.note_field(&row, &effective.from);
        let on = match on {
            Some(on) => {
                let typed = self.check(on);
                self.want(typed, &Type::Date, on.at).node
            }
            None => Node::Today,
        };
        let place = Place::at(format!("at({name})"));
        let node = Node::At { entity: name.clone(), key: keys, on: Box::new(on) };
        Typed { place, ..Typed::new(node, Type::Reference(name)) }
    }

    fn note_field(&mut self, row: &RowType, field: &Name) {
        let entity = row.entity.clone();
        self.references.insert(Reference::Field { entity, lines: None, field: field.clone(), own: false });
    }

    /// Whether it is the name of an entity, and no list that stands here under the same name.
    fn names_records(&self, over: &Ast) -> bool {
        let Kind::Name(name) = &over.kind else { return false };
        let is_list = || matches!(self.scope.type_of(name), Some(Type::Rows(_) | Type::List(_)));
        self.scope.types.entities.contains_key(name) && self.slots.iter().all(|slot| slot.name != *name) && !is_list()
    }

    fn records(&mut self, entity: &Ast, condition: &Ast) -> Typed {
        let Some((name, condition)) = self.fitting(entity, condition, "filter", condition.at) else {
            return Typed::unknown();
        };
        let place = Place::at(format!("filter({name})"));
        let ty = Type::Rows(RowType::record(name.clone()));
        Typed { place, ..Typed::new(Node::Records { entity: name, condition: Box::new(condition) }, ty) }
    }

    fn find(&mut self, entity: &Ast, condition: &Ast, at: usize) -> Typed {
        let Some((name, condition)) = self.fitting(entity, condition, "find", at) else { return Typed::unknown() };
        let place = Place::at(format!("find({name})"));
        let node = Node::Find { entity: name.clone(), condition: Box::new(condition) };
        Typed { place, ..Typed::new(node, Type::Reference(name)) }
    }

    /// An entity and a condition on its records that the store can compute.
    fn fitting(&mut self, entity: &Ast, condition: &Ast, form: &str, at: usize) -> Option<(Name, Node)> {
        let name = self.entity(entity)?;
        self.references.insert(Reference::Rows(name.clone()));
        let row = RowType::record(name.clone());
        let slot = |parameter: &Name, index: usize| Slot {
            name: parameter.clone(),
            ty: Type::Row(row.clone()),
            place: Place::at(format!("slot{index}")),
            own: false,
        };
        let index = self.slots.len();
        let condition = match &condition.kind {
            Kind::Closure(parameter, body) => {
                self.slots.push(slot(parameter, index));
                let condition = self.condition(body);
                self.slots.pop();
                condition
            }
            Kind::Map(entries) => {
                let mut parts = Vec::with_capacity(entries.len());
                for (field, key_at, value) in entries {
                    let value_at = value.at;
                    // Checked with the slot in place, so that closures inside it count from the same level.
                    self.slots.push(slot(&Name::new(""), index));
                    let value = self.check(value);
                    let candidate = Typed {
                        place: Place::at(format!("slot{index}")),
                        ..Typed::new(Node::Slot(index), Type::Row(row.clone()))
                    };
                    let field = self.member_of(candidate, field, *key_at);
                    self.slots.pop();
                    let equal = crate::expression::ast::BinaryOp::Equal;
                    parts.push(self.comparison(equal, field, value, value_at).node);
                }
                Node::All(parts)
            }
            _ => {
                self.wrong_call(&Name::new(form), at);
                return None;
            }
        };
        if let Err(message) = lower::check(&condition, &Base::Slot(index)) {
            self.fail("E0310", at, message, None);
            return None;
        }
        Some((name, condition))
    }

    fn decide(&mut self, decision: &Ast, at: usize) -> Typed {
        let decisions = self.scope.types.decisions;
        let Kind::Name(name) = &decision.kind else { return self.wrong_call("decide", at) };
        let Some(definition) = decisions.get(name) else {
            let hint = did_you_mean(name, decisions.keys().map(Name::as_str));
            return self.fail("E0303", decision.at, format_args!("there is no decision `{name}`"), hint);
        };
        let doc = self.scope.doc.as_ref().filter(|doc| doc.lines.is_none() && doc.entity == definition.entity);
        if doc.is_none() {
            let message = format_args!("decision `{name}` looks at records of `{}`", definition.entity);
            return self.fail("E0307", decision.at, message, None);
        }
        let open = format!("decide({name})");
        if self.shared.open.borrow().contains(&open) {
            return self.fail("E0308", at, format_args!("decision `{name}` reads itself"), None);
        }
        self.shared.open.borrow_mut().push(open);
        self.read_by(definition);
        self.shared.open.borrow_mut().pop();
        self.references.insert(Reference::Decision(name.clone()));
        let outputs = definition
            .outputs
            .iter()
            .map(|(name, o)| (name.clone(), Type::of_output(definition.hit, o.output_type)))
            .collect();
        Typed::new(Node::Decide(name.clone()), Type::Map(outputs))
    }

    /// Notes what a decision's inputs read. What is wrong with them is told by their own check, but for a ring.
    fn read_by(&mut self, decision: &DecisionDefinition) {
        let scope = Scope::decision(self.scope.types, decision);
        for source in decision.inputs.values() {
            let checked = parse(source)
                .map_err(|d| vec![d])
                .and_then(|ast| check_shared(&ast, source, &scope, None, self.shared.clone()));
            match checked {
                Ok(expr) => self.references.extend(expr.references.iter().cloned()),
                Err(all) => self.diagnostics.extend(all.into_iter().filter(|d| d.code == "E0308")),
            }
        }
    }

    fn function(&mut self, name: &Name, arguments: &[Ast], at: usize) -> Typed {
        let Some(signature) = FUNCTIONS.iter().find(|s| s.name == name.as_str()) else {
            return self.wrong_call(name, at);
        };
        if arguments.len() < signature.required || arguments.len() > signature.params.len() {
            return self.wrong_call(name, at);
        }
        let mut nodes = Vec::with_capacity(arguments.len());
        let mut types = Vec::with_capacity(arguments.len());
        for (argument, takes) in arguments.iter().zip(signature.params) {
            let mut typed = self.check(argument);
            if *takes == Takes::Day {
                typed = self.coerce(typed, &Type::Date, argument.at);
            }
            if !takes.accepts(&typed.ty) {
                let message = format_args!("`{name}` does not take {} here", typed.ty);
                return self.fail("E0307", argument.at, message, Some(format!("write {}", signature.usage)));
            }
            if *takes == Takes::Calendar
                && let Node::Literal(Value::Text(name)) = &typed.node
                && !self.scope.types.calendars.contains_key(&**name)
            {
                let hint = did_you_mean(name, self.scope.types.calendars.keys().map(Name::as_str));
                return self.fail("E0303", argument.at, format_args!("there is no calendar `{name}`"), hint);
            }
            nodes.push(typed.node);
            types.push(typed.ty);
        }
        let takes_calendar = signature.params.last() == Some(&Takes::Calendar);
        if takes_calendar && arguments.len() < signature.params.len() && self.scope.types.calendars.len() != 1 {
            let many = self.scope.types.calendars.len();
            let message = format_args!("`{name}` needs the name of a calendar, since there are {many}");
            return self.fail("E0307", at, message, Some(format!("write {}", signature.usage)));
        }
        // Of a list it is the test that `in` makes, and checked as such.
        if signature.function == Function::Contains
            && let (Some(list @ Type::List(_)), Some(value)) = (types.first().cloned(), types.pop())
            && let (Some(value_node), Some(list_node)) = (nodes.pop(), nodes.pop())
        {
            let at = arguments.last().map_or(at, |a| a.at);
            return self.membership(Typed::new(value_node, value), Typed::new(list_node, list), false, at);
        }
        let ty = given(signature, types.first());
        Typed::new(Node::Call(signature.function, nodes), ty)
    }
}

/// Whether the arguments are those of a function over rows, not of one over numbers.
fn is_over_rows(arguments: &[Ast]) -> bool {
    match arguments {
        [_] => true,
        [_, second] => matches!(second.kind, Kind::Closure(..)),
        _ => false,
    }
}

fn has_order(ty: &Type) -> bool {
    ty.is_number() || matches!(ty, Type::Date | Type::Datetime | Type::Duration | Type::Text)
}

/// The type outside the closure: the currency of a line's own field means nothing there.
fn without_slots(ty: Type) -> Type {
    match ty {
        Type::Money(Currency::At(place)) if place.starts_with("slot") => Type::Money(Currency::Unknown),
        ty => ty,
    }
}

fn given(signature: &Signature, first: Option<&Type>) -> Type {
    match (signature.gives, first) {
        (Gives::Same, first) => first.cloned().unwrap_or_default(),
        (Gives::Whole, Some(money @ Type::Money(_))) => money.clone(),
        (Gives::Whole | Gives::Integer, _) => Type::Integer,
        (Gives::Bool, _) => Type::Bool,
        (Gives::Decimal, _) => Type::Decimal,
        (Gives::Text, _) => Type::Text,
        (Gives::Date, _) => Type::Date,
        (Gives::Datetime, _) => Type::Datetime,
        (Gives::Duration, _) => Type::Duration,
    }
}

impl Takes {
    fn accepts(self, ty: &Type) -> bool {
        if matches!(ty, Type::Unknown | Type::Null) {
            return true;
        }
        match self {
            Self::Any => !matches!(ty, Type::Rows(_) | Type::Row(_) | Type::Map(_)),
            Self::Number => ty.is_number(),
            Self::Integer => *ty == Type::Integer,
            Self::Text | Self::Calendar => matches!(ty, Type::Text | Type::Choice(_)),
            Self::Moment => *ty == Type::Datetime,
            Self::TextOrList => matches!(ty, Type::Text | Type::Choice(_) | Type::List(_) | Type::Rows(_)),
            Self::List => matches!(ty, Type::List(_)),
            Self::Day => matches!(ty, Type::Date | Type::Datetime),
        }
    }
}
