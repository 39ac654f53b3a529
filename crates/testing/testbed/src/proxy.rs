//! A proxy in front of the API server: it counts calls, cuts at the one it is told to, makes up
//! answers, ends watches, and can be away.

mod faults;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use kube::Client;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;

pub use faults::{Calls, WatchEnd};
use faults::{Faults, interruptible, is_watch};

/// How often the port is tried again after an absence.
const BIND_EVERY: Duration = Duration::from_millis(20);
/// Ends of watches that wait for a slow reader.
const ENDS: usize = 16;

/// A call that changes something: neither a dry run, nor an Event, nor a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
}

/// Where to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The k-th mutating call (from 0) never reaches the server, and the controller dies.
    Before(usize),
    /// The server has done it, and the controller dies before it learns of it.
    After(usize),
    /// The server has done it, and the answer is lost: the connection breaks.
    Answer(usize),
}

struct State {
    calls: Vec<Call>,
    requests: usize,
    cut: Option<Cut>,
    faults: Faults,
    /// Ends the controller's process; called once.
    kill: Option<Box<dyn FnOnce() + Send>>,
}

/// A proxy; it ends with the runtime it was started on.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    ends: broadcast::Sender<WatchEnd>,
    absences: mpsc::UnboundedSender<Duration>,
}

type Body = UnsyncBoxBody<Bytes, tower::BoxError>;

impl Proxy {
    /// Listens on a free loopback port and forwards with the client's own rights; impersonation
    /// headers pass through.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start(upstream: Client) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = State {
            calls: Vec::new(),
            requests: 0,
            cut: None,
            faults: Faults::default(),
            kill: None,
        };
        let (absences, absent) = mpsc::unbounded_channel();
        let ends = broadcast::Sender::new(ENDS);
        let proxy = Proxy { address, state: Arc::new(Mutex::new(state)), ends, absences };
        tokio::spawn(proxy.clone().serve(listener, absent, upstream));
        Ok(proxy)
    }

    /// Serves until the runtime ends. While it is away, nothing listens, and what was open is cut.
    async fn serve(
        self,
        mut listener: TcpListener,
        mut absent: mpsc::UnboundedReceiver<Duration>,
        upstream: Client,
    ) {
        loop {
            let mut connections = JoinSet::new();
            let absence = loop {
                tokio::select! {
                    Ok((stream, _)) = listener.accept() => {
                        let (proxy, upstream) = (self.clone(), upstream.clone());
                        while connections.try_join_next().is_some() {}
                        connections.spawn(proxy.connection(TokioIo::new(stream), upstream));
                    }
                    Some(absence) = absent.recv() => break absence,
                    else => return,
                }
            };
            drop(listener);
            connections.shutdown().await;
            tokio::time::sleep(absence).await;
            listener = loop {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => break listener,
                    Err(_) => tokio::time::sleep(BIND_EVERY).await,
                }
            };
        }
    }

    async fn connection(self, stream: TokioIo<tokio::net::TcpStream>, upstream: Client) {
        let service = service_fn(move |request| {
            let (proxy, upstream) = (self.clone(), upstream.clone());
            async move { proxy.answer(&upstream, request).await }
        });
        let connection = auto::Builder::new(TokioExecutor::new());
        // A cut connection is what this proxy is for.
        let _ = connection.serve_connection(stream, service).await;
    }

    /// The address for a client.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The mutating calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// All requests so far, watches included.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.lock().requests
    }

    /// Cuts at a call; `kill` ends the controller's process.
    pub fn cut(&self, cut: Cut, kill: impl FnOnce() + Send + 'static) {
        let mut state = self.lock();
        state.cut = Some(cut);
        state.kill = Some(Box::new(kill));
    }

    /// Whether the cut has happened.
    #[must_use]
    pub fn has_cut(&self) -> bool {
        self.lock().cut.is_none()
    }

    /// From now on, the first of each such call is answered with this code, and the server does not
    /// see it; the next one passes.
    pub fn answer_once(&self, calls: Calls, code: StatusCode) {
        self.lock().faults.answer_once(calls, code);
    }

    /// From now on, every call reaches the server.
    pub fn answer_no_more(&self) {
        self.lock().faults.clear();
    }

    /// How many answers were made up so far.
    #[must_use]
    pub fn made_up(&self) -> usize {
        self.lock().faults.given()
    }

    /// Ends every watch that is open, and says how many there were.
    pub fn end_watches(&self, how: WatchEnd) -> usize {
        // Without a watch there is nobody to tell.
        self.ends.send(how).unwrap_or(0)
    }

    /// Is away for a while: what is open is cut, and connections are refused.
    pub fn be_away(&self, absence: Duration) {
        // The receiver lives as long as the proxy serves.
        let _ = self.absences.send(absence);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(
        &self,
        upstream: &Client,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Lost> {
        if let Some(answer) = self.lock().faults.answer(&request) {
            return Ok(answer);
        }
        let cut = self.count(&request);
        if let Some(Cut::Before(_)) = cut {
            self.kill();
            return Err(Lost);
        }
        let ends = is_watch(&request).then(|| self.ends.subscribe());
        let response = forward(upstream, request).await;
        let response = match ends {
            Some(ends) => response.map(|body| interruptible(body, ends)),
            None => response,
        };
        match cut {
            Some(Cut::After(_)) => {
                self.kill();
                Err(Lost)
            }
            Some(Cut::Answer(_)) => {
                self.lock().cut = None;
                Err(Lost)
            }
            _ => Ok(response),
        }
    }

    /// Counts a call, and says whether this is the one to cut at.
    fn count(&self, request: &Request<Incoming>) -> Option<Cut> {
        let mut state = self.lock();
        state.requests += 1;
        if !is_mutating(request) {
            return None;
        }
        let number = state.calls.len();
        let path = request.uri().path().to_owned();
        state.calls.push(Call { method: request.method().clone(), path });
        state.cut.filter(|cut| {
            let (Cut::Before(at) | Cut::After(at) | Cut::Answer(at)) = cut;
            *at == number
        })
    }

    fn kill(&self) {
        let kill = {
            let mut state = self.lock();
            state.cut = None;
            state.kill.take()
        };
        if let Some(kill) = kill {
            kill();
        }
    }
}

/// The connection breaks.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cut by the test")
    }
}

impl std::error::Error for Lost {}

fn is_mutating(request: &Request<Incoming>) -> bool {
    let path = request.uri().path();
    let aside = path.contains("/events") || path.contains("/leases");
    changes(request) && !aside && !is_dry_run(request)
}

fn is_dry_run(request: &Request<Incoming>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    changes(request) && query.contains("dryRun=All")
}

fn changes(request: &Request<Incoming>) -> bool {
    matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE)
}

async fn forward(upstream: &Client, request: Request<Incoming>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let whole: Result<_, Infallible> = match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        // The controller died in the middle of a request: nothing to forward.
        Err(_) => return failure("the request broke off"),
    };
    let Ok(bytes) = whole;
    parts.headers.remove(http::header::AUTHORIZATION);
    parts.headers.remove(http::header::HOST);
    parts.headers.remove(http::header::CONTENT_LENGTH);
    parts.headers.remove(http::header::TRANSFER_ENCODING);
    let path = parts.uri.path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let mut builder = Request::builder().method(parts.method).uri(path);
    if let Some(headers) = builder.headers_mut() {
        *headers = parts.headers;
    }
    let Ok(request) = builder.body(kube::client::Body::from(bytes.to_vec())) else {
        return failure("the request is malformed");
    };
    match upstream.send(request).await {
        Ok(response) => response.map(|body| body.map_err(Into::into).boxed_unsync()),
        Err(error) => failure(&error.to_string()),
    }
}

fn failure(message: &str) -> Response<Body> {
    let body = Full::new(Bytes::from(message.to_owned()));
    let body = body.map_err(|never: Infallible| match never {}).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
