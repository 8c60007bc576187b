//! A browser, as far as the server notices: keeps its cookie, sends its CSRF token.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, header},
};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

/// A browser.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Bytes,
    /// Null if it is no JSON.
    pub(crate) body: Json,
}

impl Answer {
    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The places of a refusal's problems.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.body["error"]["details"].as_array().unwrap().iter().map(|d| d["path"].as_str().unwrap()).collect()
    }

    /// The answer, which must be a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Json {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text);
        self.body
    }

    /// The refusal's code, which must come with this status.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
    }
}

impl Client {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, cookie: None, csrf: None, headers: Vec::new() }
    }

    /// The same with a further header.
    pub(crate) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut other = self.clone();
        other.headers.push((name, value.into()));
        other
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let answer = self.post("/api/session", json!({"email": email, "password": password})).await;
        self.keep(&answer);
        answer
    }

    /// Keeps the session of an answer.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        if let Some(csrf) = answer.body["csrf"].as_str() {
            self.csrf = Some(csrf.to_owned());
        }
    }

    /// The same browser, once it looks at the app as somebody else.
    pub(crate) async fn viewing_as(&self, user: uuid::Uuid) -> Self {
        let answer = self.post("/api/session/view_as", json!({"user": user})).await;
        let mut other = self.clone();
        other.keep(&answer);
        let view = other.cookie.take().unwrap();
        other.cookie = Some(format!("{}; {view}", self.cookie.as_deref().unwrap_or_default()));
        answer.ok();
        other
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Json) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Json) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Json>) -> Answer {
        let bytes = body.map(|json| Bytes::from(json.to_string()));
        self.send_bytes(method, path, bytes.unwrap_or_default()).await
    }

    pub(crate) async fn send_bytes(&self, method: Method, path: &str, body: Bytes) -> Answer {
        let has_own_type = self.headers.iter().any(|(name, _)| *name == "content-type");
        let json = (!body.is_empty() && !has_own_type).then_some("application/json");
        self.send_body(method, path, json, Body::from(body)).await
    }

    /// Sends the beginning of a form with a file, and then nothing more.
    pub(crate) async fn send_and_stop(&self, path: &str, beginning: &'static [u8]) -> Answer {
        let beginning = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(beginning))]);
        let body = Body::from_stream(futures::StreamExt::chain(beginning, futures::stream::pending()));
        self.send_body(Method::POST, path, Some("multipart/form-data; boundary=edge"), body).await
    }

    async fn send_body(&self, method: Method, path: &str, media_type: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "portolan.test");
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text, bytes, body }
    }

    /// A stream of server-sent events.
    pub(crate) async fn stream(&self, path: &str) -> axum::body::BodyDataStream {
        let mut request = Request::builder().uri(path).header(header::HOST, "portolan.test");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        response.into_body().into_data_stream()
    }
}

/// Percent-encodes a query's value.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
