//! A mail server for one test: it speaks the protocol, keeps what it takes, and fails as it is told to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the server does with the next letter instead of taking it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Is too busy to say hello: 421.
    Busy,
    /// Does not take the receiver now: 450.
    Later,
    /// Does not know the receiver: 550.
    NoReceiver,
    /// Does not let this sender send: 550 5.7.1.
    NoSender,
    /// Takes the letter and breaks off before it says so.
    Drop,
}

/// A letter that came.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    /// As it came, headers and all.
    pub(crate) text: String,
}

impl Letter {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        self.text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_owned()
    }

    /// The text with its quoted-printable signs read.
    pub(crate) fn plain(&self) -> String {
        let joined = self.text.replace("=\r\n", "").replace("=\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, tail)) = rest.split_first() {
            let digits = (*first == b'=').then(|| tail.get(..2)).flatten().and_then(|d| std::str::from_utf8(d).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = &tail[2..];
                }
                None => {
                    bytes.push(*first);
                    rest = tail;
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    faults: VecDeque<Fault>,
    signed_in: Vec<String>,
    connections: usize,
}

/// The server; it ends with the test.
#[derive(Clone, Debug)]
pub(crate) struct MailServer {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = server.state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, state.clone()));
            }
        });
        server
    }

    /// Fails so with the next letters, one after the other.
    pub(crate) fn fail(&self, faults: &[Fault]) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    /// What has come.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.state.lock().unwrap().letters.clone()
    }

    /// With which words somebody signed in.
    pub(crate) fn signed_in(&self) -> Vec<String> {
        self.state.lock().unwrap().signed_in.clone()
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader);
    let fault = {
        let mut state = state.lock().unwrap();
        state.connections += 1;
        state.faults.pop_front()
    };
    if fault == Some(Fault::Busy) {
        let _ = writer.write_all(b"421 4.3.2 too busy\r\n").await;
        return;
    }
    let mut to = String::new();
    let _ = writer.write_all(b"220 test ESMTP\r\n").await;
    let mut line = String::new();
    while lines.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let command = line.trim().to_owned();
        line.clear();
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match (verb.as_str(), fault) {
            ("EHLO", _) => b"250-test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN LOGIN\r\n",
            ("AUTH", _) => {
                state.lock().unwrap().signed_in.push(command);
                b"235 2.7.0 ok\r\n"
            }
            ("MAIL", Some(Fault::NoSender)) => b"550 5.7.1 sender not allowed\r\n",
            ("RCPT", Some(Fault::Later)) => b"450 4.2.0 greylisted\r\n",
            ("RCPT", Some(Fault::NoReceiver)) => b"550 5.1.1 no such mailbox\r\n",
            ("RCPT", _) => {
                to = command.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                b"250 2.1.5 ok\r\n"
            }
            ("DATA", _) => {
                let _ = writer.write_all(b"354 go on\r\n").await;
                let mut text = String::new();
                while lines.read_line(&mut line).await.is_ok_and(|read| read > 0) && line.trim_end() != "." {
                    text.push_str(&line);
                    line.clear();
                }
                line.clear();
                state.lock().unwrap().letters.push(Letter { to: to.clone(), text });
                if fault == Some(Fault::Drop) {
                    return;
                }
                b"250 2.0.0 taken\r\n"
            }
            ("QUIT", _) => {
                let _ = writer.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => b"250 ok\r\n",
        };
        if writer.write_all(answer).await.is_err() {
            return;
        }
    }
}
