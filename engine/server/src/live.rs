//! Jobs that keep lookups and rollups right: noted by saves in their own commits, done here.

use futures::{FutureExt as _, future::BoxFuture};
use kernel::live::KIND;
use store::JobRow;

use crate::{
    App,
    command::Recompute,
    worker::{Handler, Ran, Trouble},
};

/// Works records out anew.
#[derive(Debug)]
pub(crate) struct Live;

impl Handler for Live {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, app: &'a App, job: &'a JobRow) -> BoxFuture<'a, Result<Ran, Trouble>> {
        async move {
            let what = serde_json::from_value(job.payload.clone());
            let what =
                what.map_err(|error| Trouble::Never(format!("what is to be worked out is not readable: {error}")))?;
            app.perform_job(None, &Recompute { job: what }, job.held()).await?;
            Ok(Ran::Finished)
        }
        .boxed()
    }
}
