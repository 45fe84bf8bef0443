//! All rooms, and the table of what they do.

use std::sync::{Arc, Weak};

use bartizan_access::{GetCallerIdentity, Roles, Sts};
use bartizan_container::profile::SensorProfiles;
use bartizan_container::registry::Schedules;
use bartizan_container::room::ContainerRoom;
use bartizan_device::api::describe_endpoint::DescribeEndpoint;
use bartizan_device::endpoint::Endpoint;
use bartizan_device::mitigation::MitigationActions;
use bartizan_device::profile::SecurityProfiles;
use bartizan_device::room::DeviceRoom;
use bartizan_history::{History, Restorable};
use bartizan_host::baseline::PatchBaselines;
use bartizan_host::room::HostRoom;
use bartizan_image::feed::Book;
use bartizan_ledger_sqlite::SqliteLedger;
use bartizan_operation::{Binding, BoundTwice, ErasedOperation, Table};
use bartizan_policy::{Authorizer, Keyholder};
use bartizan_web::kind::{IpSets, RegexPatternSets, RuleGroups, WebAcls};
use bartizan_web::room::WebRoom;
use bartizan_web::traffic::Traffic;

use crate::get_statistics::{Counted, GetStatistics};
use crate::pause::Pause;

/// The rooms of one server.
#[derive(Debug)]
pub(crate) struct Rooms {
    pub(crate) host: Arc<HostRoom>,
    pub(crate) device: Arc<DeviceRoom>,
    pub(crate) container: Arc<ContainerRoom>,
    pub(crate) authorizer: Arc<dyn Authorizer>,
    pub(crate) table: Arc<Table>,
}

impl Rooms {
    /// Builds them. `keyholder` is told of agents' keys; `endpoint` is where devices are told to connect; `ledger` is what
    /// statistics are read from; `traffic` knows the requests that passed the gateway; `pause` is how requests wait for
    /// news; `feeds` is what images are judged by.
    pub(crate) fn build(
        keyholder: Arc<dyn Keyholder>,
        device: DeviceRoom,
        endpoint: Endpoint,
        ledger: Weak<SqliteLedger>,
        traffic: Arc<dyn Traffic>,
        pause: Arc<Pause>,
        feeds: Option<Book>,
    ) -> Result<Self, BoundTwice> {
        let host = Arc::new(HostRoom::new(Arc::clone(&keyholder)));
        let device = Arc::new(device);
        let mut operations = bartizan_host::operations(&host);
        operations.extend(bartizan_device::operations(&device));
        let web = Arc::new(WebRoom::new(traffic));
        operations.extend(bartizan_web::operations(&web));
        let container = Arc::new(ContainerRoom::new(keyholder, pause, feeds));
        operations.extend(bartizan_container::operations(&container));
        operations.push(ErasedOperation::of::<DescribeEndpoint>(Arc::new(endpoint)));
        // What may be asked without a signature carries its own secret; the binding says so.
        let anonymous: Vec<&str> = operations
            .iter()
            .filter(|operation| matches!(operation.binding, Binding::Native { anonymous: true, .. }))
            .map(|operation| operation.action)
            .collect();
        let agents = [bartizan_host::AGENT_ACTIONS, bartizan_container::AGENT_ACTIONS].concat();
        let roles = Roles::new(&agents, bartizan_host::predefined::OWNER_ACCOUNTS);
        let authorizer: Arc<dyn Authorizer> = Arc::new(roles.with_anonymous(&anonymous));
        let restorable = vec![
            Restorable::of::<PatchBaselines>(Arc::clone(&host) as _),
            Restorable::of::<SecurityProfiles>(Arc::clone(&device) as _),
            Restorable::of::<MitigationActions>(Arc::clone(&device) as _),
            Restorable::of::<IpSets>(Arc::clone(&web) as _),
            Restorable::of::<RegexPatternSets>(Arc::clone(&web) as _),
            Restorable::of::<RuleGroups>(Arc::clone(&web) as _),
            Restorable::of::<WebAcls>(Arc::clone(&web) as _),
            Restorable::of::<SensorProfiles>(Arc::clone(&container) as _),
            Restorable::of::<Schedules>(Arc::clone(&container) as _),
        ];
        let history = Arc::new(History::new(restorable, Arc::clone(&authorizer)));
        operations.extend(bartizan_history::operations(&history));
        operations.extend(bartizan_notify::operations(&Arc::new(bartizan_notify::api::Alerts)));
        operations.push(ErasedOperation::of::<GetCallerIdentity>(Arc::new(Sts)));
        operations
            .push(ErasedOperation::of::<GetStatistics>(Arc::new(Counted { ledger, device: Arc::downgrade(&device) })));
        let table = Arc::new(Table::build(operations)?);
        history.complete(Arc::clone(&table));
        Ok(Self { host, device, container, authorizer, table })
    }
}
