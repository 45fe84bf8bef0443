//! What is measured, in the text form of Prometheus [OpenMetrics, text format 0.0.4], on an address of its own.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tracing::debug;

use crate::gateway::Gateway;
use crate::watcher::Count;

/// Where they are read.
const PATH: &str = "/metrics";
/// Until a reader must have asked.
const READ: Duration = Duration::from_secs(10);
/// How long to wait when a connection cannot be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers readers until it is aborted.
pub(crate) async fn serve(listener: TcpListener, gateway: Arc<Gateway>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let gateway = Arc::clone(&gateway);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let answer = answer(&gateway, &request);
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(READ);
            if let Err(error) = http.serve_connection(TokioIo::new(stream), answer).await {
                debug!(%error, "a reader of metrics went early");
            }
        });
    }
}

fn answer(gateway: &Gateway, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if request.uri().path() != PATH || request.method() != Method::GET {
        let mut answer = Response::new(Full::default());
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return answer;
    }
    let counts: Vec<Count> = gateway.watchers().iter().flat_map(|watcher| watcher.counts()).collect();
    let upstreams =
        gateway.upstreams().all().iter().map(|place| (place.name().to_owned(), place.is_well())).collect::<Vec<_>>();
    let text = render(&counts, gateway.refused(), &upstreams);
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    answer
}

/// `BlockedRequests` as `blocked_requests`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A label's value.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn render(counts: &[Count], refused: u64, upstreams: &[(String, bool)]) -> String {
    let mut out = String::new();
    let mut by_metric: BTreeMap<&str, Vec<&Count>> = BTreeMap::new();
    for count in counts {
        by_metric.entry(count.metric).or_default().push(count);
    }
    // writing to a string does not fail
    for (metric, counts) in by_metric {
        let name = format!("bartizan_web_{}_total", snake(metric));
        let _written =
            writeln!(out, "# HELP {name} Of each rule, what the vendor calls {metric}.\n# TYPE {name} counter");
        for count in counts {
            let acl = count.web_acl.rsplit('/').nth(1).unwrap_or_default();
            let (acl, arn, rule) = (quoted(acl), quoted(&count.web_acl), quoted(&count.rule));
            let _written =
                writeln!(out, "{name}{{web_acl=\"{acl}\",web_acl_arn=\"{arn}\",rule=\"{rule}\"}} {}", count.count);
        }
    }
    let name = "bartizan_gateway_refused_requests_total";
    let _written = writeln!(
        out,
        "# HELP {name} Requests that were no plain HTTP, or too slow.\n# TYPE {name} counter\n{name} {refused}"
    );
    let name = "bartizan_gateway_upstream_up";
    let _written = writeln!(out, "# HELP {name} 1 for each place where the application answers.\n# TYPE {name} gauge");
    for (upstream, up) in upstreams {
        let _written = writeln!(out, "{name}{{upstream=\"{}\"}} {}", quoted(upstream), u8::from(*up));
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::render;
    use crate::watcher::Count;

    #[test]
    fn the_text_is_prometheus() {
        let count = |rule: &str, metric, count| Count {
            web_acl: "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/id".to_owned(),
            rule: Arc::from(rule),
            metric,
            count,
        };
        let counts =
            [count("a", "BlockedRequests", 3), count("b\"", "BlockedRequests", 1), count("a", "CountedRequests", 2)];
        let text = render(&counts, 4, &[("127.0.0.1:1".to_owned(), true)]);
        let labels = "web_acl=\"edge\",web_acl_arn=\"arn:aws:wafv2:us-east-1:111122223333:regional/webacl/edge/id\"";
        for line in [
            "# TYPE bartizan_web_blocked_requests_total counter".to_owned(),
            format!("bartizan_web_blocked_requests_total{{{labels},rule=\"a\"}} 3"),
            format!("bartizan_web_blocked_requests_total{{{labels},rule=\"b\\\"\"}} 1"),
            format!("bartizan_web_counted_requests_total{{{labels},rule=\"a\"}} 2"),
            "bartizan_gateway_refused_requests_total 4".to_owned(),
            "bartizan_gateway_upstream_up{upstream=\"127.0.0.1:1\"} 1".to_owned(),
        ] {
            assert_eq!(text.lines().filter(|found| **found == line).count(), 1, "{line}\n{text}");
        }
        assert_eq!(text.matches("# TYPE").count(), 4);
    }
}
