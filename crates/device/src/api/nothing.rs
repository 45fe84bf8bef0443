//! An answer without members.

use bartizan_wire::Shape;
use serde::Serialize;

/// `{}`.
#[derive(Debug, Shape, Serialize)]
pub struct Nothing {}
