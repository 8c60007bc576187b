//! What the server does by itself, beside answering: notices what was published by others, forgets what is over.

use std::time::Duration;

use tokio::task::JoinHandle;

use crate::App;

/// How often it looks for a newer version of the definitions.
const LOOK: Duration = Duration::from_secs(1);
/// How often people are read again and what others left behind is looked after, in looks.
const PEOPLE: u32 = 10;
/// How often publications that were broken off are looked for, in looks.
const BROKEN_OFF: u32 = 3;
/// How often open tasks of people who are not active any more are looked for, in looks.
const LEFT: u32 = 30;
/// How often what is over is forgotten, in looks.
const TIDY: u32 = 3600;
/// How often it is looked whether the day's root is due, in looks.
const ROOT: u32 = 600;
/// Answers to repeated requests are kept so long.
const KEEP_ANSWERS: chrono::Duration = chrono::Duration::days(2);
/// Files that came to be imported and never were are kept so long.
const KEEP_UPLOADS: chrono::Duration = chrono::Duration::days(7);
/// And those that were imported: undone, an import can be run again.
const KEEP_IMPORTED: chrono::Duration = chrono::Duration::days(30);

/// Starts it; it ends when the server stops.
pub(crate) fn start(app: &App) -> JoinHandle<()> {
    let looking = app.clone();
    tokio::spawn(async move {
        if let Err(error) = looking.look_for_damage().await {
            tracing::warn!(%error, "the database could not be looked through");
        }
    });
    let app = app.clone();
    tokio::spawn(async move {
        let mut stop = app.stopping();
        let mut clock = tokio::time::interval(LOOK);
        let mut count: u32 = 0;
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                _ = clock.tick() => {}
            }
            count = count.wrapping_add(1);
            look(&app, count).await;
        }
    })
}

async fn look(app: &App, count: u32) {
    match app.take_up_published().await {
        Ok(true) => tracing::info!(version = app.published().catalog.version, "definitions taken up"),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "published definitions cannot be taken up"),
    }
    if count.is_multiple_of(PEOPLE)
        && let Err(error) = refresh(app).await
    {
        tracing::error!(%error, "people cannot be read");
    }
    look_after_publications(app, count).await;
    if count.is_multiple_of(PEOPLE)
        && let Err(error) = app.recover_imports().await
    {
        tracing::error!(%error, "imports that were broken off cannot be looked after");
    }
    if count.is_multiple_of(PEOPLE)
        && let Err(error) = app.follow_merges().await
    {
        tracing::error!(%error, "merges that were broken off cannot be looked after");
    }
    if count.is_multiple_of(PEOPLE)
        && let Err(error) = app.index_near().await
    {
        tracing::error!(%error, "records cannot be given the keys by which near ones are found");
    }
    if count.is_multiple_of(PEOPLE)
        && let Err(error) = app.recover_bulk().await
    {
        tracing::error!(%error, "changes of many records that were broken off cannot be looked after");
    }
    if count.is_multiple_of(LEFT)
        && let Err(error) = app.resolve_tasks_of_the_left().await
    {
        tracing::error!(%error, "tasks of people who left cannot be resolved");
    }
    if count % ROOT == LEFT {
        match app.write_daily_root().await {
            Ok(Some(root)) => {
                tracing::info!(number = root.number, chains = root.chains, "a root of the histories is signed")
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the root of the histories cannot be written"),
        }
    }
    if count.is_multiple_of(LEFT)
        && let Err(error) = app.hand_to_deputies().await
    {
        tracing::error!(%error, "tasks of people who are away cannot be handed over");
    }
    if count.is_multiple_of(TIDY) {
        let now = app.clock().now();
        let sessions = app.store().purge_sessions(now).await;
        let answers = app.store().purge_answered(now - KEEP_ANSWERS).await;
        let imports = app.store().forget_imports(now - KEEP_UPLOADS, now - KEEP_IMPORTED).await;
        let bulk = app.store().forget_bulk(now - crate::bulk::KEEP).await;
        let links = app.store().forget_decision_links(now - crate::mail::KEEP_LINKS).await;
        if let Err(error) = sessions.and(answers).and(imports).and(bulk).and(links) {
            tracing::warn!(%error, "what is over cannot be forgotten");
        }
        match app.retain(None).await {
            Ok(gone) if gone > 0 => tracing::info!(gone, "records whose time is over were put into the trash"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "records whose time is over cannot be put into the trash"),
        }
        match app.empty_old_trash().await {
            Ok(emptied) if emptied.purged > 0 => {
                tracing::info!(purged = emptied.purged, "old records in the trash were destroyed")
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old records in the trash cannot be destroyed"),
        }
        match app.purge_old_aside().await {
            Ok(emptied) if emptied > 0 => tracing::info!(emptied, "values that were kept aside were emptied"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "values that are kept aside cannot be emptied"),
        }
        match app.tidy_files().await {
            Ok(removed) if removed > 0 => tracing::info!(removed, "files that nobody had were removed"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "files that nobody has cannot be removed"),
        }
    }
}

async fn refresh(app: &App) -> Result<(), store::Error> {
    app.refresh_firm().await?;
    app.refresh_org().await
}

/// Goes on with publications that were broken off, says which version is worked with here, and takes down what the last
/// one has put up once nobody works with an older version.
async fn look_after_publications(app: &App, count: u32) {
    if count.is_multiple_of(BROKEN_OFF)
        && let Err(error) = app.resume_publications().await
    {
        tracing::error!(%error, "publications that were broken off cannot be gone on with");
    }
    match app.agree_on_version(count.is_multiple_of(PEOPLE)).await {
        Ok(()) => {}
        Err(error) => tracing::warn!(%error, "what the last publication has put up cannot be taken down yet"),
    }
}
