//! Sends a message that workflows wait for; it is kept until one of them takes it.

use kernel::{
    Name, Rejection,
    change::{Change, MessageRow},
    query::{Facts, Outcome},
    rights::Access,
    workflow::{Awaits, message_job, read_message},
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    App, Failure, Scene,
    engine::{Command, Decided},
};

/// Longest key, in characters.
const LONGEST: usize = 200;

/// Sends a message.
#[derive(Clone, Debug)]
pub struct SendMessage {
    /// Its name.
    pub name: String,
    /// By what it is told from others of its name.
    pub key: String,
    /// Values that come with it, in wire form.
    pub values: Map<String, Json>,
}

impl Command for SendMessage {
    type Known = ();
    type Done = Uuid;

    async fn read(&self, _: &App, _: &Scene) -> Result<(), Failure> {
        Ok(())
    }

    fn decide(&self, scene: &Scene, (): &(), _: &Facts) -> Outcome<Decided<Uuid>> {
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        if !access.may_send(&self.name) {
            let message = format!("the message `{}` cannot be sent by you", self.name);
            return Outcome::Rejected(Rejection::Forbidden { message });
        }
        let key = self.key.trim();
        let length = key.chars().count();
        if length == 0 || length > LONGEST {
            let told = format!("expected 1 to {LONGEST} characters, but found {length}");
            let code = if length == 0 { "required" } else { "too_long" };
            return Outcome::Rejected(Rejection::invalid("key", code, told));
        }
        if let Err(problems) = read_message(&scene.catalog.message_inputs(&self.name), &self.values) {
            return Outcome::Rejected(Rejection::Invalid(problems));
        }
        let id = ctx.ids.clone().next();
        let message = Awaits { name: Name::new(&self.name), key: key.to_owned() };
        let row = MessageRow {
            id,
            name: message.name.clone(),
            key: message.key.clone(),
            values: self.values.clone(),
            sent_by: scene.user,
            sent_at: scene.now,
        };
        let changes = vec![Change::Message(row), message_job(&message, scene.now)];
        Outcome::Decided(Decided { changes, done: id })
    }
}
