//! The table of all operations, built once at start: what `protocol` dispatches on.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bartizan_ledger::{AuditLine, overlay::Overlay};
use bartizan_policy::{Authorizer, Cx, Permit, preview};
use bartizan_wire::{Checked, Json, ResourceName, Schema, Shape};

use crate::{Binding, ErrorBody, Operation, ServiceError};

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The output as JSON text.
    pub body: String,
    /// The id of the stored preview, if this call was one.
    pub preview: Option<String>,
    /// Headers that go with it, by name in lower case.
    pub headers: Vec<(&'static str, String)>,
}

/// Why a call did not succeed, before the protocol gives it its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A JSON type that cannot stand where it stands; the text names the place.
    Serialization(String),
    /// Not allowed; the text is for the client.
    Denied(String),
    /// The operation's own error.
    Service(ErrorBody),
    /// Ours; details are in the log.
    Internal,
}

/// What an erased operation returns.
pub type Reply = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;

type Invoke = Box<dyn Fn(Cx, Json, Arc<dyn Authorizer>) -> Reply + Send + Sync>;

/// How often operations may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Operations of one family are counted together.
    pub family: &'static str,
    /// Requests of one account in a minute.
    pub requests: u32,
}

/// An operation whose types have been forgotten.
pub struct ErasedOperation {
    /// The vendor's name.
    pub name: &'static str,
    /// Such as `ssm:UpdatePatchBaseline`.
    pub action: &'static str,
    /// How it is addressed.
    pub binding: Binding,
    /// The request's schema.
    pub input: &'static Schema,
    /// The answer's schema.
    pub output: &'static Schema,
    /// What its JSON body is, where the input has it as any JSON.
    pub body: Option<&'static Schema>,
    /// How often it may be asked for, if that is bounded.
    pub rate: Option<Rate>,
    /// True if it may commit, and so can be previewed.
    pub writes: bool,
    invoke: Invoke,
}

impl fmt::Debug for ErasedOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErasedOperation").field("action", &self.action).field("binding", &self.binding).finish()
    }
}

impl ErasedOperation {
    /// Forgets the types of `O`, which works on `room`.
    #[must_use]
    pub fn of<O: Operation>(room: Arc<O::Room>) -> Self {
        Self {
            name: O::NAME,
            action: O::ACTION,
            binding: O::BINDING,
            input: O::Input::SCHEMA,
            output: O::Output::SCHEMA,
            body: O::BODY,
            rate: None,
            writes: !O::WRITES.is_empty(),
            invoke: Box::new(move |cx, json, authorizer| {
                let room = Arc::clone(&room);
                Box::pin(async move { invoke::<O>(&room, cx, &json, authorizer.as_ref()).await })
            }),
        }
    }

    /// The same with a bound.
    #[must_use]
    pub fn limited(self, rate: Option<Rate>) -> Self {
        Self { rate, ..self }
    }

    /// Decodes, authorizes, checks and calls. With `cx.previewing`, what the call commits stays in an overlay, and the
    /// answer names the stored preview.
    pub fn invoke(&self, cx: Cx, input: Json, authorizer: Arc<dyn Authorizer>) -> Reply {
        (self.invoke)(cx, input, authorizer)
    }
}

async fn invoke<O: Operation>(
    room: &O::Room,
    mut cx: Cx,
    json: &Json,
    authorizer: &dyn Authorizer,
) -> Result<Answer, Refusal> {
    let input = Checked::<O::Input>::decode(json);
    // Whoever may not do it learns nothing from the constraints: authorization is asked first, about anything at all
    // where the input does not name a resource.
    let resource = input.as_ref().map_or_else(|_| ResourceName::any(), |input| O::resource(&cx, input));
    let permit = match Permit::decide(authorizer, &cx.principal, O::ACTION, resource.clone(), O::WRITES) {
        Ok(permit) => permit,
        Err(reason) => return Err(deny(&cx, O::ACTION, &resource, reason).await),
    };
    let input = match input {
        Ok(input) => input,
        Err(violations) => {
            return Err(match violations.first_type_mismatch() {
                Some(violation) => Refusal::Serialization(violation.to_string()),
                None => Refusal::Service(O::Error::from_violations(violations).body()),
            });
        }
    };
    if !cx.previewing || O::WRITES.is_empty() {
        let output = O::call(room, &cx, permit, input).await.map_err(|error| Refusal::Service(error.body()))?;
        return Ok(Answer { body: render(&output)?, preview: None, headers: O::headers(&output) });
    }
    let before = cx.clone();
    let overlay = Arc::new(Overlay::new(Arc::clone(&cx.ledger)));
    cx.ledger = Arc::clone(&overlay) as _;
    let output = O::call(room, &cx, permit, input).await.map_err(|error| Refusal::Service(error.body()))?;
    let id =
        preview::record(room, &before, &cx, &overlay, O::ACTION, &resource).await.map_err(|_| Refusal::Internal)?;
    Ok(Answer { body: render(&output)?, preview: Some(id), headers: O::headers(&output) })
}

fn render(output: &impl serde::Serialize) -> Result<String, Refusal> {
    serde_json::to_string(output).map_err(|_| Refusal::Internal)
}

async fn deny(cx: &Cx, action: &str, resource: &ResourceName, reason: String) -> Refusal {
    let line = AuditLine {
        id: cx.request.clone(),
        at: cx.now,
        principal: cx.principal.name.clone(),
        action: action.to_owned(),
        resource: resource.to_string(),
        outcome: "denied".to_owned(),
        detail: serde_json::json!({ "Reason": reason }).to_string(),
    };
    // A denial stands whether or not its line could be written.
    let _written = cx.audit.record(&cx.realm, line).await;
    Refusal::Denied(reason)
}

/// Two operations are addressed in the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is bound twice: give one of the operations another name or path")]
pub struct BoundTwice(pub String);

/// Every operation by its address.
#[derive(Debug, Default)]
pub struct Table {
    operations: Vec<Arc<ErasedOperation>>,
    aws_json: BTreeMap<String, Arc<ErasedOperation>>,
    aws_query: BTreeMap<(String, String), Arc<ErasedOperation>>,
    actions: BTreeMap<String, Arc<ErasedOperation>>,
}

impl Table {
    /// Builds the table; two operations with one address are refused at start and not at a request.
    pub fn build(operations: Vec<ErasedOperation>) -> Result<Self, BoundTwice> {
        let mut table = Self::default();
        let mut paths = BTreeMap::new();
        for operation in operations.into_iter().map(Arc::new) {
            let taken = match operation.binding {
                Binding::AwsJson { target, .. } => {
                    let address = format!("{target}.{}", operation.name);
                    table.aws_json.insert(address, Arc::clone(&operation)).map(drop)
                }
                Binding::AwsQuery { version, .. } => {
                    let address = (operation.name.to_owned(), version.to_owned());
                    table.aws_query.insert(address, Arc::clone(&operation)).map(drop)
                }
                Binding::AwsRest { method, path, .. }
                | Binding::Bearer { method, path, .. }
                | Binding::Native { method, path, .. } => paths.insert((method, path), ()),
            };
            let known = table.actions.insert(operation.action.to_owned(), Arc::clone(&operation));
            if taken.is_some() || known.is_some() {
                return Err(BoundTwice(operation.action.to_owned()));
            }
            table.operations.push(operation);
        }
        Ok(table)
    }

    /// All of them, in the order in which they were given.
    #[must_use]
    pub fn operations(&self) -> &[Arc<ErasedOperation>] {
        &self.operations
    }

    /// By `X-Amz-Target`, such as `AmazonSSM.UpdatePatchBaseline`.
    #[must_use]
    pub fn by_target(&self, target: &str) -> Option<&Arc<ErasedOperation>> {
        self.aws_json.get(target)
    }

    /// By `Action` and `Version` of an AWS Query form.
    #[must_use]
    pub fn by_query(&self, action: &str, version: &str) -> Option<&Arc<ErasedOperation>> {
        self.aws_query.get(&(action.to_owned(), version.to_owned()))
    }

    /// By action, such as `ssm:UpdatePatchBaseline`.
    #[must_use]
    pub fn by_action(&self, action: &str) -> Option<&Arc<ErasedOperation>> {
        self.actions.get(action)
    }
}
