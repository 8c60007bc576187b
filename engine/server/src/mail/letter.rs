//! What a letter says, in the receiver's language and of what they may see: from templates that are escaped and bounded.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use kernel::change::{Notice, TaskRow};
use lettre::{
    Message,
    message::{Mailbox, MultiPart},
};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use store::NoticeRow;
use uuid::Uuid;

use super::MailSettings;
use crate::{
    App,
    app_model::{Texts, known_language},
    http::words::node_label,
    notice::about,
    read::Titles,
};

/// So many notices are told one by one; of the others how many they are.
const MOST: usize = 20;
/// Steps that a template may take.
const FUEL: u64 = 200_000;

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoLetter {
    /// An address is none.
    #[error("expected a mail address, but found `{0}`")]
    Address(String),
    /// A template is wrong.
    #[error("a mail's template cannot be filled")]
    Template(#[from] minijinja::Error),
    /// It cannot be put into a mail.
    #[error("a mail cannot be made")]
    Mail(#[from] lettre::error::Error),
    /// What it tells of cannot be read.
    #[error(transparent)]
    Failed(#[from] crate::Failure),
}

#[derive(Debug, Serialize)]
struct Item {
    text: String,
    /// What is said of it beside.
    note: Option<String>,
    quote: Option<String>,
    title: Option<String>,
    link: Option<String>,
    decide: Option<String>,
}

/// Whom a letter is for.
pub(super) struct Receiver<'a> {
    pub(super) user: Uuid,
    pub(super) name: &'a str,
    pub(super) email: &'a str,
    pub(super) language: Option<&'a str>,
}

impl App {
    /// The letter that tells of these notices. `id` is what it is known by when it comes twice.
    pub(super) async fn letter(
        &self,
        settings: &MailSettings,
        receiver: &Receiver<'_>,
        notices: &[NoticeRow],
        id: Uuid,
    ) -> Result<Message, NoLetter> {
        let language = known_language(receiver.language);
        let words = words(language);
        let scene = self.scene(Some(receiver.user));
        let mut titles = Titles::default();
        for row in notices.iter().take(MOST) {
            if let (Some(entity), Some(record)) = (&row.notice.entity, row.notice.record) {
                titles.want(entity, record);
            }
        }
        let mut titles = titles.look_up(self, &scene).await?;
        // Whom no role shows the record sees it by their task.
        let records: Vec<_> =
            notices.iter().take(MOST).filter_map(|row| row.notice.entity.clone().zip(row.notice.record)).collect();
        let hidden: Vec<_> = records.into_iter().filter(|(_, id)| !titles.contains_key(&id.to_string())).collect();
        if !hidden.is_empty() {
            let seen = self.see_all(&scene, &hidden).await?;
            titles.extend(seen.into_iter().map(|(id, seen)| (id.to_string(), seen.record.title.into())));
        }
        let links = self.links_of(settings, receiver, notices).await?;
        let environment = environment();
        let mut items = Vec::new();
        for row in notices.iter().take(MOST) {
            let Notice { kind, entity, record, body, .. } = &row.notice;
            let Json::Object(said) = about(&scene, language, body.clone()) else { continue };
            let title = record.and_then(|id| titles.get(&id.to_string()).and_then(Json::as_str).map(str::to_owned));
            // A link to what they may not see any more leads nowhere.
            let place = entity.as_ref().zip(*record).filter(|_| title.is_some());
            let record = place.map(|(entity, record)| format!("/e/{entity}/{record}"));
            let draft = || said.get("draft").and_then(Json::as_str).map(|id| format!("/studio/{id}"));
            items.push(Item {
                text: text(&environment, &words, kind, &said)?,
                note: None,
                quote: quote(kind, &said),
                link: record.or_else(draft).map(|path| settings.link(&path)),
                title,
                decide: task_of(&row.notice, &links.tasks).and_then(|task| links.urls.get(&task).cloned()),
            });
        }
        let fill = |key: &str, values: Json| say(&environment, &words, key, &values);
        let subject = match items.as_slice() {
            [one] => {
                [Some(one.text.as_str()), one.title.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
            }
            _ => fill("digest", json!({"count": notices.len()}))?,
        };
        let rest = notices.len().saturating_sub(MOST);
        let more = if rest > 0 { Some(fill("more", json!({"count": rest}))?) } else { None };
        let company = self.firm().company.clone();
        let values = json!({
            "lang": if language == "zh_hans" { "zh-Hans" } else { "en" },
            "subject": subject, "hello": fill("hello", json!({"name": receiver.name}))?, "items": items, "more": more,
            "all": settings.link("/notifications"), "preferences": settings.link("/notifications/preferences"),
            "company": if company.is_empty() { "Portolan" } else { &company }, "words": words,
        });
        message(settings, receiver, &subject, &values, id, &environment)
    }

    /// The letter that tells of all that waits for somebody, in this order.
    pub(super) async fn letter_of_tasks(
        &self,
        settings: &MailSettings,
        receiver: &Receiver<'_>,
        tasks: &[TaskRow],
        id: Uuid,
    ) -> Result<Message, NoLetter> {
        let language = known_language(receiver.language);
        let words = words(language);
        let environment = environment();
        let fill = |key: &str, values: Json| say(&environment, &words, key, &values);
        let scene = self.scene(Some(receiver.user));
        let told: Vec<&TaskRow> = tasks.iter().take(MOST).collect();
        let records: Vec<_> = told.iter().map(|task| (task.entity.clone(), task.record)).collect();
        let seen = self.see_all(&scene, &records).await?;
        let wanted: Vec<Uuid> = told.iter().map(|task| task.id).collect();
        let links = self.decision_links(settings, receiver.user, &wanted).await?;
        let instances: Vec<Uuid> = told.iter().map(|task| task.instance).collect();
        let instances = self.store().instances_by_id(&instances).await.map_err(crate::Failure::from)?;
        let mut items = Vec::new();
        for task in told {
            let instance = instances.iter().find(|row| row.id == task.instance);
            let label = match instance {
                Some(row) => {
                    let pinned = self.catalog_at(row.catalog_version, &scene.catalog).await;
                    let pinned = pinned.map_err(crate::Failure::from)?;
                    node_label(Texts::new(&pinned, language), &pinned, &row.workflow, &task.node)
                }
                None => String::new(),
            };
            let initiator = scene.org.people.get(&task.initiator).map(|person| person.name.as_str());
            let day = |at: DateTime<Utc>| {
                let day = at.with_timezone(&scene.zone);
                if language == "zh_hans" { day.format("%-m月%-d日") } else { day.format("%-d %b") }.to_string()
            };
            let due = task.due_at.map(|due| (due < scene.now, day(due)));
            let quote = match &due {
                Some((true, day)) => Some(fill("past_due", json!({ "day": day }))?),
                Some((false, day)) => Some(fill("due", json!({ "day": day }))?),
                None => None,
            };
            let since = day(task.created_at);
            let title = seen.get(&task.record).map(|seen| seen.record.title.clone());
            items.push(Item {
                text: fill("waits", json!({"initiator": initiator, "label": label, "since": since}))?,
                note: quote,
                quote: None,
                link: title.is_some().then(|| settings.link(&format!("/e/{}/{}", task.entity, task.record))),
                title,
                decide: links.get(&task.id).cloned(),
            });
        }
        let overdue = tasks.iter().filter(|task| task.due_at.is_some_and(|due| due < scene.now)).count();
        let key = if overdue > 0 { "tasks_overdue" } else { "tasks" };
        let subject = fill(key, json!({"count": tasks.len(), "overdue": overdue}))?;
        let rest = tasks.len().saturating_sub(MOST);
        let more = if rest > 0 { Some(fill("more", json!({"count": rest}))?) } else { None };
        let company = self.firm().company.clone();
        let values = json!({
            "lang": if language == "zh_hans" { "zh-Hans" } else { "en" },
            "subject": subject, "hello": fill("hello", json!({"name": receiver.name}))?, "items": items, "more": more,
            "all": settings.link("/tasks"), "preferences": settings.link("/notifications/preferences"),
            "company": if company.is_empty() { "Portolan" } else { &company }, "words": words,
        });
        message(settings, receiver, &subject, &values, id, &environment)
    }

    /// Links by which the receiver can decide what the notices ask of them, where that is still to be decided.
    async fn links_of(
        &self,
        settings: &MailSettings,
        receiver: &Receiver<'_>,
        notices: &[NoticeRow],
    ) -> Result<Links, crate::Failure> {
        let mut links = Links::default();
        for row in notices.iter().take(MOST) {
            let Notice { kind, record: Some(record), .. } = &row.notice else { continue };
            // Whoever is urged is not told of which task.
            if !matches!(kind.as_str(), "urge" | "reminder") || links.tasks.contains_key(record) {
                continue;
            }
            let pools = self.pools_of(receiver.user);
            let open = self.store().open_tasks_about(receiver.user, &pools, *record).await?;
            if let Some(task) = open.first() {
                links.tasks.insert(*record, task.id);
            }
        }
        let mut tasks: Vec<Uuid> =
            notices.iter().take(MOST).filter_map(|row| task_of(&row.notice, &links.tasks)).collect();
        tasks.sort_unstable();
        tasks.dedup();
        links.urls = self.decision_links(settings, receiver.user, &tasks).await?;
        Ok(links)
    }

    /// A letter that only shows that letters come.
    pub(super) fn test_letter(&self, settings: &MailSettings, receiver: &Receiver<'_>) -> Result<Message, NoLetter> {
        let language = known_language(receiver.language);
        let words = words(language);
        let environment = environment();
        let test = words.get("test").and_then(Json::as_str).unwrap_or_default().to_owned();
        let item = Item { text: test.clone(), note: None, quote: None, title: None, link: None, decide: None };
        let values = json!({
            "lang": if language == "zh_hans" { "zh-Hans" } else { "en" }, "subject": test,
            "hello": say(&environment, &words, "hello", &json!({"name": receiver.name}))?, "items": [item], "more": null,
            "preferences": settings.link("/notifications/preferences"), "company": self.firm().company, "words": words,
        });
        message(settings, receiver, &test, &values, Uuid::now_v7(), &environment)
    }
}

/// Where tasks are decided by mail.
#[derive(Debug, Default)]
struct Links {
    /// The receiver's open task about a record that they are urged to decide.
    tasks: HashMap<Uuid, Uuid>,
    /// By task.
    urls: HashMap<Uuid, String>,
}

/// The task that a notice asks somebody to decide.
fn task_of(notice: &Notice, urged: &HashMap<Uuid, Uuid>) -> Option<Uuid> {
    let named = notice.body.get("task").and_then(Json::as_str).and_then(|id| Uuid::parse_str(id).ok());
    match notice.kind.as_str() {
        "task" => named,
        "urge" | "reminder" => named.or_else(|| urged.get(&notice.record?).copied()),
        _ => None,
    }
}

fn message(
    settings: &MailSettings,
    receiver: &Receiver<'_>,
    subject: &str,
    values: &Json,
    id: Uuid,
    environment: &Environment<'_>,
) -> Result<Message, NoLetter> {
    let from: Mailbox = settings.from.parse().map_err(|_| NoLetter::Address(settings.from.clone()))?;
    let to = receiver.email.parse().map_err(|_| NoLetter::Address(receiver.email.to_owned()))?;
    let domain = from.email.domain().to_owned();
    let plain = environment.get_template("letter.txt")?.render(minijinja::value::Serde(values))?;
    let html = environment.get_template("letter.html")?.render(minijinja::value::Serde(values))?;
    // One line: what people write may hold others.
    let subject: String = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Message::builder()
        .from(from)
        .to(Mailbox::new(Some(receiver.name.to_owned()), to))
        .subject(subject)
        .message_id(Some(format!("<{id}@{domain}>")))
        .multipart(MultiPart::alternative_plain_html(plain, html))?)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment
        .set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    for (name, text) in
        [("letter.html", include_str!("templates/letter.html")), ("letter.txt", include_str!("templates/letter.txt"))]
    {
        if let Err(error) = environment.add_template(name, text) {
            tracing::error!(%error, name, "a template of mails is wrong");
        }
    }
    environment
}

/// The words of a language.
fn words(language: &str) -> Map<String, Json> {
    let text = match language {
        "zh_hans" => include_str!("templates/zh_hans.json"),
        _ => include_str!("templates/en.json"),
    };
    serde_json::from_str(text).unwrap_or_default()
}

fn say(
    environment: &Environment<'_>,
    words: &Map<String, Json>,
    key: &str,
    values: &Json,
) -> Result<String, minijinja::Error> {
    let template = words.get(key).and_then(Json::as_str).unwrap_or_default();
    environment.render_named_str("words.txt", template, minijinja::value::Serde(values))
}

/// What happened, in one sentence.
fn text(
    environment: &Environment<'_>,
    words: &Map<String, Json>,
    kind: &str,
    about: &Map<String, Json>,
) -> Result<String, minijinja::Error> {
    let of = |key: &str| about.get(key).and_then(Json::as_str).unwrap_or_default();
    let by = of("by_name");
    let initiator = if of("initiator_name").is_empty() { by } else { of("initiator_name") };
    let outcome = match of("outcome_label") {
        "" => {
            words.get("outcomes").and_then(|all| all.get(of("outcome"))).and_then(Json::as_str).unwrap_or(of("outcome"))
        }
        label => label,
    };
    let overdue = format!("overdue_{}", of("act"));
    let key = match kind {
        "task" if about.contains_key("reason") => "transfer",
        "returned" if by.is_empty() => "returned_late",
        "overdue" if words.contains_key(&overdue) => &overdue,
        _ => kind,
    };
    if !words.contains_key(key) {
        return Ok(plain(of("message")));
    }
    let values = json!({
        "by": by, "initiator": initiator, "label": of("label"), "outcome": outcome, "person": of("person_name"),
        "address": of("address"), "assignee": of("assignee_name"),
    });
    say(environment, words, key, &values)
}

/// What somebody said with it.
fn quote(kind: &str, about: &Map<String, Json>) -> Option<String> {
    let key = if kind == "mention" { "message" } else { "reason" };
    about.get(key).and_then(Json::as_str).filter(|text| !text.is_empty()).map(plain)
}

/// Mentions travel as `@[name](id)`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("@[") {
        out.push_str(before);
        match after.split_once("](").and_then(|(name, tail)| Some((name, tail.split_once(')')?.1))) {
            Some((name, tail)) => {
                out.push('@');
                out.push_str(name);
                rest = tail;
            }
            None => {
                out.push_str("@[");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_told_by_their_names() {
        assert_eq!(plain("see @[Ann Lee](1-2), and @[Bob](3)"), "see @Ann Lee, and @Bob");
        assert_eq!(plain("a@[b and @[c](d"), "a@[b and @[c](d");
    }

    #[test]
    fn both_languages_have_the_same_words_and_all_can_be_filled() {
        let (en, zh) = (words("en"), words("zh_hans"));
        assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
        assert!(en.len() > 10);
        let environment = environment();
        for words in [en, zh] {
            for (key, word) in &words {
                if word.is_string() {
                    say(&environment, &words, key, &json!({"count": 2})).unwrap();
                }
            }
        }
    }
}
