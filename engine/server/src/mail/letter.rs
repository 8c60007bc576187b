//! What a letter says, in the receiver's language and of what they may see: from templates that are escaped and bounded.

use kernel::change::Notice;
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
use crate::{App, app_model::known_language, notice::about, read::Titles};

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
        let titles = titles.look_up(self, &scene).await?;
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
                quote: quote(kind, &said),
                link: record.or_else(draft).map(|path| settings.link(&path)),
                title,
                decide: None,
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

    /// A letter that only shows that letters come.
    pub(super) fn test_letter(&self, settings: &MailSettings, receiver: &Receiver<'_>) -> Result<Message, NoLetter> {
        let language = known_language(receiver.language);
        let words = words(language);
        let environment = environment();
        let test = words.get("test").and_then(Json::as_str).unwrap_or_default().to_owned();
        let item = Item { text: test.clone(), quote: None, title: None, link: None, decide: None };
        let values = json!({
            "lang": if language == "zh_hans" { "zh-Hans" } else { "en" }, "subject": test,
            "hello": say(&environment, &words, "hello", &json!({"name": receiver.name}))?, "items": [item], "more": null,
            "preferences": settings.link("/notifications/preferences"), "company": self.firm().company, "words": words,
        });
        message(settings, receiver, &test, &values, Uuid::now_v7(), &environment)
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
