//! Who may connect and what they may: devices publish for themselves and hear what is for them.
//!
//! - With a client certificate that an authority of the listener has signed, a device is the thing of the certificate's
//!   common name. User name and password mean nothing then: the vendor's SDKs put their own name there.
//! - If that certificate is registered, it has to be active, and a device is one of the things that it is attached to: the
//!   one of its client id or of the common name before others.
//! - Without one, the user name is an access key's id and the password its secret, and a device is the thing of its
//!   client id, if the key's holder may connect as that (`iot:Connect`).
//! - With an access key and a client id that begins with `gateway/`, a connection speaks for all things of the realm, if
//!   the key's holder may publish for them (`iot:Publish`): devices that cannot connect themselves report through it. No
//!   thing has such a name.
//! - Nobody else is let in.

use std::sync::Arc;

use async_trait::async_trait;
use bartizan_device::certificate;
use bartizan_device::room::notice::{Noticed, NoticedEvent};
use bartizan_device::room::topic::ReportTopic;
use bartizan_device::room::{DeviceRoom, Received};
use bartizan_device::roster::Holder;
use bartizan_mqtt::{Event, Guest, Hello, Host, Message, Published, Qos, Refused, Unavailable};
use bartizan_policy::Authorizer;
use bartizan_wire::{Arn, Realm, Timestamp};

use super::intake::Intake;
use crate::clock;
use crate::door::Door;

const THINGS: &str = "$aws/things/";
/// What the client ids of gateways begin with.
const GATEWAY: &str = "gateway/";

/// What the endpoint asks.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) realm: Realm,
    pub(crate) door: Door,
    pub(crate) authorizer: Arc<dyn Authorizer>,
    pub(crate) room: Arc<DeviceRoom>,
    pub(crate) intake: Arc<Intake>,
}

#[async_trait]
impl Host for House {
    fn admit(&self, hello: &Hello<'_>) -> Result<Guest, Refused> {
        if let Some(leaf) = hello.certificates.first() {
            let common_name = hello.common_name().filter(|name| !name.is_empty());
            let holder = self.room.roster().holder(&self.realm, &certificate::id(leaf));
            let thing = thing_of(holder.as_ref(), hello.client_id, common_name.as_deref(), clock::now());
            return thing.map(|thing| Guest::new(hello, thing)).ok_or(Refused::NotAuthorized);
        }
        let (Some(id), Some(secret)) = (hello.username, hello.password) else { return Err(Refused::NotAuthorized) };
        let holder = self.door.holder(id, secret).ok_or(Refused::BadCredentials)?;
        let may = |action: &str, resource: &str| {
            let resource = Arn::new("iot", &self.realm, resource).into();
            self.authorizer.decide(&holder, action, &resource).is_ok()
        };
        let for_others = hello.client_id.starts_with(GATEWAY);
        if !may("iot:Connect", &format!("client/{}", hello.client_id))
            || for_others && !may("iot:Publish", &format!("topic/{THINGS}*"))
        {
            return Err(Refused::NotAuthorized);
        }
        Ok(Guest { for_others, ..Guest::new(hello, hello.client_id) })
    }

    fn may_publish(&self, guest: &Guest, topic: &str) -> bool {
        may_use(guest, topic)
    }

    fn may_subscribe(&self, guest: &Guest, filter: &str) -> bool {
        may_use(guest, filter)
    }

    async fn publish(&self, _guest: &Guest, message: Message) -> Published {
        let Some(topic) = ReportTopic::parse(&message.topic) else { return Ok(Vec::new()) };
        let received = Received::read(topic, clock::now(), &message.payload);
        let answer = self.intake.submit(received).await.map_err(|_| Unavailable)?;
        Ok(vec![Message::new(answer.topic, answer.body, Qos::AtLeastOnce)])
    }

    fn noticed(&self, event: &Event<'_>) {
        let Some(noticed) = noticed(event) else { return };
        self.room.notice(&self.realm, &noticed, clock::now());
    }
}

/// Which thing a certificate stands for; none if it admits nobody.
fn thing_of(holder: Option<&Holder>, client_id: &str, common_name: Option<&str>, now: Timestamp) -> Option<Arc<str>> {
    let Some(holder) = holder else { return common_name.map(Arc::from) };
    if !holder.admits(now) {
        return None;
    }
    let known = |name: &str| holder.things.iter().find(|thing| ***thing == *name).cloned();
    let chosen = known(client_id).or_else(|| known(common_name?));
    chosen.or_else(|| holder.things.first().cloned()).or_else(|| common_name.map(Arc::from))
}

/// A topic or filter that is nobody's, the guest's own, or one of those that it speaks for.
fn may_use(guest: &Guest, topic: &str) -> bool {
    !topic.starts_with('$') || is_of(&guest.name, topic) || guest.for_others && topic.starts_with(THINGS)
}

/// A topic or filter below a thing's own.
fn is_of(thing: &str, topic: &str) -> bool {
    let rest = topic.strip_prefix(THINGS).and_then(|rest| rest.strip_prefix(thing));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// What the room counts. The endpoint speaks of what it received and sent, the vendor of what devices did.
fn noticed(event: &Event<'_>) -> Option<Noticed> {
    let (thing, address, event) = match *event {
        // Who published through a bridge or a gateway is known of reports alone.
        Event::Received { guest, topic, bytes } if guest.for_others => {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            let sent = NoticedEvent::Sent { topic: topic.to_owned(), bytes };
            (ReportTopic::parse(topic)?.thing, guest.address, sent)
        }
        Event::Connected { guest }
        | Event::Disconnected { guest, .. }
        | Event::Denied { guest, .. }
        | Event::Sent { guest, .. }
            if guest.for_others =>
        {
            return None;
        }
        Event::Connected { guest } => (Arc::clone(&guest.name), guest.address, NoticedEvent::Connected),
        Event::Refused { client_id, address, .. } => (Arc::from(client_id?), address, NoticedEvent::Refused),
        Event::Disconnected { guest, .. } => (Arc::clone(&guest.name), guest.address, NoticedEvent::Disconnected),
        Event::Denied { guest, topic, .. } => {
            (Arc::clone(&guest.name), guest.address, NoticedEvent::Denied { topic: topic.to_owned() })
        }
        Event::Received { guest, topic, bytes } => {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            (Arc::clone(&guest.name), guest.address, NoticedEvent::Sent { topic: topic.to_owned(), bytes })
        }
        Event::Sent { guest, topic, .. } => {
            (Arc::clone(&guest.name), guest.address, NoticedEvent::Received { topic: topic.to_owned() })
        }
    };
    Some(Noticed { thing, address: Some(address.ip()), event })
}

#[cfg(test)]
mod tests {
    use bartizan_device::roster::Holder;
    use bartizan_wire::Timestamp;

    use super::{is_of, thing_of};

    #[test]
    fn a_registered_certificate_stands_for_its_things() {
        let now = Timestamp(1_000);
        let holder = |active: bool, things: &[&str]| Holder {
            active,
            not_before: Timestamp(0),
            not_after: Timestamp(2_000),
            things: things.iter().map(|name| (*name).into()).collect(),
        };
        let told = |holder: Option<&Holder>| thing_of(holder, "dev-1", Some("cn"), now).map(|name| name.to_string());
        assert_eq!(told(None).as_deref(), Some("cn"));
        assert_eq!(told(Some(&holder(true, &[]))).as_deref(), Some("cn"));
        assert_eq!(told(Some(&holder(true, &["a", "dev-1"]))).as_deref(), Some("dev-1"));
        assert_eq!(told(Some(&holder(true, &["a", "cn"]))).as_deref(), Some("cn"));
        assert_eq!(told(Some(&holder(true, &["a", "b"]))).as_deref(), Some("a"));
        assert_eq!(told(Some(&holder(false, &["dev-1"]))), None);
        assert_eq!(thing_of(Some(&holder(true, &["dev-1"])), "dev-1", None, Timestamp(3_000)), None);
        assert_eq!(thing_of(None, "dev-1", None, now), None);
    }

    #[test]
    fn a_device_has_its_own_topics_and_no_others() {
        assert!(is_of("dev-1", "$aws/things/dev-1/defender/metrics/json/accepted"));
        assert!(is_of("dev-1", "$aws/things/dev-1/#"));
        for other in ["$aws/things/dev-10/defender/metrics/json", "$aws/things/+/defender/#", "$aws/#", "$SYS/x"] {
            assert!(!is_of("dev-1", other), "{other}");
        }
    }
}
