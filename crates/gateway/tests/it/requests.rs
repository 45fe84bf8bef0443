//! Requests through the gateway.

use std::sync::atomic::Ordering;

use bartizan_gateway::WhenBlind;
use serde_json::json;

use crate::world::{World, dear_plan, plan};

fn is(answer: &str, status: u16) -> bool {
    answer.starts_with(&format!("HTTP/1.1 {status} "))
}

#[tokio::test]
async fn a_request_passes_as_it_came_and_without_what_is_ours() {
    let world = World::new(100).await;
    let got = world.get("/a//b/../c%2Fd?q=1;x", "X-Own: Yes\r\nX-Amzn-Waf-Forged: 1\r\nKeep-Alive: 5\r\n").await;
    assert!(is(&got, 200) && got.contains("GET /a//b/../c%2Fd?q=1;x HTTP/1.1"), "{got}");
    assert!(got.contains("X-Own: Yes") && got.to_lowercase().contains("x-forwarded-for: 127.0.0.1"), "{got}");
    assert!(!got.contains("Forged") && !got.contains("Keep-Alive"), "{got}");
}

#[tokio::test]
async fn plans_judge_and_are_swapped() {
    let world = World::new(100).await;
    assert!(is(&world.get("/bad", "").await, 200));
    world.guard.set(Some(plan(&[("bad", "/bad", json!({"Block": {}}))])));
    assert!(is(&world.get("/bad", "").await, 403));
    assert!(world.get("/bad", "Accept: text/html\r\n").await.contains("<!doctype html>"));
    let custom = json!({"Block": {"CustomResponse": {"ResponseCode": 302, "ResponseHeaders": [{"Name": "Location", "Value": "/sorry"}]}}});
    let insert = json!({"Allow": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "foo", "Value": "bar"}]}}});
    world.guard.set(Some(plan(&[("moved", "/bad", custom), ("mark", "/mark", insert)])));
    let got = world.get("/bad", "").await;
    assert!(is(&got, 302) && got.contains("/sorry"), "{got}");
    assert!(world.get("/mark", "").await.contains("x-amzn-waf-foo: bar"));
    world.guard.set(None);
    assert!(is(&world.get("/bad", "").await, 200));
}

#[tokio::test]
async fn bodies_pass_whole_around_the_window() {
    let world = World::new(1_000).await;
    for size in [0, 1, 999, 1_000, 1_001, 200_000] {
        let body = vec![b'x'; size];
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n");
        let got = world.send(&head, &body).await;
        assert!(got.contains(&format!("body of {size}, sum {}", size * usize::from(b'x'))), "{size}: {got}");
    }
    // what fits into the window has a length afterwards
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert!(world.send(chunked, b"").await.contains("body of 5,"));
}

#[tokio::test]
async fn what_two_servers_could_read_differently_never_arrives() {
    let world = World::new(100).await;
    for head in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        // codings that one of two servers may not see
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nX: 1\nTransfer-Encoding: chunked\rY: 2\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        // lengths
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx",
        // chunks
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n",
        // targets and hosts
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n",
        " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "G{}T / HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let got = world.send(head, b"").await;
        assert_eq!(world.arrived.load(Ordering::SeqCst), 0, "{head:?} arrived: {got}");
        assert!(got.is_empty() || got.starts_with("HTTP/1.1 4"), "{head:?}: {got}");
    }
}

/// A length beside a coding: hyper's parser goes by the coding and forgets the length, as [RFC 9112, 6.3] allows. What counts is
/// that one framing arrives, that what stands behind it is no request, and that the connection ends.
#[tokio::test]
async fn a_length_beside_a_coding_smuggles_nothing() {
    let world = World::new(100).await;
    let inner = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = format!("Content-Length: {}\r\n", 5 + inner.len());
    let coding = "Transfer-Encoding: chunked\r\n";
    for (sent, headers) in [format!("{length}{coding}"), format!("{coding}{length}")].iter().enumerate() {
        let got = world.send(&format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n0\r\n\r\n{inner}"), b"").await;
        assert_eq!(world.arrived.load(Ordering::SeqCst), sent + 1, "{got}");
        let lower = got.to_lowercase();
        assert!(is(&got, 200) && lower.contains("connection: close") && !lower.contains("get /admin"), "{got}");
        assert!(!lower.contains("transfer-encoding") && got.contains("body of 0,"), "{got}");
    }
}

#[tokio::test]
async fn a_challenge_asks_for_a_proof() {
    let world = World::new(100).await;
    world
        .guard
        .set(Some(plan(&[("work", "/work", json!({"Challenge": {}})), ("sum", "/sum", json!({"Captcha": {}}))])));
    let got = world.get("/work", "Accept: text/html\r\n").await;
    assert!(is(&got, 202) && got.contains("x-amzn-waf-action: challenge") && got.contains("const TASK="), "{got}");
    let got = world.get("/sum?x=\"1\"", "Accept: text/html\r\n").await;
    assert!(got.starts_with("HTTP/1.1 4"), "{got}");
    let got = world.get("/sum", "Accept: text/html\r\n").await;
    assert!(is(&got, 405) && got.contains("x-amzn-waf-action: captcha") && got.contains("How much is"), "{got}");
    // a sum counts once: the second time it is no proof any more
    let task = got.split("name=\"task\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let number = |word: &str| words.iter().position(|known| *known == word).unwrap();
    let question = got.split("How much is ").nth(1).and_then(|rest| rest.split('?').next()).unwrap();
    let (one, other) = question.split_once(" and ").unwrap();
    let answer = number(one) + number(other);
    assert!(is(&prove(&world, &format!("task={task}&answer={}", answer + 1)).await, 403), "a wrong sum");
    let first = prove(&world, &format!("task={task}&answer={answer}&back=%2Fsum")).await;
    assert!(is(&first, 303) && first.contains("set-cookie: aws-waf-token="), "{first}");
    assert!(is(&prove(&world, &format!("task={task}&answer={answer}&back=%2Fsum")).await, 403), "the same again");
    assert!(is(&prove(&world, "task=forged&answer=1").await, 403));
}

async fn prove(world: &World, form: &str) -> String {
    let head = format!(
        "POST /.well-known/bartizan/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    world.send(&head, form.as_bytes()).await
}

#[tokio::test]
async fn what_is_measured_of_each_rule_is_told() {
    let world = World::with(100, |settings| settings.metrics = Some("127.0.0.1:0".parse().unwrap())).await;
    world.guard.set(Some(plan(&[("bad", "/bad", json!({"Block": {}})), ("odd", "/odd", json!({"Count": {}}))])));
    for path in ["/bad", "/bad", "/odd", "/"] {
        world.get(path, "").await;
    }
    world.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"").await;
    let got = world.metrics().await;
    let has = |name: &str, rule: &str, count: u64| {
        let line = |line: &&str| {
            line.starts_with(&format!("bartizan_web_{name}_total{{web_acl=\"edge\""))
                && line.ends_with(&format!("rule=\"{rule}\"}} {count}"))
        };
        assert_eq!(got.lines().filter(line).count(), 1, "{name} {rule}: {got}");
    };
    has("blocked_requests", "bad", 2);
    has("counted_requests", "odd", 1);
    has("allowed_requests", "Default_Action", 2);
    assert!(got.contains("bartizan_gateway_refused_requests_total 1\n"), "{got}");
    assert!(got.contains("bartizan_gateway_upstream_up{upstream=\"127.0.0.1:"), "{got}");
}

#[tokio::test]
async fn an_application_that_is_away_is_told() {
    let world = World::new(100).await;
    // nobody accepts on the discard port of this machine
    let settings = bartizan_gateway::Settings::new(
        "127.0.0.1:0".parse().unwrap(),
        vec!["http://127.0.0.1:9".parse().unwrap()],
        "g".to_owned(),
    );
    let key = bartizan_gateway::TokenKey::new(&[7; 32]).unwrap();
    let away = bartizan_gateway::Gateway::start(
        settings,
        Default::default(),
        Vec::new(),
        std::sync::Arc::new(bartizan_web::engine::NoAtlas),
        key,
        || bartizan_wire::Timestamp(0),
    );
    let other = World { gateway: away.await.unwrap(), ..world };
    assert!(is(&other.get("/", "").await, 502));
    other.gateway.stop().await;
}

#[tokio::test]
async fn what_costs_too_much_is_refused_or_passes() {
    let body = vec![b'x'; 1_000_000];
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    for (when_blind, status) in [(WhenBlind::Close, 403), (WhenBlind::Open, 200)] {
        let world = World::with(1_048_576, |settings| settings.when_blind = when_blind).await;
        world.guard.set(Some(dear_plan()));
        assert!(is(&world.get("/", "").await, 200), "what costs little passes");
        let got = world.send(&head, &body).await;
        assert!(is(&got, status), "{when_blind:?}: {got}");
    }
}
