//! The page of a link: one small document without scripts, in the language of whom the link is for.

use chrono::{DateTime, Utc};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde_json::{Map, Value as Json, json};

use super::{Choice, Facts, For, Open, Over, values::Reading};
use crate::{
    App,
    app_model::{Texts, known_language},
};
use kernel::{definition::Kind, workflow::Verb};

/// Steps that the template may take.
const FUEL: u64 = 500_000;
/// How it looks. It stands in the page, which the policy allows by its digest.
const STYLE: &str = include_str!("../templates/decide.css");

/// What is to be seen.
#[derive(Debug)]
pub(crate) struct Page {
    language: &'static str,
    words: Map<String, Json>,
    environment: Environment<'static>,
    values: Map<String, Json>,
}

/// What somebody wrote who is asked for more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// What they wanted to do.
    pub(crate) key: String,
    pub(crate) reason: String,
    /// The word for what is wrong.
    pub(crate) notice: &'static str,
}

impl Page {
    /// An empty page in a language.
    pub(crate) fn new(app: &App, language: Option<&str>) -> Self {
        let language = known_language(language);
        let mut environment = Environment::new();
        environment.set_fuel(Some(FUEL));
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment
            .set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
        if let Err(error) = environment.add_template("decide.html", include_str!("../templates/decide.html")) {
            tracing::error!(%error, "the template of decisions by mail is wrong");
        }
        let words = words(language);
        let company = app.firm().company.clone();
        let mut values = Map::new();
        values.insert("lang".into(), if language == "zh_hans" { "zh-Hans" } else { "en" }.into());
        values.insert("company".into(), if company.is_empty() { "Portolan".into() } else { company.into() });
        values.insert("words".into(), words.clone().into());
        values.insert("link".into(), "/".into());
        Self { language, words, environment, values }
    }

    /// What the policy must allow: how the page looks.
    pub(crate) fn style() -> &'static str {
        STYLE
    }

    fn put(&mut self, key: &str, value: impl Into<Json>) {
        self.values.insert(key.to_owned(), value.into());
    }

    fn say(&self, key: &str, values: &Json) -> String {
        let template = self.words.get(key).and_then(Json::as_str).unwrap_or_default();
        self.environment.render_named_str("words.txt", template, Serde(values)).unwrap_or_default()
    }

    fn moment(&self, app: &App, at: DateTime<Utc>) -> String {
        let published = app.published();
        let none = Map::new();
        let texts = Texts::new(&published.catalog, self.language);
        Reading { texts, language: self.language, zone: app.firm().zone(), titles: &none, files: &none }.moment(at)
    }

    /// Only words: what became of it, by their key.
    #[must_use]
    pub(crate) fn told(mut self, key: &str, values: &Json) -> Self {
        self.put("state", "told");
        let heading = self.say(key, values);
        let told = self.say(&format!("{key}_told"), values);
        self.put("heading", heading);
        self.put("told", told);
        self
    }

    /// With a way into the app.
    #[must_use]
    pub(crate) fn to(mut self, to: &For) -> Self {
        self.put("link", to.path());
        self
    }

    /// The link is too old.
    #[must_use]
    pub(crate) fn expired(self, app: &App, to: &For, at: DateTime<Utc>) -> Self {
        let at = self.moment(app, at);
        self.told("expired", &json!({ "at": at })).to(to)
    }

    /// The task is over: who did what, and when.
    #[must_use]
    pub(crate) fn over(mut self, app: &App, to: &For, over: &Over, title: Option<&str>) -> Self {
        let at = self.moment(app, over.at);
        let did = match &over.label {
            Some(label) => self.say("did_own", &json!({ "label": label })),
            None => {
                let words = self.words.get("did").and_then(|did| did.get(&over.outcome)).and_then(Json::as_str);
                words.unwrap_or(&over.outcome).to_owned()
            }
        };
        let mark = if !over.own {
            ""
        } else if over.outcome == "rejected" {
            "no"
        } else {
            "done"
        };
        let (heading, told) = match (&over.by, over.own) {
            (_, true) => {
                let told =
                    title.map_or_else(|| at.clone(), |title| self.say("told_you", &json!({"title": title, "at": at})));
                (self.say("done_you", &json!({ "did": did })), told)
            }
            (Some(name), false) => (
                self.say("done_other", &json!({})),
                self.say("told_other", &json!({"name": name, "did": did, "at": at})),
            ),
            (None, false) => (self.say("done_other", &json!({})), self.say("told_nobody", &json!({ "at": at }))),
        };
        self.put("state", "told");
        self.put("mark", mark);
        self.put("heading", heading);
        self.put("told", told);
        self.to(to)
    }

    /// Something to decide. `kept` is what was sent and lacked something.
    #[must_use]
    pub(crate) fn open(mut self, open: &Open, facts: &Facts, token: &str, kept: Option<&Kept>) -> Self {
        let initiator = facts.initiator.as_str();
        let asks = match &open.advice_to {
            Some(owner) => self.say("advice", &json!({"owner": owner, "initiator": initiator, "since": facts.since})),
            None => self.say("asks", &json!({"initiator": initiator, "since": facts.since})),
        };
        let acts: Vec<Json> = open.choices.iter().map(|choice| self.act(open, choice, initiator, kept)).collect();
        let more: Vec<String> =
            facts.tables.iter().map(|table| self.say("more", &json!({"count": table.more}))).collect();
        let joined = facts.missing.join(if self.language == "zh_hans" { "、" } else { ", " });
        let missing =
            if facts.missing.is_empty() { String::new() } else { self.say("missing", &json!({ "fields": joined })) };
        let notice = kept.map(|kept| self.say(kept.notice, &json!({})));
        let seen_as = self.say("as", &json!({"name": open.to.name}));
        self.put("state", "open");
        self.put("heading", facts.title.as_str());
        self.put("facts", json!(facts));
        self.put("asks", asks);
        self.put("acts", acts);
        self.put("more", more);
        self.put("missing", missing);
        self.put("notice", notice);
        self.put("as", seen_as);
        self.put("token", token);
        self.put("version", open.seen.record.version);
        self.to(&open.to)
    }

    fn act(&self, open: &Open, choice: &Choice, initiator: &str, kept: Option<&Kept>) -> Json {
        let (label, means, kind) = match &choice.verb {
            Verb::Approve => (self.say("approve", &json!({})), String::new(), "approve"),
            Verb::Reject => (self.say("reject", &json!({})), self.say("means_reject", &json!({})), "reject"),
            Verb::Outcome { name } => (self.outcome(open, name), self.say("means_outcome", &json!({})), "approve"),
            _ => {
                (self.say("return", &json!({})), self.say("means_return", &json!({ "initiator": initiator })), "plain")
            }
        };
        let main = matches!(choice.verb, Verb::Approve);
        let ask = match (choice.reason, main) {
            (true, _) => "reason",
            (false, true) => "comment",
            (false, false) => "reason_optional",
        };
        let kept = kept.filter(|kept| kept.key == choice.key);
        json!({
            "key": choice.key, "label": label, "means": means, "kind": kind, "main": main, "reason": choice.reason,
            "ask": self.say(ask, &json!({})), "kept": kept.map_or("", |kept| kept.reason.as_str()), "wrong": kept.is_some(),
        })
    }

    fn outcome(&self, open: &Open, name: &str) -> String {
        let (workflow, node) = (&open.instance.workflow, &open.node);
        let found = open.pinned.workflows.get(workflow).and_then(|w| w.nodes.get(node));
        let base = match found.map(|node| &node.kind) {
            Some(kernel::workflow::NodeKind::Approval(approval)) => approval.outcomes.get(name).map(|own| &own.label),
            _ => None,
        };
        let path = format!("nodes.{node}.outcomes.{name}.label");
        let base = base.map_or(name, String::as_str);
        Texts::new(&open.pinned, self.language).text(Kind::Workflow, workflow, &path, base)
    }

    /// The document.
    ///
    /// # Errors
    /// If the template fails.
    pub(crate) fn html(self) -> Result<String, minijinja::Error> {
        let html = self.environment.get_template("decide.html")?.render(Serde(&self.values))?;
        // What people wrote is escaped, so that only the template has such an element.
        Ok(html.replacen("<style></style>", &format!("<style>{STYLE}</style>"), 1))
    }
}

fn words(language: &str) -> Map<String, Json> {
    let text = match language {
        "zh_hans" => include_str!("../templates/decide.zh_hans.json"),
        _ => include_str!("../templates/decide.en.json"),
    };
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_words() {
        let (en, zh) = (words("en"), words("zh_hans"));
        assert!(en.len() > 30);
        assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
        for group in ["did", "outcomes"] {
            let keys =
                |words: &Map<String, Json>| words[group].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&en), keys(&zh));
        }
    }
}
