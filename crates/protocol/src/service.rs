//! [`Service`]: from a request's head to its answer, in five visible steps: route, read, authenticate, decode, invoke.

pub mod authenticate;
pub mod context;
mod log;
mod marks;
mod stats;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use bartizan_operation::{Answer, Binding, ErasedOperation, Table, openapi};
use bartizan_policy::{Authorizer, Principal};
use bartizan_wire::{Json, Timestamp};
use bytes::Bytes;
use futures_util::FutureExt;
use http::StatusCode;
use http::request::Parts;
use hyper::body::Body;

pub use stats::Stats;

use crate::answer::{self, Sent, Served};
use crate::bearer::throttle::Throttle;
use crate::body::{Held, Room};
use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::route::{Aim, Routed, route, signing};
use crate::routes::Routes;
use crate::{
    Authenticate, Circumstances, Contextualize, Limits, PatternError, Unproven, aws_json, aws_query, aws_rest, bearer,
    native, routes,
};
use aws_rest::Places;
use log::Seen;
use marks::Marks;

/// Answers requests.
#[derive(Debug)]
pub struct Service {
    table: Arc<Table>,
    routes: Routes,
    authenticate: Arc<dyn Authenticate>,
    authorizer: Arc<dyn Authorizer>,
    context: Arc<dyn Contextualize>,
    bodies: Room,
    limits: Limits,
    /// Of AWS Query errors before the operation is known.
    namespace: &'static str,
    stats: Stats,
    throttle: Throttle,
    /// Of the API of sensor profiles, for programs.
    description: Bytes,
}

impl Service {
    /// In front of a table.
    ///
    /// # Errors
    /// If a path of the table is malformed.
    pub fn new(
        table: Arc<Table>,
        authenticate: Arc<dyn Authenticate>,
        authorizer: Arc<dyn Authorizer>,
        context: Arc<dyn Contextualize>,
        limits: Limits,
    ) -> Result<Self, PatternError> {
        let routes = Routes::build(&table)?;
        let namespace = table.operations().iter().find_map(|operation| match operation.binding {
            Binding::AwsQuery { namespace, .. } => Some(namespace),
            _ => None,
        });
        let bodies = Room::new(&limits);
        let description = Bytes::from(openapi::document(&table).to_string());
        let namespace = namespace.unwrap_or_default();
        Ok(Self {
            table,
            routes,
            authenticate,
            authorizer,
            context,
            bodies,
            limits,
            namespace,
            stats: Stats::default(),
            throttle: Throttle::default(),
            description,
        })
    }

    /// What has happened so far.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The answer to a request; there always is one.
    pub async fn answer<B>(&self, request: http::Request<B>) -> Sent
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let began = Instant::now();
        let request_id = self.context.mint().uuid();
        let (parts, body) = request.into_parts();
        let routed = route(&parts, &self.table, &self.routes, self.namespace);
        let mut seen = Seen::new(routed.dialect);
        let served = AssertUnwindSafe(self.serve(&parts, body, routed, &request_id, &mut seen)).catch_unwind().await;
        let outcome = served.unwrap_or_else(|_| {
            self.stats.panicked();
            Err(Failure::Internal)
        });
        let headers = std::mem::take(&mut seen.headers);
        match outcome {
            Ok(served) => {
                let mut sent = seen.success(served, &request_id);
                answer::add_headers(&mut sent, headers);
                self.stats.answered(sent.status());
                log::answered(&parts, &seen, sent.status(), &request_id, began);
                sent
            }
            Err(failure) => {
                let told = failure.tell(seen.dialect);
                let mut sent = answer::failure(seen.dialect, &failure, &told, self.context.now(), &request_id);
                answer::add_headers(&mut sent, headers);
                self.stats.answered(sent.status());
                log::refused(&parts, &seen, &told, &request_id);
                sent
            }
        }
    }

    async fn serve<B>(
        &self,
        parts: &Parts,
        body: B,
        routed: Routed<'_>,
        request_id: &str,
        seen: &mut Seen,
    ) -> Result<Served, Failure>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let waits = parts.headers.contains_key(http::header::EXPECT);
        let body = self.bodies.read(body, routed.body_bytes_max, waits).await?;
        let (operation, input, may_be_anonymous) = match routed.aim {
            Aim::Refused(failure) => return Err(failure),
            Aim::Health => return self.health(seen),
            Aim::Description => {
                return Ok(Served { body: self.description.clone(), ..Served::default() });
            }
            Aim::Login => return self.log_in(&body.bytes, seen),
            Aim::Json(operation) => (operation, Pending::Json, false),
            Aim::Query => {
                let form = aws_query::form::read(parts.uri.query(), &body.bytes)?;
                let operation = form.operation(&self.table)?;
                if let Binding::AwsQuery { namespace, .. } = operation.binding {
                    seen.dialect = Dialect::AwsQuery { namespace };
                }
                (operation, Pending::Form(form), false)
            }
            Aim::Path { operation, labels, anonymous } => (operation, Pending::Path(labels), anonymous),
        };
        seen.operation = operation.name;
        let now = self.context.now();
        let principal = self.principal(parts, &body, operation, may_be_anonymous, now)?;
        seen.principal.clone_from(&principal.name);
        if let Some(rate) = operation.rate {
            let standing = self.throttle.take(&principal.realm.account, rate, now);
            seen.headers = standing.headers();
            if !standing.within {
                return Err(Failure::Throttled);
            }
        }
        let marks = Marks::read(&parts.headers)?;
        let input = match input {
            Pending::Json => aws_json::input(&body.bytes)?,
            Pending::Form(form) => form.input(operation)?,
            Pending::Path(labels) => match Places::of(&operation.binding) {
                Some(places) => aws_rest::input(operation, places, labels, parts, &body.bytes)?,
                None => native::input(operation, labels, parts.uri.query(), &body.bytes)?,
            },
        };
        drop(body);
        let cx = self.context.cx(Circumstances {
            principal,
            now,
            request: request_id.to_owned(),
            reason: marks.reason,
            expect: marks.expect,
            previewing: routed.previewing,
        });
        let answer = self.invoke(operation, cx, input).await?;
        answer::body(seen.dialect, operation, answer, request_id)
    }

    fn principal(
        &self,
        parts: &Parts,
        body: &Held,
        operation: &ErasedOperation,
        may_be_anonymous: bool,
        now: Timestamp,
    ) -> Result<Principal, Failure> {
        // Whoever does sign is believed or refused, also where nobody needs to.
        if may_be_anonymous && !parts.headers.contains_key(http::header::AUTHORIZATION) {
            return Ok(self.context.anonymous());
        }
        let unproven = Unproven {
            method: parts.method.as_str(),
            target: parts.uri.path_and_query().map_or("", |target| target.as_str()),
            headers: &parts.headers,
            body: &body.bytes,
            services: signing(&operation.binding),
            now,
        };
        self.authenticate.authenticate(&unproven).map_err(Failure::Unauthenticated)
    }

    async fn invoke(
        &self,
        operation: &ErasedOperation,
        cx: bartizan_policy::Cx,
        input: Json,
    ) -> Result<Answer, Failure> {
        let reply = operation.invoke(cx, input, Arc::clone(&self.authorizer));
        if !operation.writes {
            return reply.await.map_err(Failure::from);
        }
        // A client that goes away must not stop a write half-way between its commit and what follows it.
        match tokio::spawn(reply).await {
            Ok(answer) => answer.map_err(Failure::from),
            Err(error) => {
                if error.is_panic() {
                    self.stats.panicked();
                }
                Err(Failure::Internal)
            }
        }
    }

    /// A token for a name and a password, as bare text with status 201 [API quick start, authentication].
    fn log_in(&self, form: &[u8], seen: &mut Seen) -> Result<Served, Failure> {
        seen.operation = "Login";
        let login = bearer::login(form)?;
        let token = self.authenticate.log_in(&login.username, &login.password, self.context.now());
        let token = token.map_err(Failure::Unauthenticated)?;
        // Not before it is known to be a name: people type passwords into the wrong field.
        seen.principal.clone_from(&login.username);
        seen.status = StatusCode::CREATED;
        Ok(Served {
            body: Bytes::from(token),
            headers: vec![("content-type", "text/plain".to_owned())],
            ..Served::default()
        })
    }

    fn health(&self, seen: &mut Seen) -> Result<Served, Failure> {
        let (status, body) = if self.context.ready() {
            (StatusCode::OK, &br#"{"status":"ready"}"#[..])
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, &br#"{"status":"not ready"}"#[..])
        };
        seen.status = status;
        Ok(Served { body: Bytes::from_static(body), ..Served::default() })
    }
}

/// An input that is not read before it is known whose it is.
enum Pending<'s> {
    Json,
    Form(aws_query::form::Form<'s>),
    Path(routes::pattern::Labels<'s>),
}
