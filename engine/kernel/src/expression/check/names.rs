//! Names and paths: what they mean in the scope, and whose field is read.

use super::{Checker, MAX_LETS, Place, Site, Slot, Typed, check_shared};
use crate::{
    Diagnostic, Name,
    definition::{EntityDefinition, FieldDefinition, FieldKind},
    expression::{
        Reference, Scope,
        ast::{Ast, Kind},
        node::{Base, Node, Wire},
        parser::did_you_mean,
        scope::Bare,
        types::{Currency, RowType, Type},
    },
};

/// Words that mean something in every scope, and those before a point.
const ROOTS: [&str; 10] = ["doc", "let", "setting", "user", "vars", "old", "new", "row", "today", "now"];

impl Checker<'_> {
    pub(super) fn name(&mut self, name: &Name, at: usize) -> Typed {
        if let Some(typed) = self.slot(name) {
            return typed;
        }
        match name.as_str() {
            "today" | "now" => {
                self.references.insert(Reference::Clock);
                return if name == "today" {
                    Typed::new(Node::Today, Type::Date)
                } else {
                    Typed::new(Node::Now, Type::Datetime)
                };
            }
            "user" => {
                self.references.insert(Reference::User);
                let ty = Type::Reference(name.clone());
                return Typed { place: Place::at("user"), ..Typed::new(Node::User, ty) };
            }
            "initiator" if self.scope.initiator => {
                let ty = Type::Reference(Name::new("user"));
                return Typed { place: Place::at("initiator"), ..Typed::new(Node::Initiator, ty) };
            }
            _ => {}
        }
        if let Some(ty) = self.scope.named.get(name) {
            return Self::plain_field(Base::Named, name, ty);
        }
        if let Some(typed) = self.bare_field(name, at) {
            return typed;
        }
        // `doc`, `row`, `old`, `new` alone: the record's or line's id.
        if let Some((base, row, place)) = self.root(name) {
            return self.field(base, &row, place, true, &Name::new("id"), at);
        }
        self.unknown_name(name, at)
    }

    /// A closure's parameter of this name.
    fn slot(&self, name: &Name) -> Option<Typed> {
        let (index, slot) = self.slots.iter().enumerate().rfind(|(_, s)| s.name == *name)?;
        Some(Self::slot_typed(index, slot))
    }

    pub(super) fn slot_typed(index: usize, slot: &Slot) -> Typed {
        Typed { node: Node::Slot(index), ty: slot.ty.clone(), place: slot.place.clone(), own: slot.own }
    }

    /// A field of the row whose fields are bare names.
    fn bare_field(&mut self, name: &Name, at: usize) -> Option<Typed> {
        if let Some(index) = self.bare_slot {
            let slot = self.slots.get(index)?.clone();
            let Type::Row(row) = &slot.ty else { return None };
            self.type_of(row, name)?;
            return Some(self.field(Base::Slot(index), row, slot.place, slot.own, name, at));
        }
        match &self.scope.bare {
            Bare::None => None,
            Bare::Columns(columns) => columns.get(name).map(|ty| Self::plain_field(Base::Bare, name, ty)),
            Bare::Row(row) => {
                self.type_of(row, name)?;
                let place = self.bare_place(row);
                let own = place.own != "other";
                Some(self.field(Base::Bare, row, place, own, name, at))
            }
        }
    }

    fn bare_place(&self, row: &RowType) -> Place {
        if self.scope.doc.as_ref() == Some(row) && self.scope.lets.is_some() {
            Place::at("doc")
        } else if row.lines.is_some() {
            Place { own: "line".into(), doc: "doc".into() }
        } else {
            Place::at("other")
        }
    }

    fn plain_field(base: Base, name: &Name, ty: &Type) -> Typed {
        let node = Node::Field { base, name: name.clone(), wire: Wire::of(ty) };
        let place = Place::at(name.as_str());
        Typed { place, ..Typed::new(node, ty.clone()) }
    }

    /// The row that a word before a point stands for.
    fn root(&self, word: &str) -> Option<(Base, RowType, Place)> {
        let scope = self.scope;
        match word {
            "doc" => {
                let doc = scope.doc.clone()?;
                let is_bare = scope.bare == Bare::Row(doc.clone()) && scope.lets.is_some();
                Some((if is_bare { Base::Bare } else { Base::Doc }, doc, Place::at("doc")))
            }
            "row" => Some((Base::Row, scope.row.clone()?, Place { own: "row".into(), doc: "doc".into() })),
            "old" => Some((Base::Old, scope.old.clone()?, Place::at("doc"))),
            "new" => Some((Base::New, scope.new.clone()?, Place::at("doc"))),
            _ => None,
        }
    }

    pub(super) fn member(&mut self, base: &Ast, name: &Name, at: usize) -> Typed {
        if let Kind::Name(word) = &base.kind
            && self.slot(word).is_none()
        {
            match word.as_str() {
                "let" => return self.let_step(name, at),
                "setting" => return self.setting(name, at),
                "vars" => return self.variable(name, at),
                word => {
                    if let Some((base, row, place)) = self.root(word) {
                        return self.field(base, &row, place, true, name, at);
                    }
                }
            }
        }
        let base = self.check(base);
        self.member_of(base, name, at)
    }

    /// A field of what a value refers to, or of each of its rows.
    pub(super) fn member_of(&mut self, base: Typed, name: &Name, at: usize) -> Typed {
        match base.ty {
            Type::Unknown => Typed::unknown(),
            // The id of a reference is its own value; nothing need be read.
            Type::Reference(_) if name == "id" => base,
            Type::Reference(entity) => {
                let row = RowType::record(entity.clone());
                let through = Base::Through { of: Box::new(base.node), entity };
                self.field(through, &row, base.place, false, name, at)
            }
            Type::Row(row) => {
                let of = match base.node {
                    Node::Slot(index) => Base::Slot(index),
                    node => Base::Through { of: Box::new(node), entity: row.entity.clone() },
                };
                self.field(of, &row, base.place, base.own, name, at)
            }
            Type::Rows(row) => {
                let element = Slot { name: Name::new(""), ty: Type::Row(row), place: base.place, own: base.own };
                self.each(base.node, element, name, at)
            }
            Type::List(item) => match base.node {
                // One pass for `lines.item.weight`, not one per point.
                Node::Each { over, body } => {
                    let inner = Typed { node: *body, ty: *item, place: base.place, own: base.own };
                    self.slots.push(Slot {
                        name: Name::new(""),
                        ty: Type::Unknown,
                        place: Place::default(),
                        own: false,
                    });
                    let body = self.member_of(inner, name, at);
                    self.slots.pop();
                    Self::list_of(over, body)
                }
                node => {
                    let element = Slot { name: Name::new(""), ty: *item, place: base.place, own: base.own };
                    self.each(node, element, name, at)
                }
            },
            Type::Map(entries) => match entries.iter().find(|(key, _)| key == name) {
                Some((_, ty)) => Typed::new(Node::Entry(Box::new(base.node), name.clone(), Wire::of(ty)), ty.clone()),
                None => {
                    let hint = did_you_mean(name, entries.iter().map(|(key, _)| key.as_str()));
                    self.fail("E0303", at, format_args!("there is no `{name}` here"), hint)
                }
            },
            ty => self.fail("E0303", at, format_args!("{ty} has no field `{name}`"), None),
        }
    }

    /// The member `name` of each element.
    fn each(&mut self, over: Node, element: Slot, name: &Name, at: usize) -> Typed {
        let index = self.slots.len();
        let typed = Self::slot_typed(index, &element);
        self.slots.push(element);
        let body = self.member_of(typed, name, at);
        self.slots.pop();
        Self::list_of(Box::new(over), body)
    }

    fn list_of(over: Box<Node>, body: Typed) -> Typed {
        let Typed { node, ty, place, own } = body;
        Typed { node: Node::Each { over, body: Box::new(node) }, ty: Type::List(Box::new(ty)), place, own }
    }

    fn let_step(&mut self, name: &Name, at: usize) -> Typed {
        let lets = self.scope.lets.as_ref().and_then(|e| Some((e, &self.scope.types.entities.get(e)?.lets)));
        let Some((entity, lets)) = lets else {
            return self.fail("E0303", at, "there is no `let.` here", None);
        };
        let Some(source) = lets.get(name) else {
            let hint = did_you_mean(name, lets.keys().map(Name::as_str));
            return self.fail("E0303", at, format_args!("there is no let `{name}`"), hint);
        };
        if self.shared.open.borrow().iter().any(|open| open == name.as_str()) {
            let ring = self.shared.open.borrow().join(" → ");
            return self.fail("E0308", at, format_args!("the lets go round in a ring: {ring} → {name}"), None);
        }
        if self.shared.open.borrow().len() > MAX_LETS {
            return self.fail("E0302", at, format_args!("more than {MAX_LETS} lets stand on each other"), None);
        }
        let known = self.shared.lets.borrow().get(name).cloned();
        let value = known.unwrap_or_else(|| {
            let scope = Scope::record(self.scope.types, entity);
            self.shared.open.borrow_mut().push(name.to_string());
            let value = super::super::parser::parse(source)
                .map_err(|d| vec![d])
                .and_then(|ast| check_shared(&ast, source, &scope, None, self.shared.clone()));
            self.shared.open.borrow_mut().pop();
            // Its own check tells what is wrong with it; but not that it is part of a ring, or too deep from here.
            let ring = value.as_ref().err().and_then(|all| all.iter().find(|d| is_of_several(d))).cloned();
            self.diagnostics.extend(ring);
            let value = value.ok();
            self.shared.lets.borrow_mut().insert(name.clone(), value.clone());
            value
        });
        let Some(value) = value else { return Typed::unknown() };
        self.references.insert(Reference::Let(name.clone()));
        self.references.extend(value.references.iter().cloned());
        let ty = value.ty.clone();
        Typed { place: Place::at(format!("let.{name}")), ..Typed::new(Node::Let(name.clone(), value), ty) }
    }

    fn setting(&mut self, name: &Name, at: usize) -> Typed {
        let settings = self.scope.types.settings;
        let Some(setting) = settings.get(name) else {
            let hint = did_you_mean(name, settings.keys().map(Name::as_str));
            return self.fail("E0303", at, format_args!("there is no setting `{name}`"), hint);
        };
        self.references.insert(Reference::Setting(name.clone()));
        let ty = Type::of_kind(setting.setting_type);
        Typed::new(Node::Setting(name.clone(), Wire::of(&ty)), ty)
    }

    fn variable(&mut self, name: &Name, at: usize) -> Typed {
        let Some(ty) = self.scope.vars.get(name) else {
            let hint = did_you_mean(name, self.scope.vars.keys().map(Name::as_str));
            return self.fail("E0303", at, format_args!("there is no variable `{name}`"), hint);
        };
        self.references.insert(Reference::Variable(name.clone()));
        Self::plain_field(Base::Vars, name, ty)
    }

    /// A field of a row.
    fn field(&mut self, base: Base, row: &RowType, place: Place, own: bool, name: &Name, at: usize) -> Typed {
        let now = self.name_now(row, name);
        let name = now.as_ref().unwrap_or(name);
        self.note_site(at, row, name);
        let Some((mut ty, definition)) = self.type_of(row, name) else {
            let names = self.field_names(row);
            let hint = did_you_mean(name, names.iter().map(String::as_str));
            let whose = Type::Row(row.clone());
            return self.fail("E0303", at, format_args!("{whose} has no field `{name}`"), hint);
        };
        if definition.is_some_and(|definition| definition.sensitive) && !self.asks_whether_empty && !self.scope.shows {
            let hint = "only a filter may ask whether it has a value: [\"…\", \"is null\"]".to_owned();
            return self.fail("E0245", at, format_args!("`{name}` is sensitive and is read by nothing"), Some(hint));
        }
        if let (Type::Money(currency), Some(definition)) = (&mut ty, definition) {
            *currency = currency_of(definition, &place);
        }
        self.references.insert(Reference::Field {
            entity: row.entity.clone(),
            lines: row.lines.clone(),
            field: name.clone(),
            own,
        });
        if let Type::Rows(_) = ty {
            let doc = place.own;
            let place = Place { own: format!("slot{}", self.slots.len()), doc };
            return Typed { node: Node::Lines { base, name: name.clone() }, ty, place, own };
        }
        let place = if place.own.is_empty() { place } else { Place::at(format!("{}.{name}", place.own)) };
        Typed { node: Node::Field { base, name: name.clone(), wire: Wire::of(&ty) }, ty, place, own: false }
    }

    /// Notes where a field is named.
    pub(super) fn note_site(&mut self, at: usize, row: &RowType, field: &Name) {
        let (entity, lines) = (row.entity.clone(), row.lines.clone());
        self.sites.push(Site { at, entity, lines, field: Some(field.clone()) });
    }

    /// The name that a field has now, where it is named as it was before and the scope knows that.
    fn name_now(&self, row: &RowType, name: &str) -> Option<Name> {
        if !self.scope.former {
            return None;
        }
        let entity = self.scope.types.entities.get(&row.entity)?;
        let fields = match &row.lines {
            Some(lines) => &entity.fields.get(lines)?.fields,
            None => &entity.fields,
        };
        let (now, _) = FieldDefinition::of_name(fields, name)?;
        (**now != *name).then(|| now.clone())
    }

    /// The type of a field of a row, and its definition if it is no system field.
    pub(super) fn type_of(&self, row: &RowType, name: &str) -> Option<(Type, Option<&FieldDefinition>)> {
        let now = self.name_now(row, name);
        let name = now.as_deref().unwrap_or(name);
        let entity = self.scope.types.entities.get(&row.entity);
        let Some(entity) = entity else { return built_in(&row.entity, name).map(|ty| (ty, None)) };
        if let Some(lines) = &row.lines {
            if name == "id" {
                return Some((Type::Reference(lines.clone()), None));
            }
            let (name, field) = entity.fields.get(lines)?.fields.get_key_value(name)?;
            return Some((Type::of_field(&entity.name, name, field), Some(field)));
        }
        if let Some((name, field)) = entity.fields.get_key_value(name) {
            return Some((Type::of_field(&entity.name, name, field), Some(field)));
        }
        system_field(entity, name).map(|ty| (ty, None))
    }

    fn field_names(&self, row: &RowType) -> Vec<String> {
        let Some(entity) = self.scope.types.entities.get(&row.entity) else { return Vec::new() };
        match &row.lines {
            Some(lines) => {
                entity.fields.get(lines).map_or_else(Vec::new, |l| l.fields.keys().map(Name::to_string).collect())
            }
            None => {
                let system = crate::SYSTEM_FIELDS.iter().map(ToString::to_string);
                entity.fields.keys().map(Name::to_string).chain(system).collect()
            }
        }
    }

    fn unknown_name(&mut self, name: &Name, at: usize) -> Typed {
        let mut candidates: Vec<String> = self.slots.iter().map(|s| s.name.to_string()).collect();
        candidates.extend(self.scope.named.keys().map(Name::to_string));
        let bare = match (&self.scope.bare, self.bare_slot.and_then(|i| self.slots.get(i))) {
            (_, Some(Slot { ty: Type::Row(row), .. })) | (Bare::Row(row), None) => self.field_names(row),
            (Bare::Columns(columns), _) => columns.keys().map(Name::to_string).collect(),
            _ => Vec::new(),
        };
        candidates.extend(bare);
        let doc = self.scope.doc.as_ref().filter(|doc| self.type_of(doc, name).is_some());
        let hint = if doc.is_some() {
            Some(format!("write `doc.{name}` for the field of the document"))
        } else {
            did_you_mean(name, candidates.iter().map(String::as_str).chain(ROOTS))
        };
        self.fail("E0303", at, format_args!("there is no `{name}`"), hint)
    }
}

/// Whether a problem lies in how lets stand on each other.
fn is_of_several(problem: &Diagnostic) -> bool {
    matches!(problem.code.as_str(), "E0302" | "E0308")
}

fn system_field(entity: &EntityDefinition, name: &str) -> Option<Type> {
    let states = entity.lifecycle.as_ref().map(|l| l.states.keys().cloned().collect());
    Some(match name {
        "id" => Type::Reference(entity.name.clone()),
        "version" => Type::Integer,
        "state" => Type::Choice(states),
        "number" | "title" => Type::Text,
        "created_at" | "updated_at" | "deleted_at" => Type::Datetime,
        "created_by" | "updated_by" => Type::Reference(Name::new("user")),
        _ => return None,
    })
}

/// The fields of people and departments that the engine itself knows.
fn built_in(entity: &str, name: &str) -> Option<Type> {
    Some(match (entity, name) {
        ("user" | "department", "id") => Type::Reference(Name::new(entity)),
        ("user" | "department", "name" | "title") | ("user", "email" | "language") => Type::Text,
        ("user", "department") | ("department", "parent") => Type::Reference(Name::new("department")),
        ("user", "manager") | ("department", "head") => Type::Reference(Name::new("user")),
        ("user", "roles") => Type::of_kind(FieldKind::MultiChoice),
        ("user", "active") => Type::Bool,
        _ => return None,
    })
}

/// Where the currency of a money field stands, seen from the record at hand.
fn currency_of(field: &FieldDefinition, place: &Place) -> Currency {
    let Some(source) = field.currency.as_deref().map(str::trim) else { return Currency::Unknown };
    if source.starts_with("setting.") || source.starts_with('"') {
        return Currency::At(source.to_owned());
    }
    let (whose, rest) = match source.strip_prefix("doc.") {
        Some(rest) => (&place.doc, rest),
        None => (&place.own, source),
    };
    if whose.is_empty() { Currency::Unknown } else { Currency::At(format!("{whose}.{rest}")) }
}
