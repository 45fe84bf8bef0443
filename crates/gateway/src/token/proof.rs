//! How a client proves something, and gets a token for it.
//!
//! What it has to prove is sealed for its address and the web ACL, and stands in the page; what was proved already is remembered, so that it counts once. A challenge is work:
//! a number with which a digest begins with zeros. A puzzle is a sum in words, which stops the simplest of machines only.

use std::net::IpAddr;

use aws_lc_rs::{digest, rand};
use bartizan_web::engine::Plan;
use bartizan_wire::Timestamp;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::{Either, Full};

use super::spent::ID_BYTES;
use super::{TokenKey, grant};
use crate::answer::Answer;
use crate::gateway::Gateway;

/// Where proofs are sent.
pub(crate) const PATH: &str = "/.well-known/bartizan/token";
/// Zeros that the digest begins with, in bits: some tens of thousands of tries.
pub(super) const ZERO_BITS: u32 = 15;
/// How long something may take to prove, in milliseconds.
pub(super) const VALID_MS: i64 = 5 * 60 * 1_000;
/// A form is never larger, in bytes.
const FORM_BYTES_MAX: usize = 8 * 1024;

/// Something to prove.
pub(super) fn task(key: &TokenKey, plan: &Plan, client: IpAddr, now: Timestamp, answer: u8) -> Option<String> {
    let mut text = now.0.to_be_bytes().to_vec();
    text.push(answer);
    let mut id = [0_u8; ID_BYTES];
    rand::fill(&mut id).ok()?;
    text.extend_from_slice(&id);
    key.seal(&purpose(plan, client), &text)
}

/// Two numbers to add.
pub(super) fn sum() -> Option<(u8, u8)> {
    let mut bytes = [0_u8; 2];
    rand::fill(&mut bytes).ok()?;
    Some((bytes[0] % 10 + 1, bytes[1] % 10 + 1))
}

fn purpose(plan: &Plan, client: IpAddr) -> String {
    format!("task {client} {}", plan.arn())
}

/// Answers a proof: with a token, or with nothing.
pub(crate) fn exchange(gateway: &Gateway, plan: &Plan, client: IpAddr, headers: &HeaderMap, form: &[u8]) -> Answer {
    let (key, now) = (gateway.key(), gateway.now());
    let refused = || plain(StatusCode::FORBIDDEN);
    let Some(text) = std::str::from_utf8(form).ok().filter(|text| text.len() <= FORM_BYTES_MAX) else {
        return refused();
    };
    let field = |name: &str| {
        let mut fields = text.split('&').filter_map(|piece| piece.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let Some(task) = field("task") else { return refused() };
    let Some(opened) = key.open(&purpose(plan, client), task) else { return refused() };
    let Some((issued, rest)) = opened.split_first_chunk::<8>() else { return refused() };
    let issued = i64::from_be_bytes(*issued);
    // what was proved before a restart is not remembered
    if !(0..VALID_MS).contains(&now.0.saturating_sub(issued)) || issued < gateway.started().0 {
        return refused();
    }
    let Some((&sum, id)) = rest.split_first() else { return refused() };
    let Ok(id) = <[u8; ID_BYTES]>::try_from(id) else { return refused() };
    let answer = field("answer").unwrap_or_default();
    let is_proof = if sum > 0 { answer.trim().parse() == Ok(sum) } else { works(task, answer) };
    let given = Some(now).filter(|_| is_proof);
    let (solved, passed) = if sum > 0 { (given, None) } else { (None, given) };
    if (solved.is_none() && passed.is_none()) || !gateway.spent().take(issued, id, now) {
        return refused();
    }
    let granted = grant(key, plan, headers, solved, passed).and_then(|cookie| HeaderValue::try_from(cookie).ok());
    let Some(cookie) = granted else { return plain(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut told = plain(if solved.is_some() { StatusCode::SEE_OTHER } else { StatusCode::NO_CONTENT });
    told.headers_mut().insert(SET_COOKIE, cookie);
    if solved.is_some() {
        let back = field("back").map(unescape).unwrap_or_default();
        let back = HeaderValue::try_from(back).ok().filter(is_local).unwrap_or(HeaderValue::from_static("/"));
        told.headers_mut().insert(LOCATION, back);
    }
    told
}

/// True for a path on the same host.
fn is_local(back: &HeaderValue) -> bool {
    let bytes = back.as_bytes();
    bytes.first() == Some(&b'/') && !matches!(bytes.get(1), Some(b'/' | b'\\'))
}

fn unescape(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match (first, pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', _) => {
                out.push(b' ');
                rest = tail;
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// True if the digest of both begins with enough zeros.
fn works(task: &str, answer: &str) -> bool {
    if answer.is_empty() || answer.len() > 20 {
        return false;
    }
    let digest = digest::digest(&digest::SHA256, format!("{task}{answer}").as_bytes());
    let first = digest.as_ref().first_chunk::<4>().map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes));
    first.leading_zeros() >= ZERO_BITS
}

fn plain(status: StatusCode) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(Bytes::new())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{is_local, unescape, works};

    #[test]
    fn only_enough_work_counts() {
        let answer = (0_u32..).map(|number| number.to_string()).find(|answer| works("task", answer)).unwrap();
        assert!(!works("another task", &answer) || !works("task", "x"));
        assert!(!works("task", "") && !works("task", &"9".repeat(30)));
    }

    #[test]
    fn one_comes_back_to_the_same_host() {
        assert_eq!(unescape("%2Fa%3Fb+c%zz"), "/a?b c%zz");
        for (back, local) in
            [("/a?b", true), ("//evil.example", false), ("/\\evil", false), ("http://e", false), ("", false)]
        {
            assert_eq!(is_local(&HeaderValue::from_str(back).unwrap()), local, "{back}");
        }
    }
}
