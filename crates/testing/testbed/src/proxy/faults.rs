//! What the proxy does to calls by itself: answers that the server never gave, and ends of watches.

use std::collections::HashSet;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::{Body, Lost, is_dry_run, is_mutating};

/// Which calls a made-up answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Those that change something.
    Writes,
    /// Dry runs, and everything that is read, watches not included.
    Questions,
    /// The opening of a watch.
    Watches,
}

/// How watches that are open come to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchEnd {
    /// The connection breaks.
    Cut,
    /// The server says that what was asked for is too old: an ERROR event of code 410.
    Expired,
}

/// Answers that are made up: each call that matches is answered so once, and passes the next time.
#[derive(Default)]
pub(super) struct Faults {
    rules: Vec<Rule>,
    given: usize,
}

struct Rule {
    calls: Calls,
    code: StatusCode,
    answered: HashSet<String>,
}

impl Faults {
    /// From now on, the first of each such call is answered with this code.
    pub(super) fn answer_once(&mut self, calls: Calls, code: StatusCode) {
        self.rules.retain(|it| it.calls != calls);
        self.rules.push(Rule { calls, code, answered: HashSet::new() });
    }

    /// From now on, every call reaches the server.
    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// How many answers were made up so far.
    pub(super) fn given(&self) -> usize {
        self.given
    }

    /// The answer that a call is given without the server's seeing it.
    pub(super) fn answer(&mut self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let rule = self.rules.iter_mut().find(|it| it.calls.contains(request))?;
        let dry = if is_dry_run(request) { " dry" } else { "" };
        let call = format!("{} {}{dry}", request.method(), request.uri().path());
        if !rule.answered.insert(call) {
            return None;
        }
        self.given += 1;
        Some(status(rule.code))
    }
}

impl Calls {
    fn contains(self, request: &Request<Incoming>) -> bool {
        let read = *request.method() == Method::GET;
        match self {
            Calls::Writes => is_mutating(request),
            Calls::Questions => (read && !is_watch(request)) || is_dry_run(request),
            Calls::Watches => is_watch(request),
        }
    }
}

pub(super) fn is_watch(request: &Request<Incoming>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|it| it == "watch=true" || it == "watch=1")
}

/// An answer as the API server words such answers.
fn status(code: StatusCode) -> Response<Body> {
    let reason = match code {
        StatusCode::CONFLICT => "Conflict",
        StatusCode::GONE => "Expired",
        StatusCode::TOO_MANY_REQUESTS => "TooManyRequests",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        _ => "InternalError",
    };
    let text = object(code, reason).to_string();
    let body = Full::new(Bytes::from(text));
    let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = code;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    if code == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    response
}

fn object(code: StatusCode, reason: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": format!("made up by the test: {code}"),
        "reason": reason, "code": code.as_u16(),
    })
}

/// The body of a watch, which ends when it is told to.
pub(super) fn interruptible(body: Body, ends: broadcast::Receiver<WatchEnd>) -> Body {
    let open = Some((body.into_data_stream(), ends));
    let frames = futures::stream::unfold(open, |open| async move {
        let (mut body, mut ends) = open?;
        tokio::select! {
            next = body.next() => match next? {
                Ok(bytes) => Some((Ok(Frame::data(bytes)), Some((body, ends)))),
                Err(error) => Some((Err(error), None)),
            },
            Ok(end) = ends.recv() => match end {
                WatchEnd::Cut => Some((Err(tower::BoxError::from(Lost)), None)),
                WatchEnd::Expired => {
                    let status = object(StatusCode::GONE, "Expired");
                    let event = format!("{}\n", json!({"type": "ERROR", "object": status}));
                    Some((Ok(Frame::data(Bytes::from(event))), None))
                }
            },
        }
    });
    StreamBody::new(frames).boxed_unsync()
}
