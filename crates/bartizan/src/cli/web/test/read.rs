//! Requests out of files that others write.

use serde_json::{Value, json};

/// The requests of a file, and how many of its lines are none.
pub(super) fn requests(text: &str) -> (Vec<Value>, usize) {
    if let Ok(whole) = serde_json::from_str::<Value>(text)
        && let Some(entries) = whole.pointer("/log/entries").and_then(Value::as_array)
    {
        let read: Vec<Value> = entries.iter().filter_map(of_har).collect();
        let unread = entries.len() - read.len();
        return (read, unread);
    }
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let read: Vec<Value> = lines().filter_map(of_line).collect();
    let unread = lines().count() - read.len();
    (read, unread)
}

fn of_line(line: &str) -> Option<Value> {
    match serde_json::from_str::<Value>(line) {
        Ok(record) if record.get("httpRequest").is_some() => of_record(&record),
        Ok(record) => of_json(&record),
        Err(_) => of_combined(line),
    }
}

/// An entry of a HAR file.
fn of_har(entry: &Value) -> Option<Value> {
    let request = entry.get("request")?;
    let url = request.get("url")?.as_str()?;
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    let uri = behind.find(['/', '?', '#']).and_then(|at| behind.get(at..)).unwrap_or("/");
    let uri = if uri.starts_with('/') { uri.to_owned() } else { format!("/{uri}") };
    let named = |one: &Value| Some(json!({"Name": one.get("name")?, "Value": one.get("value")?}));
    let pseudo = |one: &Value| one.get("Name").and_then(Value::as_str).is_some_and(|name| name.starts_with(':'));
    let headers = request.get("headers").and_then(Value::as_array).into_iter().flatten().filter_map(named);
    let headers: Vec<Value> = headers.filter(|one| !pseudo(one)).collect();
    let mut read = json!({"Method": request.get("method")?, "Uri": uri, "Headers": headers});
    let body = request.pointer("/postData/text").and_then(Value::as_str);
    put(&mut read, "Body", body.map(|text| base64(text.as_bytes())));
    Some(read)
}

/// A log record of a web ACL.
fn of_record(record: &Value) -> Option<Value> {
    let request = record.get("httpRequest")?;
    let text = |member: &str| request.get(member).and_then(Value::as_str);
    let uri = match text("args").filter(|args| !args.is_empty()) {
        Some(args) => format!("{}?{args}", text("uri")?),
        None => text("uri")?.to_owned(),
    };
    let headers = request.get("headers").and_then(Value::as_array).into_iter().flatten();
    let headers = headers.filter_map(|one| Some(json!({"Name": one.get("name")?, "Value": one.get("value")?})));
    let mut read = json!({"Method": text("httpMethod")?, "Uri": uri, "Headers": headers.collect::<Vec<_>>()});
    put(&mut read, "ClientIP", text("clientIp").map(ToOwned::to_owned));
    put(&mut read, "HTTPVersion", text("httpVersion").map(ToOwned::to_owned));
    if let (Some(at), Some(members)) = (record.get("timestamp").and_then(Value::as_f64), read.as_object_mut()) {
        members.insert("Timestamp".to_owned(), json!(at / 1_000.0));
    }
    Some(read)
}

/// A line of an access log as JSON, by the names that servers usually give.
fn of_json(record: &Value) -> Option<Value> {
    let text = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| record.get(*name).or_else(|| record.pointer(name)));
        found.find_map(Value::as_str).map(ToOwned::to_owned)
    };
    let line = text(&["request"]);
    let mut parts = line.as_deref().unwrap_or_default().split(' ').map(ToOwned::to_owned);
    let (first, second) = (parts.next().filter(|one| !one.is_empty()), parts.next());
    let method = text(&["method", "request_method", "http_method", "/request/method", "RequestMethod"]).or(first)?;
    let uri = text(&["request_uri", "uri", "url", "path", "/request/uri", "RequestPath"]).or(second)?;
    let agent = text(&["http_user_agent", "user_agent", "agent", "userAgent"]);
    let referer = text(&["http_referer", "referer", "referrer"]);
    let host = text(&["host", "http_host", "/request/host", "RequestHost"]);
    let mut read = json!({"Method": method, "Uri": uri, "Headers": headers(host, agent, referer)});
    let client =
        text(&["remote_addr", "client_ip", "clientip", "remote_ip", "client", "/request/remote_ip", "ClientHost"]);
    put(&mut read, "ClientIP", client);
    Some(read)
}

/// A line of an access log in the combined form, or the common one.
fn of_combined(line: &str) -> Option<Value> {
    let (client, rest) = line.split_once(' ')?;
    let mut quoted = rest.split('"').skip(1).step_by(2);
    let mut request = quoted.next()?.split(' ');
    let (method, uri) = (request.next()?, request.next()?);
    let filled = |text: Option<&str>| text.filter(|text| *text != "-" && !text.is_empty()).map(ToOwned::to_owned);
    let (referer, agent) = (filled(quoted.next()), filled(quoted.next()));
    let mut read = json!({"Method": method, "Uri": uri, "Headers": headers(None, agent, referer)});
    put(&mut read, "ClientIP", Some(client.to_owned()).filter(|text| text.parse::<std::net::IpAddr>().is_ok()));
    Some(read)
}

fn headers(host: Option<String>, agent: Option<String>, referer: Option<String>) -> Vec<Value> {
    let named = [("Host", host), ("User-Agent", agent), ("Referer", referer)];
    named.into_iter().filter_map(|(name, value)| Some(json!({"Name": name, "Value": value?}))).collect()
}

/// Adds a member, if there is a value.
pub(super) fn put(into: &mut Value, name: &str, value: Option<String>) {
    if let (Some(members), Some(value)) = (into.as_object_mut(), value) {
        members.insert(name.to_owned(), Value::String(value));
    }
}

/// As bodies travel.
pub(super) fn base64(bytes: &[u8]) -> String {
    bartizan_wire::Blob(bytes.to_vec()).to_base64()
}

#[cfg(test)]
mod tests {
    use super::requests;

    #[test]
    fn every_form_is_read() {
        let combined = "192.0.2.1 - frank [10/Oct/2026:13:55:36 -0700] \"GET /a?b=1 HTTP/1.1\" 200 2326 \"http://r/\" \"Agent/1\"\nnonsense";
        let (read, unread) = requests(combined);
        assert_eq!((read.len(), unread), (1, 1));
        assert_eq!(read[0]["Uri"], "/a?b=1");
        assert_eq!(read[0]["ClientIP"], "192.0.2.1");
        assert_eq!(read[0]["Headers"][0]["Value"], "Agent/1");
        let json = r#"{"remote_addr":"192.0.2.2","request":"POST /x HTTP/1.1","http_user_agent":"B"}"#;
        let (read, _) = requests(json);
        assert_eq!((&read[0]["Method"], &read[0]["Uri"]), (&"POST".into(), &"/x".into()));
        let record = r#"{"timestamp":1700000000123,"httpRequest":{"clientIp":"192.0.2.3","headers":[{"name":"Host","value":"h"}],"uri":"/p","args":"q=1","httpVersion":"HTTP/2.0","httpMethod":"GET"}}"#;
        let (read, _) = requests(record);
        assert_eq!(read[0]["Uri"], "/p?q=1");
        assert_eq!(read[0]["Timestamp"], 1_700_000_000.123);
        let har = r#"{"log":{"entries":[{"request":{"method":"POST","url":"https://h.example/p?x=1#f","headers":[{"name":":path","value":"/p"},{"name":"A","value":"1"}],"postData":{"text":"hi"}}},{"request":{}}]}}"#;
        let (read, unread) = requests(har);
        assert_eq!(unread, 1);
        assert_eq!(read[0]["Uri"], "/p?x=1#f");
        assert_eq!(read[0]["Headers"].as_array().unwrap().len(), 1);
        assert_eq!(read[0]["Body"], "aGk=");
    }
}
