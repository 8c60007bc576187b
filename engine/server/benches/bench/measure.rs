//! Runs requests from several clients at once and says how long they took.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::http::Client;

/// How a run went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Requests per second.
    pub(crate) throughput: f64,
    /// The time under which half of the requests stayed, in milliseconds.
    pub(crate) p50: f64,
    /// The same for 99 of 100.
    pub(crate) p99: f64,
}

/// Sends requests 0 to `count` from `clients` connections, each sending its next as soon as its last is answered.
pub(crate) async fn run<F, R>(
    address: SocketAddr,
    headers: &str,
    clients: usize,
    count: usize,
    request: F,
) -> Result<Run>
where
    F: Fn(Client, usize) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Client>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..clients {
        let (next, request, headers) = (next.clone(), request.clone(), headers.to_owned());
        workers.push(tokio::spawn(async move {
            let mut client = Client::connect(address).await?;
            client.headers = headers;
            let mut times = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok::<_, anyhow::Error>(times);
                }
                let sent = Instant::now();
                client = request(client, index).await?;
                times.push(sent.elapsed());
            }
        }));
    }
    let mut times: Vec<Duration> = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    let all = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| {
        let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |t| t.as_secs_f64() * 1_000.0)
    };
    Ok(Run { throughput: times.len() as f64 / all, p50: at(0.5), p99: at(0.99) })
}
