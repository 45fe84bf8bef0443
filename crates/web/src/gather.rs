//! Reads a web ACL with everything that it refers to, and makes a plan of it.

use bartizan_ledger::StoreError;
use bartizan_policy::{Cx, lifecycle};

use crate::document::{Rule, Scope, Statement, WebAcl};
use crate::engine::{CompileError, Library, ManagedRules, Plan, compile};
use crate::identity::{self, Named, Resource};
use crate::kind::{
    Associations, IpSets, ManagedRuleSets, ManagedVersions, RegexPatternSets, RuleGroups, WebAcls, managed_version,
};
use crate::walk;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The web ACL cannot be compiled.
    #[error("web ACL `{web_acl}`: {error}")]
    Compile {
        /// Its name.
        web_acl: String,
        /// Why.
        error: CompileError,
    },
}

/// The plan of the web ACL that is associated with a resource; `None` if none is.
///
/// # Errors
/// The store failed, or the web ACL cannot be compiled.
pub async fn plan_of_resource(cx: &Cx, resource: &str) -> Result<Option<Plan>, PlanError> {
    match lifecycle::find::<Associations>(cx, resource).await? {
        Some(held) => plan(cx, &held.document.web_acl_arn).await,
        None => Ok(None),
    }
}

/// The plan of a web ACL; `None` if there is none of this ARN.
///
/// # Errors
/// The store failed, or the web ACL cannot be compiled.
pub async fn plan(cx: &Cx, arn: &str) -> Result<Option<Plan>, PlanError> {
    let Ok(named) = Named::read(&cx.realm, arn) else { return Ok(None) };
    if named.resource != Resource::WebAcl {
        return Ok(None);
    }
    let Some(held) = lifecycle::find::<WebAcls>(cx, &named.stored()).await?.filter(|held| held.document.id == named.id)
    else {
        return Ok(None);
    };
    let library = library(cx, &held.document, named.scope).await?;
    let compiled = compile(&held.document, &library);
    compiled.map(Some).map_err(|error| PlanError::Compile { web_acl: named.name, error })
}

/// Everything that a web ACL refers to, as it is now. What is not there is left out.
///
/// # Errors
/// The store failed.
pub async fn library(cx: &Cx, web_acl: &WebAcl, scope: Scope) -> Result<Library, StoreError> {
    let mut library = Library::default();
    let rules = web_acl.rules.as_deref().unwrap_or_default();
    add_sets(cx, rules, &mut library).await?;
    for statement in walk::statements(rules) {
        match statement {
            Statement::RuleGroupReference(group) => {
                let Ok(named) = Named::read(&cx.realm, &group.arn) else { continue };
                if let Some(held) = lifecycle::find::<RuleGroups>(cx, &named.stored()).await? {
                    add_sets(cx, held.document.rules.as_deref().unwrap_or_default(), &mut library).await?;
                    library.rule_groups.insert(group.arn.clone(), (*held.document).clone());
                }
            }
            Statement::ManagedRuleGroup(group) => {
                let Some(set) = lifecycle::find::<ManagedRuleSets>(cx, &identity::stored(scope, &group.name)).await?
                else {
                    continue;
                };
                let version = set.document.effective(group.version.as_deref(), cx.now);
                let Some(version) = version.filter(|_| set.document.vendor_name == group.vendor_name) else { continue };
                let stored = managed_version::stored(scope, &group.name, version);
                let Some(held) = lifecycle::find::<ManagedVersions>(cx, &stored).await? else { continue };
                add_sets(cx, &held.document.rules, &mut library).await?;
                let managed = ManagedRules {
                    version: Some(version.to_owned()),
                    label_namespace: set.document.label_namespace.clone(),
                    rules: held.document.rules.clone(),
                    bodies: held.document.custom_response_bodies.clone().unwrap_or_default(),
                };
                let key = (group.vendor_name.clone(), group.name.clone(), group.version.clone());
                library.managed.insert(key, managed);
            }
            _ => {}
        }
    }
    Ok(library)
}

async fn add_sets(cx: &Cx, rules: &[Rule], library: &mut Library) -> Result<(), StoreError> {
    for statement in walk::statements(rules) {
        match statement {
            Statement::IpSetReference(set) => {
                let Ok(named) = Named::read(&cx.realm, &set.arn) else { continue };
                if let Some(held) = lifecycle::find::<IpSets>(cx, &named.stored()).await? {
                    library.ip_sets.insert(set.arn.clone(), (*held.document).clone());
                }
            }
            Statement::RegexPatternSetReference(set) => {
                let Ok(named) = Named::read(&cx.realm, &set.arn) else { continue };
                if let Some(held) = lifecycle::find::<RegexPatternSets>(cx, &named.stored()).await? {
                    library.regex_sets.insert(set.arn.clone(), (*held.document).clone());
                }
            }
            _ => {}
        }
    }
    Ok(())
}
