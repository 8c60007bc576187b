//! What all parts of the running server share.

use std::{
    net::IpAddr,
    path::Path,
    sync::{
        Arc, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use indexmap::IndexMap;
use kernel::{
    Catalog, Diagnostic, Name, PackSource, Value,
    context::{Context, Ids, Org, Person},
    rights::Access,
    sealed::Vault,
};
use store::Store;
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use crate::{
    Clock, Failure, Options,
    app_model::Models,
    assets::Assets,
    auth::{Passwords, SignInTries, Throttle},
    catalogs::{Catalogs, Published},
    events::{Happened, Hub},
    files::Files,
    firm::Firm,
    nodes::Outbox,
    org,
    presence::Presence,
    secrets::{Key, KeyError},
    set_up,
    worker::Bell,
};

/// The running server; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    options: Options,
    /// This process among those that share a database.
    node: Uuid,
    store: Store,
    clock: Clock,
    catalogs: Catalogs,
    org: ArcSwap<Org>,
    firm: ArcSwap<Firm>,
    /// Held while definitions or settings are read and put in force, so that nothing older replaces what is newer.
    forcing: Mutex<()>,
    org_turn: OrgTurn,
    hub: Hub,
    presence: Presence,
    outbox: Outbox,
    bell: Bell,
    /// Read, or made, at the first need.
    key: OnceLock<Key>,
    passwords: Passwords,
    tries: SignInTries,
    link_tries: Throttle<Option<IpAddr>>,
    assets: Assets,
    models: Models,
    stopping: watch::Sender<bool>,
    setting_up: Mutex<()>,
    damaged: AtomicBool,
    files: Files,
    /// Versions that were in force and may still be worked with by what began under them.
    replaced: std::sync::Mutex<Vec<Weak<Catalog>>>,
    /// How many more steps of publications are made before this process behaves as if it was ended there.
    steps: AtomicI64,
    /// The version that this process has said that it works with, and the one that all were found to work with.
    said: AtomicI64,
    agreed: AtomicI64,
}

/// Readings of people one after the other, so that no older picture replaces a newer one.
#[derive(Debug, Default)]
struct OrgTurn {
    /// How many readings were asked for.
    asked: AtomicU64,
    /// The last asked for before the latest reading began.
    read: Mutex<u64>,
}

/// What one decision is made from: a consistent picture of the moment.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The definitions in force.
    pub catalog: Arc<Catalog>,
    /// People and departments.
    pub org: Arc<Org>,
    /// The values of settings.
    pub settings: Arc<IndexMap<Name, Value>>,
    /// The firm's zone.
    pub zone: Tz,
    /// The time.
    pub now: DateTime<Utc>,
    /// Who acts; none for the engine.
    pub user: Option<Uuid>,
    /// Seals sensitive values; none where the definitions have none, or the key cannot be had.
    vault: Option<Arc<Key>>,
    /// Where only those roles count that may export this entity: which.
    exporting: Option<Name>,
    seed: u128,
}

impl Scene {
    /// The kernel's context. Each call gives the same ids again, so that a decision that is asked anew with more facts
    /// stays the same decision.
    #[must_use]
    pub fn ctx(&self) -> Context<'_> {
        Context {
            now: self.now,
            zone: self.zone,
            user: self.user,
            org: &self.org,
            settings: &self.settings,
            ids: Ids::new(self.now, self.seed),
            vault: self.vault.as_deref().map(|key| key as &dyn Vault),
        }
    }

    /// The rights of whoever acts.
    #[must_use]
    pub fn access<'a>(&'a self, ctx: &'a Context<'a>) -> Access<'a> {
        self.narrowed(Access::new(&self.catalog, ctx))
    }

    /// The rights of whoever acts, also on what belongs to modules that are switched off: only for what it is called.
    pub(crate) fn whole_access<'a>(&'a self, ctx: &'a Context<'a>) -> Access<'a> {
        self.narrowed(Access::new(self.catalog.whole(), ctx))
    }

    fn narrowed<'a>(&self, access: Access<'a>) -> Access<'a> {
        match &self.exporting {
            Some(entity) => access.among(|role| role.can.get(entity).is_some_and(|rights| rights.definition.export)),
            None => access,
        }
    }

    /// The same moment for another decision: its records get ids of their own.
    pub(crate) fn anew(&self) -> Self {
        Self { seed: rand::random(), ..self.clone() }
    }

    /// The same moment by other definitions.
    pub(crate) fn by(self, catalog: Arc<Catalog>, settings: Arc<IndexMap<Name, Value>>) -> Self {
        Self { catalog, settings, ..self }
    }

    /// The same moment for an export: what is taken out must be shown by a role that may take it out.
    #[must_use]
    pub fn exporting(self, entity: Name) -> Self {
        Self { exporting: Some(entity), ..self }
    }
}

impl App {
    /// Opens the database, brings it up to date and takes up what is published in it.
    ///
    /// # Errors
    /// If the database cannot be opened, or what is published in it cannot be read by this version of the program.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        let clock = if options.test_clock { Clock::shifted() } else { Clock::Real };
        Self::open_with_clock(options, clock).await
    }

    /// The same with a clock of one's own.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_with_clock(options: Options, clock: Clock) -> Result<Self, OpenError> {
        make_folder_of(&options.database);
        let store =
            Store::open(&store::Options { list_time: options.limits.list, ..store::Options::new(&options.database) })
                .await?;
        let firm = Firm::read(&store.settings().await?);
        let node = Uuid::now_v7();
        let app = Self(Arc::new(Parts {
            tries: SignInTries::new(&options.limits),
            link_tries: Throttle::new(options.limits.sign_ins_per_address, options.limits.sign_in_refill),
            files: Files::new(&options),
            options,
            node,
            outbox: Outbox::start(&store, node),
            forcing: Mutex::new(()),
            org_turn: OrgTurn::default(),
            clock,
            catalogs: Catalogs::new(Published::new(&Arc::new(Catalog::default()), &firm)),
            org: ArcSwap::from_pointee(Org::default()),
            firm: ArcSwap::from_pointee(firm),
            hub: Hub::new(),
            presence: Presence::default(),
            bell: Bell::new(),
            key: OnceLock::new(),
            passwords: Passwords::new(),
            assets: Assets::default(),
            models: Models::default(),
            stopping: watch::Sender::new(false),
            setting_up: Mutex::new(()),
            damaged: AtomicBool::new(false),
            replaced: std::sync::Mutex::default(),
            steps: AtomicI64::new(i64::MAX),
            said: AtomicI64::new(-1),
            agreed: AtomicI64::new(-1),
            store,
        }));
        match app.take_up_published().await {
            Err(OpenError::Invalid { version, first }) if app.options().repair => {
                tracing::warn!(version, first, "what is published is not valid for this version of the program");
            }
            other => {
                other?;
            }
        }
        Ok(app)
    }

    /// Ends all work with the database.
    pub async fn close(&self) {
        self.0.stopping.send_replace(true);
        self.0.outbox.flush().await;
        self.0.store.close().await;
    }

    /// Tells everybody who waits that the server is going to stop.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Becomes true when the server is going to stop.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    /// What it was started with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// This process among those that share a database.
    #[must_use]
    pub fn node(&self) -> Uuid {
        self.0.node
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Whether something stored was found that is not as it was written.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.0.damaged.load(Ordering::SeqCst)
    }

    pub(crate) fn note_damage(&self) {
        self.0.damaged.store(true, Ordering::SeqCst);
    }

    /// Looks through the pages of the database for damage, and notes it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn look_for_damage(&self) -> Result<(), store::Error> {
        let found = self.store().damage(5).await?;
        for damage in &found {
            tracing::error!(damage, "the database is damaged: bring back a backup");
        }
        if !found.is_empty() {
            self.note_damage();
        }
        Ok(())
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Who listens to what happens.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Who has which record open.
    pub(crate) fn presence(&self) -> &Presence {
        &self.0.presence
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// The installation's key.
    pub(crate) fn key(&self) -> Result<&Key, KeyError> {
        if let Some(key) = self.0.key.get() {
            return Ok(key);
        }
        let key = Key::at(&self.options().key_file())?;
        Ok(self.0.key.get_or_init(|| key))
    }

    /// Wakes the worker.
    pub(crate) fn bell(&self) -> &Bell {
        &self.0.bell
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Tries of links that lead nowhere, by address.
    pub(crate) fn link_tries(&self) -> &Throttle<Option<IpAddr>> {
        &self.0.link_tries
    }

    pub(crate) fn sign_in_tries(&self) -> &SignInTries {
        &self.0.tries
    }

    pub(crate) fn set_up_lock(&self) -> &Mutex<()> {
        &self.0.setting_up
    }

    pub(crate) fn models(&self) -> &Models {
        &self.0.models
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.0.assets
    }

    /// Attached files.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// The definitions in force.
    #[must_use]
    pub fn published(&self) -> Arc<Published> {
        self.0.catalogs.current()
    }

    /// People and departments.
    #[must_use]
    pub fn org(&self) -> Arc<Org> {
        self.0.org.load_full()
    }

    /// What the firm has set.
    #[must_use]
    pub fn firm(&self) -> Arc<Firm> {
        self.0.firm.load_full()
    }

    /// A picture of the moment, for somebody or for the engine itself.
    #[must_use]
    pub fn scene(&self, user: Option<Uuid>) -> Scene {
        let published = self.published();
        Scene {
            catalog: Arc::clone(&published.catalog),
            settings: Arc::clone(&published.settings),
            org: self.org(),
            zone: self.firm().zone(),
            now: self.0.clock.now(),
            user,
            vault: self.vault(&published.catalog),
            exporting: None,
            seed: rand::random(),
        }
    }

    /// The same moment, with what seals values of its definitions.
    pub(crate) fn sealing(&self, scene: Scene) -> Scene {
        Scene { vault: self.vault(&scene.catalog), ..scene }
    }

    /// What seals values of these definitions.
    fn vault(&self, catalog: &Catalog) -> Option<Arc<Key>> {
        let sealed = catalog.entities.values().flat_map(|entity| entity.sensitive()).next();
        sealed?;
        let key = self.key().inspect_err(|error| tracing::error!(%error, "the installation's key cannot be had"));
        key.ok().map(|key| Arc::new(key.clone()))
    }

    /// Who has this mail address.
    #[must_use]
    pub fn person_by_email(&self, email: &str) -> Option<(Uuid, Person)> {
        let org = self.org();
        org.people.iter().find(|(_, person)| person.email.eq_ignore_ascii_case(email)).map(|(id, p)| (*id, p.clone()))
    }

    /// Definitions of an older version, for instances that keep it: by the names of `now`, since records are read by them.
    ///
    /// # Errors
    /// If the version is not there or cannot be read by this version of the program.
    pub async fn catalog_at(&self, version: i64, now: &Arc<Catalog>) -> Result<Arc<Catalog>, OpenError> {
        if now.version == version {
            return Ok(Arc::clone(now));
        }
        if let Some(found) = self.0.catalogs.at(version, now.version) {
            return Ok(found);
        }
        let catalog = self.older(version, now).await?;
        self.0.catalogs.keep(now.version, &catalog);
        Ok(catalog)
    }

    /// The same where `now` is not in force (yet).
    pub(crate) async fn older(&self, version: i64, now: &Catalog) -> Result<Arc<Catalog>, OpenError> {
        let published = self.published();
        if published.catalog.version == version && kernel::rename::renamings(&published.catalog, now).is_empty() {
            return Ok(Arc::clone(&published.catalog));
        }
        let stored = self.store().definitions(version).await?.ok_or(OpenError::NoVersion(version))?;
        let followed = kernel::rename::follow(&packs_of(version, stored.definitions.files)?, now);
        let mut catalog = followed.map_err(|problems| invalid(version, &problems))?;
        catalog.version = version;
        Ok(Arc::new(catalog))
    }

    /// Takes up the latest published version, if it is newer than the one in force. Whether it was.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn take_up_published(&self) -> Result<bool, OpenError> {
        let _turn = self.0.forcing.lock().await;
        let at = self.published().catalog.version;
        if self.store().latest_version().await? == at {
            return Ok(false);
        }
        let Some(latest) = self.store().latest_definitions().await? else { return Ok(false) };
        let packs = packs_of(latest.version, latest.definitions.files)?;
        let catalog = Arc::new(compile(latest.version, &packs)?);
        self.swap(catalog).await?;
        Ok(true)
    }

    /// Makes a published catalog the one that is worked with, unless a newer one is already.
    pub(crate) async fn put_in_force(&self, catalog: Arc<Catalog>) -> Result<(), store::Error> {
        let _turn = self.0.forcing.lock().await;
        if catalog.version > self.published().catalog.version { self.swap(catalog).await } else { Ok(()) }
    }

    async fn swap(&self, catalog: Arc<Catalog>) -> Result<(), store::Error> {
        let version = catalog.version;
        self.store().refresh().await?;
        self.read_firm().await?;
        let before = Arc::downgrade(&self.published().catalog);
        self.0.replaced.lock().unwrap_or_else(PoisonError::into_inner).push(before);
        self.0.catalogs.swap(Published::new(&catalog, &self.firm()));
        self.refresh_org().await?;
        self.hub().tell(Happened::Published { version });
        Ok(())
    }

    /// The oldest version that something in this process is still decided by.
    #[must_use]
    pub fn oldest_in_use(&self) -> i64 {
        let current = self.published().catalog.version;
        let mut replaced = self.0.replaced.lock().unwrap_or_else(PoisonError::into_inner);
        replaced.retain(|catalog| catalog.strong_count() > 0);
        let held = replaced.iter().filter_map(Weak::upgrade).map(|catalog| catalog.version);
        held.chain([current]).min().unwrap_or(current)
    }

    /// Notes that it is said which version is worked with; whether that is news.
    pub(crate) fn says_version(&self, version: i64) -> bool {
        self.0.said.swap(version, Ordering::SeqCst) != version
    }

    /// Whether all are known to work with this version.
    pub(crate) fn is_agreed(&self, version: i64) -> bool {
        self.0.agreed.load(Ordering::SeqCst) == version
    }

    pub(crate) fn set_agreed(&self, version: i64) {
        self.0.agreed.store(version, Ordering::SeqCst);
    }

    /// Has this process make so many steps of publications, and then behave as if it was ended in the midst of it. For
    /// tests of what another one makes of that.
    pub fn end_after_steps(&self, steps: i64) {
        self.0.steps.store(steps, Ordering::SeqCst);
    }

    /// Whether another step of a publication is made.
    pub(crate) fn may_step(&self) -> bool {
        self.0.steps.fetch_sub(1, Ordering::SeqCst) > 0
    }

    /// Reads people and departments again. Whoever asks while others do may be served by one reading, but by none that
    /// had begun before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refresh_org(&self) -> Result<(), store::Error> {
        let turn = &self.0.org_turn;
        let mine = turn.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut read = turn.read.lock().await;
        if *read >= mine {
            return Ok(());
        }
        let serves = turn.asked.load(Ordering::SeqCst);
        let published = self.published();
        let org = org::read(self.store(), &published.catalog, self.clock().now()).await?;
        self.0.org.store(Arc::new(org));
        *read = serves;
        Ok(())
    }

    /// Reads what the firm has set again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refresh_firm(&self) -> Result<(), store::Error> {
        let _turn = self.0.forcing.lock().await;
        self.read_firm().await
    }

    async fn read_firm(&self) -> Result<(), store::Error> {
        let firm = Firm::read(&self.store().settings().await?);
        if firm != *self.firm() {
            let published = self.published();
            self.0.catalogs.replace(Published::new(&published.catalog, &firm));
            self.0.firm.store(Arc::new(firm));
        }
        Ok(())
    }

    /// Whether nothing is set up yet, or not to its end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_first_run(&self) -> Result<bool, store::Error> {
        Ok(self.published().catalog.version == 0
            || !self.store().has_credentials().await?
            || self.store().setting(set_up::BEGUN).await?.is_some())
    }
}

/// Why a database cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is published in it is not valid for this version of the program.
    #[error("the published definitions, version {version}, are not valid any more: {first}")]
    Invalid {
        /// Which version.
        version: i64,
        /// The first problem.
        first: String,
    },
    /// There is no such version.
    #[error("no version {0} of the definitions was published")]
    NoVersion(i64),
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Store(error) => Self::Store(error),
            other @ (OpenError::Invalid { .. } | OpenError::NoVersion(_)) => Self::Definitions(Box::new(other)),
        }
    }
}

pub(crate) fn packs_of(version: i64, files: serde_json::Value) -> Result<Vec<PackSource>, OpenError> {
    serde_json::from_value(files).map_err(|error| OpenError::Invalid { version, first: error.to_string() })
}

fn compile(version: i64, packs: &[PackSource]) -> Result<Catalog, OpenError> {
    let (catalog, problems) = Catalog::load(packs);
    let mut catalog = catalog.ok_or_else(|| invalid(version, &problems))?;
    catalog.version = version;
    Ok(catalog)
}

fn invalid(version: i64, problems: &[Diagnostic]) -> OpenError {
    let first = problems.first().map_or_else(String::new, |p| format!("{} {}: {}", p.file, p.path, p.message));
    OpenError::Invalid { version, first }
}

/// SQLite makes its file, but not the folder that it lies in. If that fails, opening says why.
fn make_folder_of(database: &str) {
    if let Some(path) = database.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or(path);
        if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = std::fs::create_dir_all(folder);
        }
    }
}
