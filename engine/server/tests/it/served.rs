//! The binary, serving in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
};

/// The kind of most bodies.
pub(crate) const JSON: &str = "application/json";

/// A server process of its own.
pub(crate) struct Served {
    pub(crate) process: Child,
    address: String,
    /// Kept, since it goes on saying things.
    _output: BufReader<ChildStdout>,
}

impl Served {
    pub(crate) fn start(database: &str) -> Self {
        Self::start_with(database, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(database: &str, more: &[String]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_portolan"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database", database])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Self { process, address, _output: output }
    }

    /// A request as plain as can be; the whole answer.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<String> {
        self.send(method, path, headers, JSON, body)
    }

    /// The same with a body of another kind.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        kind: &str,
        body: &str,
    ) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}",
            self.address
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Served {
    /// Ends it at once, in the midst of whatever it does.
    pub(crate) fn kill(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-9", &id]).status().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
