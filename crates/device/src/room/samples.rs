//! Observations as samples in columns, and back.

use std::sync::Arc;

use bartizan_policy::series::{Sample, Texts, Value};
use bartizan_wire::Timestamp;

use crate::behavior::{DimensionValueOperator, MetricValue};
use crate::metric::Measure;
use crate::observe::{Datapoint, Measured, Observation};

/// How what was measured is called in the series: `aws:all-bytes-out`, and with a dimension
/// `aws:num-messages-sent?IN=name`.
#[must_use]
pub fn measure(measured: &Measured) -> Arc<str> {
    match &measured.dimension {
        None => Arc::clone(&measured.metric),
        Some((name, operator)) => {
            let operator = match operator {
                DimensionValueOperator::In => "IN",
                DimensionValueOperator::NotIn => "NOT_IN",
            };
            format!("{}?{operator}={name}", measured.metric).into()
        }
    }
}

/// What a name in the series stands for: the other way round than [`measure`].
#[must_use]
pub fn measured(name: &str) -> Measured {
    let whole = || Measured { metric: name.into(), dimension: None };
    let Some((metric, selected)) = name.split_once('?') else { return whole() };
    let Some((operator, dimension)) = selected.split_once('=') else { return whole() };
    let operator = match operator {
        "IN" => DimensionValueOperator::In,
        "NOT_IN" => DimensionValueOperator::NotIn,
        _ => return whole(),
    };
    Measured { metric: metric.into(), dimension: Some((dimension.into(), operator)) }
}

/// The samples of an observation.
pub fn collect(observation: &Observation, out: &mut Vec<Sample>) {
    let (Observation::Report { thing, at, datapoints } | Observation::Window { thing, at, datapoints }) = observation
    else {
        return;
    };
    out.extend(datapoints.iter().filter_map(|datapoint| sample(thing, *at, datapoint)));
}

fn sample(thing: &Arc<str>, at: Timestamp, datapoint: &Datapoint) -> Option<Sample> {
    let value = value(&datapoint.value)?;
    Some(Sample { subject: Arc::clone(thing), measure: measure(&datapoint.measured), at, value })
}

/// A metric's value as a cell; `None` if no member is present.
#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 in five minutes are not measured")]
fn value(value: &MetricValue) -> Option<Value> {
    match value {
        MetricValue { count: Some(count), .. } => Some(Value::Number(*count as f64)),
        MetricValue { number: Some(number), .. } => Some(Value::Number(*number)),
        MetricValue { cidrs: Some(cidrs), .. } => Some(Value::Texts(cidrs.iter().collect())),
        MetricValue { ports: Some(ports), .. } => Some(Value::Texts(Texts::whole(ports.iter().copied()))),
        MetricValue { numbers: Some(numbers), .. } => Some(Value::Texts(Texts::shown(numbers))),
        MetricValue { strings: Some(strings), .. } => Some(Value::Texts(strings.iter().collect())),
        MetricValue { .. } => None,
    }
}

/// A cell as the value of a metric whose values are of this type.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "it was a whole number when it was kept")]
pub fn metric_value(value: &Value, measure: Measure) -> MetricValue {
    let empty = MetricValue::default();
    match (value, measure) {
        (Value::Number(number), Measure::Counter | Measure::Gauge) => {
            MetricValue { count: Some(*number as i64), ..empty }
        }
        (Value::Number(number), _) => MetricValue { number: Some(*number), ..empty },
        (Value::Texts(texts), Measure::Cidrs) => MetricValue { cidrs: Some(owned(texts)), ..empty },
        (Value::Texts(texts), Measure::Ports) => {
            MetricValue { ports: Some(texts.iter().filter_map(|text| text.parse().ok()).collect()), ..empty }
        }
        (Value::Texts(texts), Measure::Numbers) => {
            MetricValue { numbers: Some(texts.iter().filter_map(|text| text.parse().ok()).collect()), ..empty }
        }
        (Value::Texts(texts), _) => MetricValue { strings: Some(owned(texts)), ..empty },
    }
}

fn owned(texts: &Texts) -> Vec<String> {
    texts.iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_what_they_were_made_of() {
        let by = |operator| Some((Arc::from("by:name"), operator));
        for dimension in [None, by(DimensionValueOperator::In), by(DimensionValueOperator::NotIn)] {
            let one = Measured { metric: "aws:num-messages-sent".into(), dimension };
            assert_eq!(measured(&measure(&one)), one);
        }
        for odd in ["a?b", "a?IN", "a?SOME=b"] {
            assert_eq!(measured(odd), Measured { metric: odd.into(), dimension: None });
        }
    }
}
