//! Stored IP sets.

use bartizan_policy::{Kind, References};
use bartizan_wire::{Checked, Violations};

use super::{Entity, report, report_other};
use crate::cidr;
use crate::complaint::Complaint;
use crate::document::{IpAddressVersion, IpSet};
use crate::identity::Resource;

/// Addresses of one set at most [WAF quotas].
pub const ADDRESSES_MAX: usize = 10_000;

/// The kind of IP sets.
#[derive(Debug)]
pub struct IpSets;

impl Kind for IpSets {
    const NAME: &'static str = "web/ip-set";
    type Document = IpSet;
    type Plan = ();

    fn review(next: &IpSet, prior: Option<&IpSet>, out: &mut Violations) {
        report(review(next), out);
        report_other::<Self>(next, prior, out);
    }

    fn compile(_document: &Checked<IpSet>, _references: &References) -> Result<(), Violations> {
        Ok(())
    }
}

impl Entity for IpSets {
    const RESOURCE: Resource = Resource::IpSet;
    const COUNT_MAX: usize = 100;

    fn id(document: &IpSet) -> &str {
        &document.id
    }
}

/// What is wrong with the addresses.
fn review(set: &IpSet) -> Vec<Complaint> {
    let version = set.ip_address_version;
    let wrong = set.addresses.iter().filter(|text| cidr::read(version, text).is_none());
    // The vendor names one; a long list of thousands helps nobody.
    wrong.take(1).map(|text| complain(text, version.as_wire())).collect()
}

/// What is wrong with addresses whatever the family of their set: an update is malformed before anybody looks for the set.
pub(crate) fn malformed(addresses: &[String]) -> Option<Complaint> {
    let is_of = |text: &String, version| cidr::read(version, text).is_some();
    let none = |text: &&String| !is_of(text, IpAddressVersion::Ipv4) && !is_of(text, IpAddressVersion::Ipv6);
    addresses.iter().find(none).map(|text| complain(text, "IP"))
}

fn complain(text: &str, version: &str) -> Complaint {
    let reason = format!(
        "This is not an {version} address with the length of its prefix, such as 192.0.2.44/32 or 2001:db8::/32. A length of 0 is \
         not supported."
    );
    Complaint::new("IP_ADDRESS", text.to_owned(), reason)
}
