//! `/api/events`: what happens, as it happens, to those who may know of it.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _};
use serde_json::json;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

use super::{Error, Reader, presence};
use crate::{App, events::Happened};

/// A line now and then, so that proxies do not close what seems idle.
const HEARTBEAT: Duration = Duration::from_secs(20);

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let mut stop = app.stopping();
    let listener = reader.clone();
    let heard = BroadcastStream::new(app.hub().listen()).take_while(move |happened| {
        let own = match happened {
            Ok(Happened::Sessions { user }) => *user == listener.user,
            // Perhaps that was among what was missed.
            Ok(Happened::Missed) | Err(_) => true,
            Ok(_) => false,
        };
        let listener = listener.clone();
        async move { !own || is_open(&listener).await }
    });
    // Gone with the stream.
    let tab = app.open_tab(reader.user);
    let stream = tab.stream();
    let told = heard.filter_map(move |happened| {
        let (reader, stream) = (reader.clone(), tab.stream());
        async move {
            match happened {
                Ok(happened) => event(&reader, stream, happened).await.map(Ok),
                // Too slow: what was lost is not known, so everything is to be looked at again.
                Err(BroadcastStreamRecvError::Lagged(_)) => Some(Ok(Event::default().event("lagged").data("{}"))),
            }
        }
    });
    // Said at once, so that the browser knows that it is connected, and by which name it says what it has open.
    let hello = futures::stream::once(async move {
        Ok(Event::default().event("hello").data(json!({ "stream": stream }).to_string()))
    });
    let stopped = async move {
        // An error says that the server is gone already.
        let _ = stop.wait_for(|stopping| *stopping).await;
    };
    let until_stopped = hello.chain(told).take_until(stopped);
    Ok(Sse::new(until_stopped).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Whether the session still holds with which somebody began to listen.
async fn is_open(reader: &Reader) -> bool {
    let session = reader.app.store().session(&reader.token.hash(), reader.app.clock().now()).await;
    matches!(session, Ok(Some(_)))
}

/// What this reader is told of it; none if it is not for them.
async fn event(reader: &Reader, stream: Uuid, happened: Happened) -> Option<Event> {
    let app = &reader.app;
    let (name, data) = match happened {
        Happened::Record(record) => {
            if !app.may_read(reader.user, &record).await {
                return None;
            }
            ("change", json!({"entity": record.entity, "id": record.id, "version": record.version}))
        }
        Happened::Editors { entity, id } => {
            // Only to those who have it open, and may.
            if app.presence().shown(stream)? != (entity.clone(), id) {
                return None;
            }
            app.see(&reader.scene(), &entity, id).await.ok()?;
            ("editors", presence::editors(app, reader.user, &entity, id))
        }
        Happened::Notice { user } if user == reader.user => {
            ("notification", json!({"unread": app.store().count_unread_notices(user).await.ok()?}))
        }
        Happened::Tasks { user } if user == reader.user => {
            ("tasks", json!({"count": app.store().count_open_tasks(user, &app.pools_of(user)).await.ok()?}))
        }
        Happened::Import { id, user } if user == reader.user => ("import", json!({ "id": id })),
        Happened::Publication { id } => {
            reader.must_be_admin().ok()?;
            ("publication", json!({ "id": id }))
        }
        Happened::Missed => ("lagged", json!({})),
        Happened::Published { version } => ("published", json!({ "version": version })),
        Happened::Notice { .. } | Happened::Tasks { .. } | Happened::Import { .. } | Happened::Sessions { .. } => {
            return None;
        }
    };
    Some(Event::default().event(name).data(data.to_string()))
}
