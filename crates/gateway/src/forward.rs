//! The course of one request: read, judged, passed on or answered.

use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;

use bartizan_web::engine::{
    Asked, Body as Inspected, Ending, Header, Judgment, Plan, Request as Judged, Scratch, judge_with,
};
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, request};
use http_body_util::Either;
use hyper::body::Incoming;
use tracing::{debug, warn};

use crate::answer::{self, Answer};
use crate::client_address::{FORWARDED_FOR, client};
use crate::gateway::Gateway;
use crate::guard::{Active, Shared};
use crate::peer::Peer;
use crate::settings::WhenBlind;
use crate::upstream::Silent;
use crate::watcher::Seen;
use crate::window::Window;
use crate::{refuse, second, token, upgrade};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// What headers that rules insert begin with.
const OWN_PREFIX: &str = "x-amzn-waf-";

thread_local! {
    /// Judging does not wait, so that one request at a time uses it.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Answers one request.
pub(crate) async fn answer(gateway: &Gateway, from: &Peer, request: Request<Incoming>) -> Answer {
    let peer = from.address;
    let (mut parts, body) = request.into_parts();
    if let Some(why) = second::plain(&mut parts).or_else(|| refuse::refuse(&parts)) {
        debug!(%peer, why, "a request was refused");
        gateway.note_refused();
        return answer::last(StatusCode::BAD_REQUEST, &parts.headers);
    }
    let settings = gateway.settings();
    let reading = Window::read(body, settings.inspected);
    let window = match tokio::time::timeout(settings.body_read, reading).await {
        Ok(Ok(window)) => window,
        Ok(Err(error)) => {
            debug!(%peer, %error, "a body could not be read");
            gateway.note_refused();
            return answer::last(StatusCode::BAD_REQUEST, &parts.headers);
        }
        Err(_) => {
            gateway.note_refused();
            return answer::last(StatusCode::REQUEST_TIMEOUT, &parts.headers);
        }
    };
    let active = gateway.guard().active();
    if let Some(plan) = &active.plan {
        let client = client(peer.ip(), &parts.headers, &settings.trusted);
        if parts.method == Method::POST && parts.uri.path() == token::PATH {
            return token::exchange(gateway, plan, client, &parts.headers, &window.read);
        }
        let judgment = judge(gateway, &active, plan, (client, from), &parts, &window);
        if judgment.exhausted && settings.when_blind == WhenBlind::Close {
            warn!(%peer, "a request would have cost too much to judge, and was refused");
            window.drain();
            return answer::short(StatusCode::FORBIDDEN, &parts.headers);
        }
        if !judgment.exhausted && judgment.ending != Ending::Allow {
            window.drain();
            let (key, now) = (gateway.key(), gateway.now());
            let page = match judgment.ending {
                Ending::Challenge => token::challenge(key, plan, client, now),
                Ending::Captcha => {
                    let back = parts.uri.path_and_query().map_or("/", |back| back.as_str());
                    token::captcha(key, plan, client, now, back)
                }
                Ending::Allow | Ending::Block => None,
            };
            return answer::ended(&judgment, &parts.headers, page);
        }
        remove_own(gateway, &mut parts);
        for inserted in judgment.inserted {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(inserted.name), HeaderValue::try_from(inserted.value))
            {
                parts.headers.insert(name, value);
            }
        }
    } else {
        remove_own(gateway, &mut parts);
    }
    pass(gateway, from, parts, window).await
}

fn remove_own(gateway: &Gateway, parts: &mut request::Parts) {
    if gateway.settings().own_prefix_removed {
        let own: Vec<HeaderName> =
            parts.headers.keys().filter(|name| name.as_str().starts_with(OWN_PREFIX)).cloned().collect();
        own.into_iter().for_each(|name| {
            parts.headers.remove(name);
        });
    }
}

fn judge(
    gateway: &Gateway,
    active: &Active,
    plan: &Arc<Plan>,
    (client, from): (IpAddr, &Peer),
    parts: &request::Parts,
    window: &Window,
) -> Judgment {
    let settings = gateway.settings();
    let headers: Vec<Header<'_>> = parts
        .headers
        .iter()
        .map(|(name, value)| Header { name: name.as_str().as_bytes(), value: value.as_bytes() })
        .collect();
    let read = window.read.len();
    let declared =
        parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let length = if window.rest.is_none() { u64::try_from(read).ok() } else { declared };
    let request = Judged {
        at: gateway.now(),
        client,
        method: parts.method.as_str().as_bytes(),
        path: parts.uri.path().as_bytes(),
        query: parts.uri.query().map(str::as_bytes),
        fragment: None,
        version: version(parts),
        headers: &headers,
        joined: false,
        body: Inspected {
            inspected: window.read.get(..settings.inspected).unwrap_or(&window.read),
            length,
            more: window.rest.is_some() || read > settings.inspected,
        },
        ja3: from.fingerprints.as_ref().map(|(ja3, _)| ja3.as_bytes()),
        ja4: from.fingerprints.as_ref().map(|(_, ja4)| ja4.as_bytes()),
        atlas: gateway.atlas(),
        token: token::read(gateway.key(), plan, &parts.headers),
    };
    let judgment =
        SCRATCH.with_borrow_mut(|scratch| judge_with(plan, scratch, &mut Shared(active), &request, Asked::default()));
    let status = answer::status(&judgment);
    let seen = Seen {
        plan,
        request: &request,
        judgment: &judgment,
        resource: &settings.resource,
        number: gateway.number(),
        status,
    };
    gateway.watchers().iter().for_each(|watcher| watcher.seen(&seen));
    judgment
}

fn version(parts: &request::Parts) -> &'static str {
    match parts.version {
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

async fn pass(gateway: &Gateway, from: &Peer, mut parts: request::Parts, window: Window) -> Answer {
    let wanted = parts.headers.clone();
    let protocol = upgrade::asked(&parts.headers);
    refuse::remove_hop_by_hop(&mut parts.headers);
    let client_side = parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
    if let Ok(value) = HeaderValue::try_from(from.address.ip().to_canonical().to_string()) {
        let before: Vec<&[u8]> = parts.headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
        let joined = before.into_iter().chain([value.as_bytes()]).collect::<Vec<_>>().join(&b", "[..]);
        if let Ok(joined) = HeaderValue::from_bytes(&joined) {
            parts.headers.insert(FORWARDED_FOR, joined);
        }
    }
    let trusted = gateway.settings().trusted.contains(from.address.ip().to_canonical());
    if !(trusted && parts.headers.contains_key(FORWARDED_PROTO)) {
        let scheme = if from.secure { "https" } else { "http" };
        parts.headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    }
    let takes_over = protocol.is_some();
    if let Some(protocol) = protocol {
        upgrade::ask(&mut parts.headers, protocol);
    }
    parts.version = http::Version::HTTP_11;
    match gateway.upstreams().ask(parts, window).await {
        Err(Silent::Away | Silent::Unreachable) => answer::short(StatusCode::BAD_GATEWAY, &wanted),
        Err(Silent::Late) => answer::short(StatusCode::GATEWAY_TIMEOUT, &wanted),
        Ok(mut response) => {
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                let (Some(client_side), true) = (client_side, takes_over) else {
                    return answer::short(StatusCode::BAD_GATEWAY, &wanted);
                };
                upgrade::join(client_side, hyper::upgrade::on(&mut response));
                return response.map(Either::Right);
            }
            refuse::remove_hop_by_hop(response.headers_mut());
            response.map(Either::Right)
        }
    }
}
