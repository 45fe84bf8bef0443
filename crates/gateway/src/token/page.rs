//! The pages that ask for a proof.

use std::net::IpAddr;

use bartizan_web::engine::Plan;
use bartizan_wire::Timestamp;

use super::TokenKey;
use super::proof::{PATH, ZERO_BITS, sum, task};

/// Looks for a number with which the digest begins with zeros, and comes back with a token. The digest is written out, because
/// browsers have it only on encrypted pages.
const SCRIPT: &str = include_str!("challenge.js");

const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// The page of a challenge.
pub(crate) fn challenge(key: &TokenKey, plan: &Plan, client: IpAddr, now: Timestamp) -> Option<String> {
    let task = task(key, plan, client, now, 0)?;
    Some(format!(
        "<!doctype html><meta charset=\"utf-8\"><title>One moment</title><p>One moment: your browser shows that it is one.</p>\
         <noscript>This page needs JavaScript.</noscript><script>const TASK=\"{task}\",BITS={ZERO_BITS},PATH=\"{PATH}\";\n{SCRIPT}</script>\n"
    ))
}

/// The page of a puzzle. `uri` is where the client comes back to.
pub(crate) fn captcha(key: &TokenKey, plan: &Plan, client: IpAddr, now: Timestamp, uri: &str) -> Option<String> {
    let (one, other) = sum()?;
    let task = task(key, plan, client, now, one + other)?;
    let word = |number: u8| WORDS.get(usize::from(number)).copied().unwrap_or_default();
    let back: String = uri
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"/-._~?=".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("&#{byte};")
            }
        })
        .collect();
    Some(format!(
        "<!doctype html><meta charset=\"utf-8\"><title>A question</title><form method=\"post\" action=\"{PATH}\">\
         <label>How much is {} and {}? <input name=\"answer\" inputmode=\"numeric\" autocomplete=\"off\" autofocus></label>\
         <input type=\"hidden\" name=\"task\" value=\"{task}\"><input type=\"hidden\" name=\"back\" value=\"{back}\"><button>Go on</button></form>\n",
        word(one),
        word(other),
    ))
}
