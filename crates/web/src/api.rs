//! The operations, one in each file, named and spelled as the vendor names and spells them.

use std::sync::Arc;

use bartizan_operation::{Binding, ErasedOperation};

use crate::room::WebRoom;

pub mod associate_web_acl;
pub mod check_capacity;
pub mod create_api_key;
pub mod create_ip_set;
pub mod create_managed_rule_set;
pub mod create_regex_pattern_set;
pub mod create_rule_group;
pub mod create_web_acl;
pub mod delete_api_key;
pub mod delete_firewall_manager_rule_groups;
pub mod delete_ip_set;
pub mod delete_logging_configuration;
pub mod delete_permission_policy;
pub mod delete_regex_pattern_set;
pub mod delete_rule_group;
pub mod delete_web_acl;
pub mod describe_all_managed_products;
pub mod describe_managed_products_by_vendor;
pub mod describe_managed_rule_group;
pub mod disassociate_web_acl;
pub mod generate_mobile_sdk_release_url;
pub mod get_decrypted_api_key;
pub mod get_ip_set;
pub mod get_logging_configuration;
pub mod get_managed_rule_set;
pub mod get_mobile_sdk_release;
pub mod get_permission_policy;
pub mod get_rate_based_statement_managed_keys;
pub mod get_regex_pattern_set;
pub mod get_rule_group;
pub mod get_sampled_requests;
pub mod get_top_path_statistics_by_traffic;
pub mod get_web_acl;
pub mod get_web_acl_for_resource;
mod limiting;
pub mod list_api_keys;
pub mod list_available_managed_rule_group_versions;
pub mod list_available_managed_rule_groups;
pub mod list_ip_sets;
pub mod list_logging_configurations;
pub mod list_managed_rule_sets;
pub mod list_mobile_sdk_releases;
pub mod list_regex_pattern_sets;
pub mod list_resources_for_web_acl;
pub mod list_rule_groups;
pub mod list_tags_for_resource;
pub mod list_web_acls;
mod offered;
pub mod put_logging_configuration;
pub mod put_managed_rule_set_versions;
pub mod put_permission_policy;
pub mod register_vendor;
mod summary;
pub mod tag_resource;
mod tagged;
pub mod test_web_requests;
pub mod untag_resource;
pub mod update_ip_set;
pub mod update_managed_rule_set_version_expiry_date;
pub mod update_regex_pattern_set;
pub mod update_rule_group;
pub mod update_web_acl;

/// How all operations of the vendor are addressed.
pub(crate) const WAF: Binding = Binding::AwsJson { target: "AWSWAF_20190729", signing: "wafv2" };

/// Largest body of our own operations, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Every operation of this room.
#[must_use]
pub fn operations(room: &Arc<WebRoom>) -> Vec<ErasedOperation> {
    vec![
        ErasedOperation::of::<associate_web_acl::AssociateWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<check_capacity::CheckCapacity>(Arc::clone(room)),
        ErasedOperation::of::<create_api_key::CreateApiKey>(Arc::clone(room)),
        ErasedOperation::of::<create_ip_set::CreateIpSet>(Arc::clone(room)),
        ErasedOperation::of::<create_managed_rule_set::CreateManagedRuleSet>(Arc::clone(room)),
        ErasedOperation::of::<create_regex_pattern_set::CreateRegexPatternSet>(Arc::clone(room)),
        ErasedOperation::of::<create_rule_group::CreateRuleGroup>(Arc::clone(room)),
        ErasedOperation::of::<create_web_acl::CreateWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<delete_api_key::DeleteApiKey>(Arc::clone(room)),
        ErasedOperation::of::<delete_firewall_manager_rule_groups::DeleteFirewallManagerRuleGroups>(Arc::clone(room)),
        ErasedOperation::of::<delete_ip_set::DeleteIpSet>(Arc::clone(room)),
        ErasedOperation::of::<delete_logging_configuration::DeleteLoggingConfiguration>(Arc::clone(room)),
        ErasedOperation::of::<delete_permission_policy::DeletePermissionPolicy>(Arc::clone(room)),
        ErasedOperation::of::<delete_regex_pattern_set::DeleteRegexPatternSet>(Arc::clone(room)),
        ErasedOperation::of::<delete_rule_group::DeleteRuleGroup>(Arc::clone(room)),
        ErasedOperation::of::<delete_web_acl::DeleteWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<describe_all_managed_products::DescribeAllManagedProducts>(Arc::clone(room)),
        ErasedOperation::of::<describe_managed_products_by_vendor::DescribeManagedProductsByVendor>(Arc::clone(room)),
        ErasedOperation::of::<describe_managed_rule_group::DescribeManagedRuleGroup>(Arc::clone(room)),
        ErasedOperation::of::<disassociate_web_acl::DisassociateWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<generate_mobile_sdk_release_url::GenerateMobileSdkReleaseUrl>(Arc::clone(room)),
        ErasedOperation::of::<get_decrypted_api_key::GetDecryptedApiKey>(Arc::clone(room)),
        ErasedOperation::of::<get_ip_set::GetIpSet>(Arc::clone(room)),
        ErasedOperation::of::<get_logging_configuration::GetLoggingConfiguration>(Arc::clone(room)),
        ErasedOperation::of::<get_managed_rule_set::GetManagedRuleSet>(Arc::clone(room)),
        ErasedOperation::of::<get_mobile_sdk_release::GetMobileSdkRelease>(Arc::clone(room)),
        ErasedOperation::of::<get_permission_policy::GetPermissionPolicy>(Arc::clone(room)),
        ErasedOperation::of::<get_rate_based_statement_managed_keys::GetRateBasedStatementManagedKeys>(Arc::clone(
            room,
        )),
        ErasedOperation::of::<get_regex_pattern_set::GetRegexPatternSet>(Arc::clone(room)),
        ErasedOperation::of::<get_rule_group::GetRuleGroup>(Arc::clone(room)),
        ErasedOperation::of::<get_sampled_requests::GetSampledRequests>(Arc::clone(room)),
        ErasedOperation::of::<get_top_path_statistics_by_traffic::GetTopPathStatisticsByTraffic>(Arc::clone(room)),
        ErasedOperation::of::<get_web_acl::GetWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<get_web_acl_for_resource::GetWebAclForResource>(Arc::clone(room)),
        ErasedOperation::of::<list_api_keys::ListApiKeys>(Arc::clone(room)),
        ErasedOperation::of::<list_available_managed_rule_group_versions::ListAvailableManagedRuleGroupVersions>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<list_available_managed_rule_groups::ListAvailableManagedRuleGroups>(Arc::clone(room)),
        ErasedOperation::of::<list_ip_sets::ListIpSets>(Arc::clone(room)),
        ErasedOperation::of::<list_logging_configurations::ListLoggingConfigurations>(Arc::clone(room)),
        ErasedOperation::of::<list_managed_rule_sets::ListManagedRuleSets>(Arc::clone(room)),
        ErasedOperation::of::<list_mobile_sdk_releases::ListMobileSdkReleases>(Arc::clone(room)),
        ErasedOperation::of::<list_regex_pattern_sets::ListRegexPatternSets>(Arc::clone(room)),
        ErasedOperation::of::<list_resources_for_web_acl::ListResourcesForWebAcl>(Arc::clone(room)),
        ErasedOperation::of::<list_rule_groups::ListRuleGroups>(Arc::clone(room)),
        ErasedOperation::of::<list_tags_for_resource::ListTagsForResource>(Arc::clone(room)),
        ErasedOperation::of::<list_web_acls::ListWebAcls>(Arc::clone(room)),
        ErasedOperation::of::<put_logging_configuration::PutLoggingConfiguration>(Arc::clone(room)),
        ErasedOperation::of::<put_managed_rule_set_versions::PutManagedRuleSetVersions>(Arc::clone(room)),
        ErasedOperation::of::<put_permission_policy::PutPermissionPolicy>(Arc::clone(room)),
        ErasedOperation::of::<register_vendor::RegisterVendor>(Arc::clone(room)),
        ErasedOperation::of::<tag_resource::TagResource>(Arc::clone(room)),
        ErasedOperation::of::<test_web_requests::TestWebRequests>(Arc::clone(room)),
        ErasedOperation::of::<untag_resource::UntagResource>(Arc::clone(room)),
        ErasedOperation::of::<update_ip_set::UpdateIpSet>(Arc::clone(room)),
        ErasedOperation::of::<update_managed_rule_set_version_expiry_date::UpdateManagedRuleSetVersionExpiryDate>(
            Arc::clone(room),
        ),
        ErasedOperation::of::<update_regex_pattern_set::UpdateRegexPatternSet>(Arc::clone(room)),
        ErasedOperation::of::<update_rule_group::UpdateRuleGroup>(Arc::clone(room)),
        ErasedOperation::of::<update_web_acl::UpdateWebAcl>(Arc::clone(room)),
    ]
}
