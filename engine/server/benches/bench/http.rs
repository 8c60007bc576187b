//! A client that costs next to nothing: HTTP/1.1 over one kept connection, so that what is measured is the server.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// A connection with the headers that every request bears.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    /// `name: value` lines.
    pub(crate) headers: String,
}

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    body: Vec<u8>,
}

impl Response {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn expect(self, status: u16) -> Result<Self> {
        if self.status != status {
            bail!("Expected {status}, but got {}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), headers: String::new() })
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Response> {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send_bytes(method, path, "application/json", body.as_bytes()).await
    }

    /// Sends a body of another kind.
    pub(crate) async fn send_bytes(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Response> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{}\r\n",
            body.len(),
            self.headers
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat()).await?;
        self.receive().await
    }

    async fn receive(&mut self) -> Result<Response> {
        let status = self.line().await?.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no status line")?;
        let (mut length, mut chunked, mut cookie) = (0, false, None);
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').context("no header")?;
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "transfer-encoding" => chunked = value.contains("chunked"),
                "set-cookie" => cookie = value.trim().split(';').next().map(str::to_owned),
                _ => {}
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(self.line().await?.trim(), 16)?;
                self.take(size, &mut body).await?;
                self.line().await?;
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut body).await?;
        }
        Ok(Response { status, cookie, body })
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(line.trim_end().to_owned())
    }

    async fn take(&mut self, size: usize, body: &mut Vec<u8>) -> Result<()> {
        let start = body.len();
        body.resize(start + size, 0);
        self.stream.read_exact(&mut body[start..]).await?;
        Ok(())
    }
}
