//! What authorization is asked about here.

use bartizan_policy::Cx;
use bartizan_wire::{Arn, ResourceName};

/// A document of any kind, `*` standing for what is not said.
pub(crate) fn document(cx: &Cx, kind: Option<&str>, name: Option<&str>) -> ResourceName {
    named(cx, &format!("document/{}/{}", kind.unwrap_or("*"), name.unwrap_or("*")))
}

/// A resource of Bartizan itself.
pub(crate) fn named(cx: &Cx, resource: &str) -> ResourceName {
    Arn::new("bartizan", &cx.realm, resource).into()
}
