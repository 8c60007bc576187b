//! Decision tables: rows of tests over inputs, and what those that fit give.
//!
//! A table is compiled once and evaluated over a record; the evaluation tells which rows fitted, so that people can be
//! told why. Numbers are compared as they are, unrounded.

use indexmap::IndexMap;

use crate::{
    Diagnostic, Name, Value,
    definition::{DecisionDefinition, FieldKind, HitPolicy, Keyed},
    expression::{self, Env, EvalError, Expr, Fault, Scope, Type, Types},
    nearest,
};

mod cell;
mod cover;

use cell::Test;

/// A compiled decision table.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The key.
    pub name: Name,
    /// What it is called.
    pub label: Option<String>,
    /// The entity whose fields its inputs read.
    pub entity: Name,
    /// What counts when several rows fit.
    pub hit: HitPolicy,
    inputs: Keyed<Expr>,
    outputs: Keyed<FieldKind>,
    rules: Keyed<Rule>,
    otherwise: Keyed<Value>,
    result: Keyed<Expr>,
}

#[derive(Clone, Debug)]
struct Rule {
    label: Option<String>,
    tests: Vec<(usize, Test)>,
    then: Keyed<Value>,
}

/// What a decision came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The outputs, in the order of the definition.
    pub outputs: IndexMap<Name, Value>,
    /// The rows that counted, by name; empty when `else` answered.
    pub rules: Vec<Name>,
}

impl Evaluation {
    /// The outputs as an expression sees them: `decide(level).level`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Map(self.outputs.iter().map(|(name, value)| (name.as_str().into(), value.clone())).collect())
    }
}

impl Decision {
    /// What its rows look at.
    pub fn inputs(&self) -> impl Iterator<Item = &Expr> {
        self.inputs.values()
    }

    /// Checks and compiles a definition. Beside the codes of expressions:
    ///
    /// * `E0541` no such entity; `E0542` a test of no input; `E0543` a test cannot be read; `E0544` a test does not fit
    ///   the type of its input
    /// * `E0545` no such output; `E0546` a value does not fit the type of its output; `E0547` `else` leaves an output out
    /// * `E0548` a hit policy that adds up or compares needs numbers
    /// * `W0541` the table has no rows; `W0542`–`W0544` gaps, overlaps, rows that never count
    #[must_use]
    pub fn compile(definition: &DecisionDefinition, types: &Types<'_>) -> (Option<Self>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        if !types.entities.contains_key(&definition.entity) {
            let problem = Diagnostic::error("E0541", "entity", format!("no entity `{}`", definition.entity));
            return (None, vec![did_you_mean(problem, &definition.entity, types.entities.keys())]);
        }
        let inputs = inputs(definition, types, &mut problems);
        let outputs: Keyed<FieldKind> =
            definition.outputs.iter().map(|(name, output)| (name.clone(), output.output_type)).collect();
        for (name, kind) in &outputs {
            let numeric = Type::of_kind(*kind).is_number();
            let any = matches!(definition.hit, HitPolicy::First | HitPolicy::Unique | HitPolicy::CollectList);
            if definition.hit == HitPolicy::CollectCount && *kind != FieldKind::Integer {
                problems.push(
                    Diagnostic::error("E0548", format!("outputs.{name}.type"), "a count is a whole number")
                        .hint("make the output an `integer`"),
                );
            } else if !numeric && !any {
                problems.push(
                    Diagnostic::error("E0548", format!("outputs.{name}.type"), "only numbers can be collected")
                        .hint("make the output a number, or `hit` `first` or `unique`"),
                );
            }
        }
        if definition.rules.is_empty() {
            problems.push(Diagnostic::warning("W0541", "rules", "the table has no rows: `else` always answers"));
        }
        let rules = definition
            .rules
            .iter()
            .map(|(name, rule)| {
                let at = format!("rules.{name}");
                let tests = rule.when.iter().filter_map(|(input, cell)| {
                    let path = format!("{at}.when.{input}");
                    let Some((index, _, input)) = inputs.get_full(input) else {
                        let problem = Diagnostic::error("E0542", path, format!("no input `{input}`"));
                        problems.push(did_you_mean(problem, input, definition.inputs.keys()));
                        return None;
                    };
                    let ty = input.as_ref().map(|expr| expr.ty().clone()).unwrap_or_default();
                    let test = Test::parse(cell, &ty).map_err(|problem| problems.push(problem.under(&path))).ok()?;
                    Some((index, test))
                });
                let tests = tests.collect();
                let then = values(&rule.then, &outputs, &format!("{at}.then"), &mut problems);
                (name.clone(), Rule { label: rule.label.clone(), tests, then })
            })
            .collect();
        let otherwise = values(&definition.otherwise, &outputs, "else", &mut problems);
        for missing in outputs.keys().filter(|name| !definition.otherwise.contains_key(*name)) {
            problems.push(
                Diagnostic::error("E0547", "else", format!("`else` says nothing about `{missing}`"))
                    .hint("say what it is when no row fits"),
            );
        }
        let result = result(definition, types, &outputs, &mut problems);
        let sound = problems.iter().all(|p| p.severity != crate::Severity::Error);
        let inputs: Option<Keyed<Expr>> = inputs.into_iter().map(|(name, expr)| Some((name, expr?))).collect();
        let decision = inputs.filter(|_| sound).map(|inputs| {
            problems.extend(cover::check(definition.hit, &inputs, &rules, &otherwise));
            Self {
                name: definition.name.clone(),
                label: definition.label.clone(),
                entity: definition.entity.clone(),
                hit: definition.hit,
                inputs,
                outputs,
                rules,
                otherwise,
                result,
            }
        });
        (decision, problems)
    }

    /// What one row looks at by itself; of a table whose first fitting row counts, a row also tells of those above it.
    #[must_use]
    pub fn looked_at_by(&self, rule: &str) -> Vec<&Expr> {
        let collects = !matches!(self.hit, HitPolicy::First | HitPolicy::Unique);
        match self.rules.get(rule) {
            Some(rule) if collects => {
                rule.tests.iter().filter_map(|(at, _)| self.inputs.get_index(*at)).map(|(_, expr)| expr).collect()
            }
            _ => self.inputs().collect(),
        }
    }

    /// The note of a row.
    #[must_use]
    pub fn rule_label(&self, rule: &str) -> Option<&str> {
        self.rules.get(rule)?.label.as_deref()
    }

    /// Works the table out over the record of `env`.
    ///
    /// # Errors
    ///
    /// If a query must be answered first, an input cannot be worked out, or several rows of a `unique` table fit.
    pub fn evaluate(&self, env: &Env<'_>) -> Result<Evaluation, EvalError> {
        let inputs = all(self.inputs.iter().map(|(name, expr)| (name, expression::eval(expr, env))))?;
        let mut fitting = self.rules.iter().filter(|(_, rule)| {
            rule.tests.iter().all(|(input, test)| inputs.get_index(*input).is_some_and(|(_, value)| test.holds(value)))
        });
        let fitting: Vec<(&Name, &Rule)> = match self.hit {
            HitPolicy::First => fitting.next().into_iter().collect(),
            HitPolicy::Unique
            | HitPolicy::CollectMax
            | HitPolicy::CollectMin
            | HitPolicy::CollectSum
            | HitPolicy::CollectCount
            | HitPolicy::CollectList => fitting.collect(),
        };
        if let (HitPolicy::Unique, [(one, _), (other, _), ..]) = (self.hit, fitting.as_slice()) {
            let message = format!("at most one row of `{}` may fit, but both `{one}` and `{other}` do", self.name);
            return Err(Fault::Missing(message).into());
        }
        let mut outputs = IndexMap::new();
        for name in self.outputs.keys() {
            let given = fitting.iter().filter_map(|(_, rule)| rule.then.get(name));
            outputs.insert(name.clone(), self.collect(name, given)?);
        }
        let counts = |rule: &Rule| {
            let equal = |(name, value): (&Name, &Value)| {
                outputs.get(name).is_some_and(|best| best.as_decimal() == value.as_decimal())
            };
            !matches!(self.hit, HitPolicy::CollectMax | HitPolicy::CollectMin) || rule.then.iter().any(equal)
        };
        let rules = fitting.iter().filter(|(_, rule)| counts(rule)).map(|(name, _)| (*name).clone()).collect();
        if !self.result.is_empty() {
            let mut named = inputs;
            named.extend(outputs.iter().map(|(name, value)| (name.clone(), value.clone())));
            let env = env.with_named(&named);
            let results = all(self.result.iter().map(|(name, expr)| (name, expression::eval(expr, &env))))?;
            outputs.extend(results);
        }
        Ok(Evaluation { outputs, rules })
    }

    /// What the rows that fit give for an output; `else` where none says anything.
    fn collect<'v>(&'v self, name: &Name, given: impl Iterator<Item = &'v Value>) -> Result<Value, EvalError> {
        let otherwise = self.otherwise.get(name);
        let least = matches!(self.hit, HitPolicy::CollectMin);
        let collected = match self.hit {
            HitPolicy::First | HitPolicy::Unique => given.last().cloned(),
            HitPolicy::CollectMax => given.chain(otherwise).fold(None, |best, value| better(best, value, least)),
            HitPolicy::CollectMin => given.fold(None, |best, value| better(best, value, least)),
            HitPolicy::CollectCount => {
                let count = given.filter(|value| !value.is_null()).count();
                (count > 0).then(|| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
            }
            HitPolicy::CollectList => {
                let given: Vec<Value> = given.filter(|value| !value.is_null()).cloned().collect();
                let otherwise = || otherwise.into_iter().filter(|value| !value.is_null()).cloned().collect();
                Some(Value::List(if given.is_empty() { otherwise() } else { given }))
            }
            HitPolicy::CollectSum => {
                let mut total: Option<Value> = None;
                for value in given.filter(|value| !value.is_null()) {
                    total = Some(match total {
                        None => value.clone(),
                        Some(total) => add(&total, value).ok_or(Fault::Overflow)?,
                    });
                }
                total
            }
        };
        Ok(collected.or_else(|| otherwise.cloned()).unwrap_or_default())
    }
}

fn better(best: Option<Value>, value: &Value, least: bool) -> Option<Value> {
    let Some(number) = value.as_decimal() else { return best };
    match best.as_ref().and_then(Value::as_decimal) {
        Some(so_far) if (number < so_far) != least || number == so_far => best,
        _ => Some(value.clone()),
    }
}

fn add(a: &Value, b: &Value) -> Option<Value> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.checked_add(*b).map(Value::Integer),
        _ => a.as_decimal()?.checked_add(b.as_decimal()?).map(Value::Decimal),
    }
}

/// All values, or every query that one of them waits for.
fn all<'n>(
    values: impl Iterator<Item = (&'n Name, Result<Value, EvalError>)>,
) -> Result<IndexMap<Name, Value>, EvalError> {
    let mut known = IndexMap::new();
    let mut needs = Vec::new();
    for (name, value) in values {
        match value {
            Ok(value) => {
                known.insert(name.clone(), value);
            }
            Err(EvalError::Needs(queries)) => needs.extend(queries),
            Err(fault @ EvalError::Fault(_)) => return Err(fault),
        }
    }
    if needs.is_empty() { Ok(known) } else { Err(EvalError::Needs(needs)) }
}

fn inputs(definition: &DecisionDefinition, types: &Types<'_>, problems: &mut Vec<Diagnostic>) -> Keyed<Option<Expr>> {
    let scope = Scope::decision(*types, definition);
    let compile = |(name, source): (&Name, &String)| {
        let expr = expression::compile(source, &scope);
        let told = expr.map_err(|found| problems.extend(found.into_iter().map(|p| p.under(&format!("inputs.{name}")))));
        (name.clone(), told.ok())
    };
    definition.inputs.iter().map(compile).collect()
}

fn result(
    definition: &DecisionDefinition,
    types: &Types<'_>,
    outputs: &Keyed<FieldKind>,
    problems: &mut Vec<Diagnostic>,
) -> Keyed<Expr> {
    let scope = Scope::decision_result(*types, definition);
    let mut result = Keyed::new();
    for (name, source) in &definition.result {
        let path = format!("result.{name}");
        let Some(kind) = outputs.get(name) else {
            let problem = Diagnostic::error("E0545", path, format!("no output `{name}`"));
            problems.push(did_you_mean(problem, name, outputs.keys()));
            continue;
        };
        match expression::compile_as(source, &scope, &Type::of_output(definition.hit, *kind)) {
            Ok(expr) => {
                result.insert(name.clone(), expr);
            }
            Err(found) => problems.extend(found.into_iter().map(|p| p.under(&path))),
        }
    }
    result
}

fn values(
    written: &Keyed<serde_json::Value>,
    outputs: &Keyed<FieldKind>,
    at: &str,
    problems: &mut Vec<Diagnostic>,
) -> Keyed<Value> {
    let mut values = Keyed::new();
    for (name, json) in written {
        let path = format!("{at}.{name}");
        let Some(kind) = outputs.get(name) else {
            let problem = Diagnostic::error("E0545", path, format!("no output `{name}`"));
            problems.push(did_you_mean(problem, name, outputs.keys()));
            continue;
        };
        match output(json, *kind) {
            Some(value) => {
                values.insert(name.clone(), value);
            }
            None => problems.push(Diagnostic::error(
                "E0546",
                path,
                format!("expected {}, but it is `{json}`", Type::of_kind(*kind)),
            )),
        }
    }
    values
}

fn output(json: &serde_json::Value, kind: FieldKind) -> Option<Value> {
    use serde_json::Value as Json;
    if json.is_null() {
        return Some(Value::Null);
    }
    match (Type::of_kind(kind), json) {
        (Type::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
        (Type::Decimal | Type::Money(_) | Type::Percent, Json::Number(number)) => {
            number.to_string().parse().ok().map(Value::Decimal)
        }
        (Type::Decimal | Type::Money(_) | Type::Percent, Json::String(text)) => text.parse().ok().map(Value::Decimal),
        (Type::Bool, Json::Bool(b)) => Some(Value::Bool(*b)),
        (Type::Text | Type::Choice(_), Json::String(text)) => Some(Value::text(text)),
        (Type::Date, Json::String(text)) => text.parse().ok().map(Value::Date),
        _ => None,
    }
}

fn did_you_mean<'n>(problem: Diagnostic, word: &str, candidates: impl IntoIterator<Item = &'n Name>) -> Diagnostic {
    match nearest(word, candidates.into_iter().map(Name::as_str)) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}
