//! [`Request`]: any operation as its protocol sends it, made from the schema that `bartizan schema` prints.

use bartizan_agent::caller::Method;
use bartizan_wire::Blob;
use serde_json::{Map, Value};

use crate::connection::escape;
use crate::exit::Failure;

/// What is sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The SigV4 service name.
    pub(crate) service: String,
    pub(crate) method: Method,
    /// Raw path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The operation of an action with its input.
    pub(crate) fn of(action: &str, input: &Value) -> Result<Self, Failure> {
        let schema = bartizan_server::schema().map_err(|error| Failure::Refused(error.to_string()))?;
        let operations = schema.get("operations").and_then(Value::as_array);
        let found = operations.into_iter().flatten().find(|operation| text(operation, "action") == action);
        let operation = found.ok_or_else(|| {
            Failure::Refused(format!(
                "`{action}` is not known: actions look like ssm:DescribePatchBaselines or iot:ListSecurityProfiles, and \
                 `bartizan schema` has them all"
            ))
        })?;
        let input = input.as_object().ok_or_else(|| Failure::Refused("the input is not a JSON object".to_owned()))?;
        let binding = operation.get("binding").unwrap_or(&Value::Null);
        match text(binding, "protocol") {
            "aws-json-1.1" => Ok(Self::json(text(operation, "name"), binding, input)),
            "aws-rest-json" | "native" => Self::by_path(binding, input.clone()),
            other => {
                Err(Failure::Refused(format!("`{action}` is spoken in {other}: ask with a client of the vendor's")))
            }
        }
    }

    fn json(name: &str, binding: &Value, input: &Map<String, Value>) -> Self {
        Self {
            service: text(binding, "signing").to_owned(),
            method: Method::Post,
            target: "/".to_owned(),
            headers: vec![
                ("content-type".to_owned(), "application/x-amz-json-1.1".to_owned()),
                ("x-amz-target".to_owned(), format!("{}.{name}", text(binding, "target"))),
            ],
            body: Value::Object(input.clone()).to_string().into_bytes(),
        }
    }

    /// Each member where the binding says; what it does not name travels in the body.
    fn by_path(binding: &Value, mut input: Map<String, Value>) -> Result<Self, Failure> {
        let method = method(text(binding, "method"))?;
        let mut target = String::new();
        for segment in text(binding, "path").split('/').skip(1) {
            target.push('/');
            match segment.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
                Some(label) => target.push_str(&labelled(label, &mut input)?),
                None => target.push_str(segment),
            }
        }
        let mut query = Vec::new();
        for (name, member) in located(binding, "query") {
            query.extend(input.remove(&member).map(|value| (name, value)));
        }
        // Our own operations that only read have their members in the query.
        if method == Method::Get {
            query.extend(std::mem::take(&mut input));
        }
        push_query(&mut target, &query);
        let mut headers: Vec<(String, String)> = located(binding, "headers")
            .into_iter()
            .filter_map(|(name, member)| Some((name, plain(&input.remove(&member)?))))
            .collect();
        let body = match binding.get("payload").and_then(Value::as_str) {
            Some(member) => match input.remove(member) {
                Some(value) => {
                    let blob: Blob = serde_json::from_value(value)
                        .map_err(|error| Failure::Refused(format!("`{member}` is not base64: {error}")))?;
                    blob.0
                }
                None => Vec::new(),
            },
            None if input.is_empty() && matches!(method, Method::Get | Method::Delete) => Vec::new(),
            None => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                Value::Object(input).to_string().into_bytes()
            }
        };
        let signing = binding.pointer("/signing/0").and_then(Value::as_str).unwrap_or("bartizan");
        Ok(Self { service: signing.to_owned(), method, target, headers, body })
    }
}

fn method(name: &str) -> Result<Method, Failure> {
    match name {
        "GET" => Ok(Method::Get),
        "POST" => Ok(Method::Post),
        "PUT" => Ok(Method::Put),
        "PATCH" => Ok(Method::Patch),
        "DELETE" => Ok(Method::Delete),
        other => Err(Failure::Refused(format!("the method {other} is not known to this program"))),
    }
}

/// A segment of the path; one that takes the rest of the path keeps its slashes.
fn labelled(label: &str, input: &mut Map<String, Value>) -> Result<String, Failure> {
    let (member, rest) = match label.strip_suffix('+') {
        Some(member) => (member, true),
        None => (label, false),
    };
    let value = input.remove(member).filter(|value| !value.is_null());
    let value = plain(&value.ok_or_else(|| Failure::Refused(format!("the input lacks `{member}`")))?);
    if rest {
        return Ok(value.split('/').map(escape).collect::<Vec<_>>().join("/"));
    }
    Ok(escape(&value))
}

/// Names on the wire and the members that travel under them.
fn located(binding: &Value, place: &str) -> Vec<(String, String)> {
    let members = binding.get(place).and_then(Value::as_object);
    let named = |(name, member): (&String, &Value)| Some((name.clone(), member.as_str()?.to_owned()));
    members.into_iter().flatten().filter_map(named).collect()
}

/// A list is written as its items, one after the other.
fn push_query(target: &mut String, query: &[(String, Value)]) {
    let mut first = true;
    for (name, value) in query {
        let one = std::slice::from_ref(value);
        for item in value.as_array().map_or(one, Vec::as_slice).iter().filter(|item| !item.is_null()) {
            target.push(if first { '?' } else { '&' });
            target.push_str(&format!("{}={}", escape(name), escape(&plain(item))));
            first = false;
        }
    }
}

/// A value outside of JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Method, Request};

    fn of(action: &str, input: &serde_json::Value) -> (Method, String, String, String) {
        let request = Request::of(action, input).unwrap();
        (request.method, request.target, String::from_utf8(request.body).unwrap(), request.service)
    }

    #[test]
    fn members_travel_where_the_binding_says() {
        let update = json!({"securityProfileName": "a:b", "expectedVersion": 3, "deleteBehaviors": true});
        assert_eq!(
            of("iot:UpdateSecurityProfile", &update),
            (
                Method::Patch,
                "/security-profiles/a%3Ab?expectedVersion=3".to_owned(),
                r#"{"deleteBehaviors":true}"#.to_owned(),
                "iot".to_owned()
            )
        );
        assert_eq!(
            of("iot:ListSecurityProfiles", &json!({"maxResults": 5})),
            (Method::Get, "/security-profiles?maxResults=5".to_owned(), String::new(), "iot".to_owned())
        );
        assert_eq!(
            of("ssm:GetPatchBaseline", &json!({"BaselineId": "x"})),
            (Method::Post, "/".to_owned(), r#"{"BaselineId":"x"}"#.to_owned(), "ssm".to_owned())
        );
        let history = json!({"Kind": "device/security-profile", "Name": "a b"});
        assert_eq!(
            of("bartizan:ListHistory", &history),
            (
                Method::Get,
                "/v1/history?Kind=device%2Fsecurity-profile&Name=a%20b".to_owned(),
                String::new(),
                "bartizan".to_owned()
            )
        );
    }

    #[test]
    fn what_cannot_be_asked_is_said_so() {
        assert!(Request::of("iot:MakeCoffee", &json!({})).is_err());
        assert!(Request::of("iot:DescribeSecurityProfile", &json!({})).is_err());
        assert!(Request::of("iot:DescribeSecurityProfile", &json!([])).is_err());
    }
}
