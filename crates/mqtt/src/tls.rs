//! TLS for devices.

mod subject;

pub(crate) use subject::common_name;
