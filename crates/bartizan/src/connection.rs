//! The program as a client of a server: where it is, with which key, and how its answers are read.

use std::path::Path;

use bartizan_agent::caller::{AccessKey, Answer, Call, Caller, CallerError, Method};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::request::Request;

/// A server and a key for it.
#[derive(Debug)]
pub(crate) struct Connection {
    caller: Caller,
    key: AccessKey,
    region: String,
    runtime: tokio::runtime::Runtime,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyFile {
    access_key_id: String,
    secret_access_key: String,
}

impl Connection {
    /// Finds the server at `endpoint`, or on the data folder; the key in the environment, or in the data folder.
    pub(crate) fn open(endpoint: Option<&str>, data: &Path, region: &str) -> Result<Self, Failure> {
        let endpoint = match endpoint {
            Some(endpoint) => endpoint.to_owned(),
            None => {
                std::fs::read_to_string(data.join("endpoint")).map(|text| text.trim().to_owned()).map_err(|_| {
                    Failure::Unreachable(format!(
                        "no server runs on `{}`: start one with `bartizan up`, or name one with --endpoint",
                        data.display()
                    ))
                })?
            }
        };
        let key = access_key(data)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("the program cannot start: {error}")))?;
        let caller = Caller::new(&endpoint, region, key.clone());
        Ok(Self { caller, key, region: region.to_owned(), runtime })
    }

    pub(crate) fn endpoint(&self) -> &str {
        self.caller.endpoint()
    }

    pub(crate) fn access_key_id(&self) -> &str {
        &self.key.access_key_id
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.key.secret_access_key
    }

    /// The client itself, for what is not one of Bartizan's own operations.
    pub(crate) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Does something that waits.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// `GET` of one of Bartizan's own operations.
    pub(crate) fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        let mut target = path.to_owned();
        for (index, (name, value)) in query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(&format!("{name}={}", escape(value)));
        }
        self.exchange(Call { service: "bartizan", method: Method::Get, target: &target, headers: &[], body: b"" })
    }

    /// `POST` of one of Bartizan's own operations.
    pub(crate) fn post(&self, path: &str, input: &Value) -> Result<Value, Failure> {
        let headers = &[("content-type", "application/json")];
        let body = input.to_string();
        let (method, body) = (Method::Post, body.as_bytes());
        self.exchange(Call { service: "bartizan", method, target: path, headers, body })
    }

    /// Any operation, by its action.
    pub(crate) fn call(&self, action: &str, input: &Value) -> Result<Value, Failure> {
        let Request { service, method, target, headers, body } = Request::of(action, input)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.exchange(Call { service: &service, method, target: &target, headers: &headers, body: &body })
    }

    /// What an operation would do.
    pub(crate) fn preview(&self, action: &str, input: &Value) -> Result<Value, Failure> {
        self.post("/v1/preview", &json!({ "Action": action, "Input": input }))
    }

    fn exchange(&self, call: Call<'_>) -> Result<Value, Failure> {
        let answer = self.runtime.block_on(self.caller.send(call));
        read(&answer.map_err(|error| match error {
            CallerError::Unreachable { .. } => Failure::Unreachable(error.to_string()),
            CallerError::Request(_) => Failure::Refused(error.to_string()),
        })?)
    }
}

fn access_key(data: &Path) -> Result<AccessKey, Failure> {
    let of = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    for (id, secret) in [
        ("BARTIZAN_ROOT_ACCESS_KEY_ID", "BARTIZAN_ROOT_SECRET_ACCESS_KEY"),
        ("BARTIZAN_ACCESS_KEY_ID", "BARTIZAN_SECRET_ACCESS_KEY"),
    ] {
        if let (Some(access_key_id), Some(secret_access_key)) = (of(id), of(secret)) {
            return Ok(AccessKey { access_key_id, secret_access_key });
        }
    }
    let path = data.join("root-key.json");
    let file: Option<KeyFile> = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let file = file.ok_or_else(|| {
        Failure::Refused(format!(
            "no access key: `{}` cannot be read, and BARTIZAN_ACCESS_KEY_ID and BARTIZAN_SECRET_ACCESS_KEY are not set",
            path.display()
        ))
    })?;
    Ok(AccessKey { access_key_id: file.access_key_id, secret_access_key: file.secret_access_key })
}

fn read(answer: &Answer) -> Result<Value, Failure> {
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    if answer.status == 200 {
        return Ok(value);
    }
    let text = |names: &[&str]| names.iter().find_map(|name| value.get(name)?.as_str()).map(ToOwned::to_owned);
    let told = answer.headers.get("x-amzn-errortype").and_then(|code| code.to_str().ok()).map(ToOwned::to_owned);
    let code = told.or_else(|| text(&["__type", "code"])).unwrap_or_else(|| format!("status {}", answer.status));
    let message = text(&["message", "Message"]).unwrap_or_default();
    Err(Failure::Refused(format!("{code}: {message}")))
}

/// Reads an operation's input from a flag or a file; an empty object without either.
pub(crate) fn input(text: Option<&str>, file: Option<&Path>) -> Result<Value, Failure> {
    let text = match (text, file) {
        (Some(text), _) => text.to_owned(),
        (None, Some(path)) if path == Path::new("-") => {
            std::io::read_to_string(std::io::stdin()).map_err(|error| Failure::Refused(error.to_string()))?
        }
        (None, Some(path)) => std::fs::read_to_string(path)
            .map_err(|error| Failure::Refused(format!("`{}` cannot be read: {error}", path.display())))?,
        (None, None) => return Ok(json!({})),
    };
    serde_json::from_str(&text).map_err(|error| Failure::Refused(format!("the input is not JSON: {error}")))
}

/// Percent-encodes a part of a path or query.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
