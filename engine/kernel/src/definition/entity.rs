//! `entity`: a thing the firm keeps records of, its fields, rules and lifecycle.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AbsenceDefinition, Condition, Expression, Keyed, LookupDefinition, RetainDefinition, RollupDefinition, Step,
    is_default,
};
use crate::Name;

/// An entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityDefinition {
    /// The key; also the name of its table and API path.
    pub name: Name,
    /// What it was called before: its records stay, and what was written of them under that name is found.
    #[serde(default, skip_serializing_if = "FormerNames::is_empty")]
    pub renamed_from: FormerNames,
    /// What it is called, in the singular.
    pub label: String,
    /// What it is called in the plural; the singular if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_plural: Option<String>,
    /// What it is for, in a sentence, shown on its empty list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// `master` (lists of things), `document` (numbered, dated, with lifecycle), `log` (append only), `setup`.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    /// Pattern of the document number: `QT-{yyyy}{MM}-{seq:4}`. The sequence restarts when the text before it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Pattern of the title: `{number} {partner.title}`. The number if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Which fields say to whom a record belongs; row scopes `own`, `department`, `subtree` read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeDefinition>,
    /// Named steps of formulas, not stored: `let.excl`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub lets: Keyed<Expression>,
    /// The fields, in the order in which a generated form shows them.
    pub fields: Keyed<FieldDefinition>,
    /// What must hold when a record is saved.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub rules: Keyed<RuleDefinition>,
    /// States and transitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<LifecycleDefinition>,
    /// Paths whose texts the search finds: `number`, `partner.title`, `lines.product.title`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    /// What people call a record in spreadsheets, the surest first: fields of text, `number`, `title`, and `tags` of other
    /// names. An import takes the one record that the first of them finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_by: Vec<Name>,
    /// Sets of fields that no two records may share. Nulls are never equal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<Vec<Name>>,
    /// What is taken for the same thing entered twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicates: Option<DuplicatesDefinition>,
    /// Indexes for lists, by field; each ends in the id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Vec<Name>>,
    /// How long records are kept; for good if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retain: Option<RetainDefinition>,
    /// Makes its records set deputies: leave that is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<AbsenceDefinition>,
    /// Makes `at(entity, #{…key}, date)` possible: the latest record with `from` on or before the date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<EffectiveDefinition>,
}

/// What sort of thing an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityType {
    /// Lists of things: partners, products.
    Master,
    /// Numbered, dated papers with a lifecycle.
    Document,
    /// Append only.
    Log,
    /// Small tables that administrators keep.
    Setup,
}

/// Which fields say to whom a record belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeDefinition {
    /// A field of type `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// A field of type `department`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Name>,
}

/// What is taken for the same thing entered twice. It is looked for when a field concerned is written; records that are
/// there already stay as they are until they are merged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicatesDefinition {
    /// Sets of fields: what shares all values of one with another record is the same, and is refused. Nulls are never
    /// equal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certain: Vec<Vec<Name>>,
    /// What may be the same: a person is asked before saving, and says why if it is not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suspect: Vec<Likeness>,
}

/// In what two records may be alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Likeness {
    /// These fields have the same values.
    Same(Vec<Name>),
    /// A text is nearly the same.
    Near(NearDefinition),
}

/// Texts that are nearly the same; those of fewer than eight characters never are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NearDefinition {
    /// The text field.
    pub near: Name,
    /// So many characters may be added, left out or changed: 1 or 2.
    pub distance: u8,
    /// Fields whose values must be the same beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Name>,
}

/// Former names: one, or a list of them, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "OneOrMore", into = "OneOrMore")]
#[schemars(with = "OneOrMore")]
pub struct FormerNames(Vec<Name>);

/// How former names are written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMore {
    /// One.
    One(Name),
    /// Several.
    More(Vec<Name>),
}

impl From<OneOrMore> for FormerNames {
    fn from(written: OneOrMore) -> Self {
        match written {
            OneOrMore::One(name) => Self(vec![name]),
            OneOrMore::More(names) => Self(names),
        }
    }
}

impl From<FormerNames> for OneOrMore {
    fn from(names: FormerNames) -> Self {
        match <[Name; 1]>::try_from(names.0) {
            Ok([name]) => Self::One(name),
            Err(names) => Self::More(names),
        }
    }
}

impl FormerNames {
    /// Whether it was never renamed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it had this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|known| *known == *name)
    }

    /// The names, the latest last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Name> {
        self.0.iter()
    }

    /// Notes the name that it had until now.
    pub fn push(&mut self, name: Name) {
        self.0.retain(|known| *known != name);
        self.0.push(name);
    }

    /// Forgets a name that it has again.
    pub fn forget(&mut self, name: &str) {
        self.0.retain(|known| *known != *name);
    }
}

/// Effective dating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectiveDefinition {
    /// The fields that say which series a record belongs to.
    pub key: Vec<Name>,
    /// The date field from which a record holds.
    pub from: Name,
}

/// A field. Which properties fit which type is told by `definitions/README.md` and checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// The type.
    #[serde(rename = "type")]
    pub field_type: FieldKind,
    /// What it was called before: its values stay, and old filters and running workflows still find it.
    #[serde(default, skip_serializing_if = "FormerNames::is_empty")]
    pub renamed_from: FormerNames,
    /// What it is called; made from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A hint under the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Whether a record cannot be saved without it: `true`, or the condition under which it is so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: Required,
    /// Value of a new record: a literal number or boolean, or an expression (a literal text is an expression in quotes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Whether no two records may share its value.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unique: bool,
    /// Whether it says something of a living person, and goes when what is personal is erased.
    #[serde(default, skip_serializing_if = "is_default")]
    pub personal: bool,
    /// Texts: whether it is kept sealed, shown with all but its end hidden, and in full only when asked, which is noted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sensitive: bool,
    /// Roles that may read it; all that may read the record if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Vec<Name>>,
    /// Roles that may write it; all that may write the record if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<Vec<Name>>,
    /// Computed from other fields and stored at every save; never written by people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Expression>,
    /// Computed while a condition holds, then frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute: Option<ComputeDefinition>,
    /// The value of a field of the record that a reference names: `customer.level`; never written by people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<LookupDefinition>,
    /// What records that refer to this one come to; never written by people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollup: Option<RollupDefinition>,
    /// When it is shown; hidden fields are not required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<Condition>,
    /// When it cannot be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<Condition>,
    /// `reference`, `references`: the entity; `any_reference`: the entities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<To>,
    /// `reference`, `references`: which records can be chosen. Names are those of the other record; `doc.` is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<Condition>,
    /// `reference`: fields of this row taken over when it changes: `{"currency": "default_currency"}` (mine: theirs).
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fills: Keyed<Expression>,
    /// `choice`, `multi_choice`: the options.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub options: Keyed<OptionDefinition>,
    /// `multi_choice`: the options are the definitions of this kind (only `role` at present).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options_from: Option<Name>,
    /// `lines`: the fields of a line.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: Keyed<FieldDefinition>,
    /// `money`: where its currency stands: a field, a path, `doc.currency`, `setting.base_currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Expression>,
    /// Digits after the point that are stored; rounded half up, away from zero. Money 2, decimal 6, percent 4 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// Digits after the point that are shown (of a percent, of the figure before `%`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<u32>,
    /// Numbers: smallest value; `lines`: fewest lines; text: shortest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<serde_json::Number>,
    /// Numbers: greatest value; `lines`: most lines; text: longest (200 if left out; long text 20,000); files: most
    /// files (`attachment` 50 if left out, `image` 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<serde_json::Number>,
    /// Numbers: must be greater than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<serde_json::Number>,
    /// Text: a regular expression that the whole value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Text: characters that are taken out of what is written, as the points of `0000.00.00` with `"."`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<String>,
    /// `duration`: in what a bare number, `min` and `max` count; hours if left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unit: DurationUnit,
    /// `barcode`: the kind of code, whose length and check digit are held to; any code if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbology: Option<Symbology>,
    /// `number`: the pattern of the series: `LC-{yyyy}-{seq:3}`. As with an entity's `number`, it restarts when the text
    /// before the sequence changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// `json`: a JSON Schema that the value must fulfil.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
}

impl FieldDefinition {
    /// Whether the engine alone gives its value: a formula, a lookup, a rollup.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.formula.is_some() || self.lookup.is_some() || self.rollup.is_some()
    }

    /// The entity of which a value is one record.
    #[must_use]
    pub fn record_of(&self) -> Option<Name> {
        match self.field_type {
            FieldKind::User => Some(Name::new("user")),
            FieldKind::Department => Some(Name::new("department")),
            FieldKind::Position => Some(Name::new("position")),
            FieldKind::Reference => self.entity().cloned(),
            _ => None,
        }
    }

    /// The one entity that a value refers to, or whose records a list of values refers to.
    #[must_use]
    pub fn entity(&self) -> Option<&Name> {
        match &self.to {
            Some(To::One(name)) => Some(name),
            Some(To::Any(_)) | None => None,
        }
    }
}

/// Whether a value must be there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Required {
    /// Always, or never.
    Always(bool),
    /// While this holds. A condition over null values does not hold.
    When(Condition),
}

impl Default for Required {
    fn default() -> Self {
        Self::Always(false)
    }
}

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum To {
    /// An entity.
    One(Name),
    /// Several entities, of `any_reference`.
    Any(Vec<Name>),
}

impl To {
    /// All entities.
    #[must_use]
    pub fn entities(&self) -> &[Name] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Any(names) => names,
        }
    }
}

/// Units of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DurationUnit {
    /// Of 24 hours.
    Day,
    /// Of 60 minutes.
    #[default]
    Hour,
    /// Of 60 seconds.
    Minute,
}

impl DurationUnit {
    /// How many milliseconds it has.
    #[must_use]
    pub fn millis(self) -> i64 {
        match self {
            Self::Day => 86_400_000,
            Self::Hour => 3_600_000,
            Self::Minute => 60_000,
        }
    }

    /// The unit as definitions write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
        }
    }
}

/// Kinds of bar codes with a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Symbology {
    /// EAN-13, 13 digits.
    Ean13,
    /// EAN-8, 8 digits.
    Ean8,
    /// UPC-A, 12 digits.
    UpcA,
    /// Any of GS1's: 8, 12, 13 or 14 digits.
    Gtin,
}

/// The types of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// Text with paragraphs, lists, emphasis and links, kept as clean HTML.
    RichText,
    /// A whole number.
    Integer,
    /// An exact decimal number.
    Decimal,
    /// An amount of a currency.
    Money,
    /// A share: 0.15 is 15 %.
    Percent,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Datetime,
    /// A span of time, written `2d 4h 30m`.
    Duration,
    /// One of the options.
    Choice,
    /// Any of the options.
    MultiChoice,
    /// Free texts, offered from what other records have.
    Tags,
    /// A record of another entity.
    Reference,
    /// Several records of another entity.
    References,
    /// A record of one of several entities.
    AnyReference,
    /// Rows that belong to the record.
    Lines,
    /// A person who signs in.
    User,
    /// A department.
    Department,
    /// A position.
    Position,
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A web address.
    Url,
    /// A country by its ISO 3166-1 code.
    Country,
    /// A currency by its ISO 4217 code.
    Currency,
    /// Files.
    Attachment,
    /// Pictures.
    Image,
    /// A signature that is drawn, kept as a picture.
    Signature,
    /// Country, region, city, street and postal code; conditions read `address.country`.
    Address,
    /// A place on the earth: `{"latitude": …, "longitude": …}`.
    Geo,
    /// What a bar code says.
    Barcode,
    /// A colour, `#1a2b3c`.
    Color,
    /// Stars, up to five or `max`.
    Rating,
    /// A number of a series, given when the record is first written.
    Number,
    /// An object or a list as JSON.
    Json,
}

impl FieldDefinition {
    /// A field by a name that it has or had.
    #[must_use]
    pub fn of_name<'f>(fields: &'f Keyed<Self>, name: &str) -> Option<(&'f Name, &'f Self)> {
        let now = fields.get_key_value(name);
        now.or_else(|| fields.iter().find(|(_, field)| field.renamed_from.contains(name)))
    }
}

impl FieldKind {
    /// The type as definitions write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::RichText => "rich_text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::Datetime => "datetime",
            Self::Duration => "duration",
            Self::Choice => "choice",
            Self::MultiChoice => "multi_choice",
            Self::Tags => "tags",
            Self::Reference => "reference",
            Self::References => "references",
            Self::AnyReference => "any_reference",
            Self::Lines => "lines",
            Self::User => "user",
            Self::Department => "department",
            Self::Position => "position",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Country => "country",
            Self::Currency => "currency",
            Self::Attachment => "attachment",
            Self::Image => "image",
            Self::Signature => "signature",
            Self::Address => "address",
            Self::Geo => "geo",
            Self::Barcode => "barcode",
            Self::Color => "color",
            Self::Rating => "rating",
            Self::Number => "number",
            Self::Json => "json",
        }
    }

    /// Whether its values are short and stand in an order among each other.
    #[must_use]
    pub fn has_order(self) -> bool {
        crate::field::behaviour(self).column.has_order()
    }

    /// Whether its values are lists of files.
    #[must_use]
    pub fn holds_files(self) -> bool {
        matches!(self, Self::Attachment | Self::Image | Self::Signature)
    }

    /// Whether its values are numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Money | Self::Percent)
    }
}

impl OptionDefinition {
    /// The options that became this one.
    pub fn former(&self) -> impl Iterator<Item = &Name> {
        match self {
            Self::Label(_) => None,
            Self::Full(full) => Some(&full.renamed_from),
        }
        .into_iter()
        .flat_map(FormerNames::iter)
    }

    /// What it is called in the base language.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Label(label) => label,
            Self::Full(full) => &full.label,
        }
    }
}

/// An option of a choice: its label, or more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OptionDefinition {
    /// Only a label.
    Label(String),
    /// With a code of the outside world and a colour.
    Full(FullOption),
}

/// An option with more than a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FullOption {
    /// What it is called.
    pub label: String,
    /// Options that became this one: records that hold one of them hold this one when it is published.
    #[serde(default, skip_serializing_if = "FormerNames::is_empty")]
    pub renamed_from: FormerNames,
    /// Its code in the outside world, such as customs' `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What else it is called in spreadsheets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// A colour by its meaning: `grey`, `blue`, `green`, `amber`, `red`, `purple`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
}

/// Colours, by name; the app chooses the shade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// Neutral, not begun.
    Grey,
    /// In work.
    Blue,
    /// Good, done.
    Green,
    /// Needs attention.
    Amber,
    /// Bad, refused, late.
    Red,
    /// Special.
    Purple,
}

/// A value computed until it freezes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComputeDefinition {
    /// The expression.
    pub value: Expression,
    /// The state in which it is computed; always if left out.
    #[serde(default, rename = "while", skip_serializing_if = "Option::is_none")]
    pub while_state: Option<Name>,
    /// Whether people may write their own value; it then stays until they clear it.
    #[serde(default, rename = "override", skip_serializing_if = "is_default")]
    pub may_override: bool,
}

/// What must hold when a record is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    /// The rule is broken unless this holds. A condition over null values does not hold.
    pub unless: Condition,
    /// The line table on whose every line it is tried; on the record if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Name>,
    /// The field at which the message is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Name>,
    /// `error` refuses the save, `warn` only tells.
    #[serde(default, skip_serializing_if = "is_default")]
    pub level: RuleLevel,
    /// Only tried when a transition of this name is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Name>,
    /// What to tell: `{term.code} needs a fee`.
    pub message: String,
}

/// What a broken rule does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleLevel {
    /// Refuses the save.
    #[default]
    Error,
    /// Only tells.
    Warn,
}

/// States and transitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleDefinition {
    /// The state of a new record.
    pub start: Name,
    /// The states.
    pub states: Keyed<StateDefinition>,
    /// The ways between them.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub transitions: Keyed<TransitionDefinition>,
}

/// A state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StateDefinition {
    /// What it is called; made from the name if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Whether people can change fields.
    #[serde(skip_serializing_if = "is_default")]
    pub locked: Locked,
    /// Whether the record's way ends here.
    #[serde(rename = "final", skip_serializing_if = "is_default")]
    pub is_final: bool,
}

/// Which fields a state locks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Locked {
    /// All or none.
    All(bool),
    /// All but some.
    Except(LockedExcept),
}

/// All fields but these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LockedExcept {
    /// Fields that can still be written.
    pub except: Vec<Name>,
}

impl Default for Locked {
    fn default() -> Self {
        Self::All(false)
    }
}

/// A way from states to a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransitionDefinition {
    /// What the button says; made from the name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// States in which it can be made.
    pub from: Vec<Name>,
    /// The state it leads to.
    pub to: Name,
    /// Fields that must have a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Name>,
    /// What must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Fields that are set.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub set: Keyed<Expression>,
    /// The workflow it starts. Several may serve an entity: the first by priority whose `when` holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Name>,
    /// The state to which each outcome of the workflow leads; must cover every end, `withdrawn` and `cancelled`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub outcomes: Keyed<Name>,
    /// What is done beside, in the same transaction.
    #[serde(default, rename = "do", skip_serializing_if = "IndexMap::is_empty")]
    pub steps: Keyed<Step>,
    /// Whether the reader is asked before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
}
