//! What the web room does to bytes: transformations, detectors, many patterns at once, JSON, sets of addresses.

mod patterns;

use std::path::Path;
use std::time::Duration;

use bartizan_inspect::{
    AddressSet, JsonScratch, JsonSelector, Network, Scope, Scratch, Sensitivity, Transformation, detect_sqli,
    detect_xss,
};
use serde_json::{Map, Value, json};

use crate::{Failure, clock};

const AT_LEAST: Duration = Duration::from_millis(200);

/// Prints nanoseconds of processor time for each of the inputs in the files of `folder`, by what was done to them.
///
/// # Errors
/// A file cannot be read, or is not as `measure_inspect.py` writes it.
pub(crate) fn measure(folder: &Path) -> Result<Value, Failure> {
    let mut out = Map::new();
    for set in ["sqli", "xss", "ordinary"] {
        let all = inputs(&folder.join(set))?;
        let mut add = |what: &str, detect: &dyn Fn(&[u8]) -> bool| -> Result<(), Failure> {
            let (ns, found) = each(&all, |input| usize::from(detect(input)))?;
            let each = json!({"ns": ns, "found": found, "inputs": all.len()});
            out.insert(format!("{what} {set}"), each);
            Ok(())
        };
        add("sqli", &|input| detect_sqli(input, Sensitivity::Low).is_some())?;
        add("sqli high", &|input| detect_sqli(input, Sensitivity::High).is_some())?;
        add("xss", &|input| detect_xss(input).is_some())?;
    }
    let mut scratch = Scratch::default();
    for set in ["ordinary", "encoded"] {
        let all = inputs(&folder.join(set))?;
        for transformation in Transformation::ALL {
            let (ns, _) = each(&all, |input| scratch.apply(&[*transformation], input).len())?;
            out.insert(format!("{} {set}", transformation.name()), json!({"ns": ns}));
        }
    }
    let ordinary = inputs(&folder.join("ordinary"))?;
    patterns::measure(folder, &ordinary, &mut out)?;
    out.insert("json".to_string(), json_body()?);
    out.insert("addresses".to_string(), addresses()?);
    Ok(Value::Object(out))
}

/// Inputs of one pass at least: reading the clock takes as long as inspecting some hundred.
const PASS_INPUTS: usize = 50_000;

/// Nanoseconds for each input, and the sum of what `work` says of all of them.
fn each(all: &[Vec<u8>], mut work: impl FnMut(&[u8]) -> usize) -> Result<(f64, usize), Failure> {
    let times = PASS_INPUTS / all.len().max(1) + 1;
    let (time, sum) = clock::median(AT_LEAST, || {
        (0..times).map(|_| all.iter().map(|input| work(std::hint::black_box(input))).sum::<usize>()).sum::<usize>()
    })?;
    Ok((nanoseconds(time, all.len() * times), sum / times))
}

#[expect(clippy::cast_precision_loss, reason = "some thousand inputs")]
fn nanoseconds(time: Duration, inputs: usize) -> f64 {
    time.as_secs_f64() * 1e9 / inputs.max(1) as f64
}

/// Inputs with their length before each.
fn inputs(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut rest = bytes.as_slice();
    let mut all = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (input, tail) = tail.split_at_checked(length).ok_or("an input is cut off")?;
        all.push(input.to_vec());
        rest = tail;
    }
    Ok(all)
}

/// A body of 2 KiB, every element handed over.
fn json_body() -> Result<Value, Failure> {
    let items: Vec<Value> = (0..24)
        .map(|number| json!({"id": number, "name": format!("item number {number}"), "price": 12.5, "tags": ["a\nb", "new"], "sold": false}))
        .collect();
    let body =
        serde_json::to_vec(&json!({"user": {"name": "somebody", "mail": "somebody@example.com"}, "items": items}))?;
    let (selector, mut scratch) = (JsonSelector::all(Scope::All), JsonScratch::default());
    let (time, elements) = clock::median(AT_LEAST, || {
        let mut elements = 0_usize;
        for _ in 0..100 {
            let outcome = selector.each(&body, &mut scratch, |element| {
                elements += usize::from(!element.is_empty());
                std::ops::ControlFlow::Continue(())
            });
            elements += usize::from(outcome.is_err());
        }
        elements
    })?;
    Ok(json!({"ns": nanoseconds(time, 100), "bytes": body.len(), "elements": elements / 100}))
}

/// 10,000 networks, and addresses of which half are in one.
fn addresses() -> Result<Value, Failure> {
    const NETWORKS: u32 = 10_000;
    let text = |number: u32| {
        let [a, b, c, _] = (number.wrapping_mul(0x9e37_79b1)).to_be_bytes();
        (format!("{a}.{b}.{c}.0/25"), [a, b, c])
    };
    let networks: Vec<Network> = (0..NETWORKS).map(|number| text(number).0.parse()).collect::<Result<_, _>>()?;
    let set = AddressSet::new(networks);
    let asked: Vec<std::net::IpAddr> = (0..NETWORKS)
        .map(|number| {
            let [a, b, c] = text(number).1;
            std::net::Ipv4Addr::new(a, b, c, if number % 2 == 0 { 7 } else { 200 }).into()
        })
        .collect();
    let (time, found) = clock::median(AT_LEAST, || {
        (0..10).map(|_| asked.iter().filter(|address| set.contains(**address)).count()).sum::<usize>() / 10
    })?;
    Ok(json!({"ns": nanoseconds(time, 10 * asked.len()), "networks": NETWORKS, "found": found}))
}
