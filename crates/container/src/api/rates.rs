//! How often operations may be asked for [API rate limiting].

use bartizan_operation::{Binding, Rate};

/// Families of paths, the more special first, and requests of an account in a minute. The last is what the vendor's table does
/// not name.
const FAMILIES: [(&str, u32); 7] = [
    ("/csapi/v1.3/containers/list", 120),
    ("/csapi/v1.3/containers", 5000),
    ("/csapi/v1.3/images/list", 120),
    ("/csapi/v1.3/images", 5000),
    ("/csapi/v1.3/registry", 1000),
    ("/csapi/v1.3/sensors", 1000),
    ("/csapi/v1.3", 1000),
];

/// The bound of an operation; none for sensors, whose requests are as many as there is to report.
pub(super) fn of(binding: &Binding) -> Option<Rate> {
    let Binding::Bearer { path, .. } = binding else { return None };
    let below = |family: &str| path.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let (family, requests) = FAMILIES.into_iter().find(|(family, _)| below(family))?;
    Some(Rate { family, requests })
}
