//! [`Roles`]: what `root` and the agents may do.

use bartizan_operation::Operation;
use bartizan_policy::{AGENT_PREFIX, Authorizer, Principal};
use bartizan_wire::ResourceName;

use crate::GetCallerIdentity;

/// The name of the principal that may do everything in its realm.
pub const ROOT: &str = "root";

/// The name of whoever has not signed.
pub const ANONYMOUS: &str = "anonymous";

/// How ARNs write the account of what the vendor owns.
const VENDOR: &str = "aws";

/// Everyone may know who they are; the vendor asks for no permission either.
const ASK_WHO_I_AM: &str = GetCallerIdentity::ACTION;

/// `root` does everything in its realm, `agent/<instance>` does what agents do about itself, and
/// `anonymous` only what needs no signature.
#[derive(Debug, Clone)]
pub struct Roles {
    agent_actions: Vec<String>,
    anonymous_actions: Vec<String>,
    shared_accounts: Vec<String>,
}

impl Roles {
    /// `agent_actions` are the actions of agents, such as `bartizan:PutIndex`. `shared_accounts` are the accounts whose
    /// resources may be named from every realm: those of the vendor, which own the predefined baselines.
    #[must_use]
    pub fn new(agent_actions: &[&str], shared_accounts: &[&str]) -> Self {
        let shared_accounts = owned(shared_accounts);
        Self { agent_actions: owned(agent_actions), anonymous_actions: Vec::new(), shared_accounts }
    }

    /// Also lets whoever has not signed do these: actions that carry their own secret, such as the registration of an
    /// agent.
    #[must_use]
    pub fn with_anonymous(mut self, actions: &[&str]) -> Self {
        self.anonymous_actions = owned(actions);
        self
    }

    /// True if the resource lies in the principal's realm, in a shared account, or nowhere in particular.
    fn reaches(&self, principal: &Principal, resource: &ResourceName) -> bool {
        let mut parts = resource.as_str().splitn(6, ':');
        if parts.next() != Some("arn") {
            return true;
        }
        let (_partition, _service) = (parts.next(), parts.next());
        let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let region_fits = region.is_empty() || region == principal.realm.region;
        let account_fits = account.is_empty()
            || account == VENDOR
            || account == principal.realm.account
            || self.shared_accounts.iter().any(|shared| shared == account);
        region_fits && account_fits
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

impl Authorizer for Roles {
    fn decide(&self, principal: &Principal, action: &str, resource: &ResourceName) -> Result<(), String> {
        let known = principal.name == ROOT || principal.name.starts_with(AGENT_PREFIX);
        let allowed = (known && action == ASK_WHO_I_AM)
            || self.reaches(principal, resource)
                && match principal.name.strip_prefix(AGENT_PREFIX) {
                    None if principal.name == ANONYMOUS => {
                        self.anonymous_actions.iter().any(|allowed| allowed == action)
                    }
                    None => principal.name == ROOT,
                    Some(instance) => {
                        // The whole last segment, and not a suffix of it: `mi-1` must not speak for `mi-11`, nor for `x-mi-1`.
                        let last = resource.as_str().rsplit(['/', ':']).next().unwrap_or_default();
                        !instance.is_empty()
                            && last == instance
                            && self.agent_actions.iter().any(|allowed| allowed == action)
                    }
                };
        if allowed {
            return Ok(());
        }
        Err(format!(
            "User: {} is not authorized to perform: {action} on resource: {} because no identity-based policy allows \
             the {action} action",
            principal_arn(principal),
            resource.as_str()
        ))
    }
}

/// The principal as an ARN, as errors and `GetCallerIdentity` show it: the account's root, or a session of a role.
#[must_use]
pub fn principal_arn(principal: &Principal) -> String {
    let account = &principal.realm.account;
    match principal.name.split_once('/') {
        None => format!("arn:aws:iam::{account}:{}", principal.name),
        Some((role, session)) => format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
    }
}
