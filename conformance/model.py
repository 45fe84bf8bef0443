"""The vendor's model as botocore has it installed: read at run time, never copied."""

import functools
import re

import botocore.session

# what the server claims to speak; a test fails if one is missing from its own list
OPERATIONS = {
    "ssm": """
        CreatePatchBaseline UpdatePatchBaseline GetPatchBaseline DeletePatchBaseline DescribePatchBaselines
        RegisterDefaultPatchBaseline GetDefaultPatchBaseline RegisterPatchBaselineForPatchGroup
        DeregisterPatchBaselineForPatchGroup GetPatchBaselineForPatchGroup DescribePatchGroups DescribePatchProperties
        DescribeAvailablePatches DescribeEffectivePatchesForPatchBaseline DescribeInstancePatches
        DescribeInstancePatchStates DescribeInstancePatchStatesForPatchGroup DescribePatchGroupState AddTagsToResource
        RemoveTagsFromResource ListTagsForResource DescribeInstanceInformation CreateActivation DescribeActivations
        DeleteActivation DeregisterManagedInstance
    """.split(),
    "sts": ["GetCallerIdentity"],
    "wafv2": """
        AssociateWebACL CheckCapacity CreateAPIKey CreateIPSet CreateRegexPatternSet CreateRuleGroup
        CreateWebACL DeleteAPIKey DeleteFirewallManagerRuleGroups DeleteIPSet DeleteLoggingConfiguration
        DeletePermissionPolicy DeleteRegexPatternSet DeleteRuleGroup DeleteWebACL DescribeAllManagedProducts
        DescribeManagedProductsByVendor DescribeManagedRuleGroup DisassociateWebACL GenerateMobileSdkReleaseUrl
        GetDecryptedAPIKey GetIPSet GetLoggingConfiguration GetManagedRuleSet GetMobileSdkRelease
        GetPermissionPolicy GetRateBasedStatementManagedKeys GetRegexPatternSet GetRuleGroup GetSampledRequests
        GetTopPathStatisticsByTraffic GetWebACL GetWebACLForResource ListAPIKeys
        ListAvailableManagedRuleGroupVersions ListAvailableManagedRuleGroups ListIPSets
        ListLoggingConfigurations ListManagedRuleSets ListMobileSdkReleases ListRegexPatternSets
        ListResourcesForWebACL ListRuleGroups ListTagsForResource ListWebACLs PutLoggingConfiguration
        PutManagedRuleSetVersions PutPermissionPolicy TagResource UntagResource UpdateIPSet
        UpdateManagedRuleSetVersionExpiryDate UpdateRegexPatternSet UpdateRuleGroup UpdateWebACL
    """.split(),
    "iot": """
        CreateSecurityProfile DescribeSecurityProfile UpdateSecurityProfile DeleteSecurityProfile ListSecurityProfiles
        AttachSecurityProfile DetachSecurityProfile ListTargetsForSecurityProfile ListSecurityProfilesForTarget
        ValidateSecurityProfileBehaviors CreateCustomMetric DescribeCustomMetric UpdateCustomMetric DeleteCustomMetric
        ListCustomMetrics CreateDimension DescribeDimension UpdateDimension DeleteDimension ListDimensions TagResource
        UntagResource ListTagsForResource DescribeEndpoint
        CreateThing DescribeThing UpdateThing DeleteThing ListThings CreateThingGroup DescribeThingGroup UpdateThingGroup
        DeleteThingGroup ListThingGroups AddThingToThingGroup RemoveThingFromThingGroup UpdateThingGroupsForThing
        ListThingsInThingGroup ListThingGroupsForThing RegisterCertificateWithoutCA DescribeCertificate UpdateCertificate
        DeleteCertificate ListCertificates AttachThingPrincipal DetachThingPrincipal ListThingPrincipals
        ListPrincipalThings CreateMitigationAction DescribeMitigationAction UpdateMitigationAction
        DeleteMitigationAction ListMitigationActions StartDetectMitigationActionsTask
        DescribeDetectMitigationActionsTask CancelDetectMitigationActionsTask ListDetectMitigationActionsTasks
        ListDetectMitigationActionsExecutions
    """.split(),
}


@functools.cache
def service(name):
    return botocore.session.get_session().get_service_model(name)


def operation(name, of="ssm"):
    # messages of devices are a service of their own in the vendor's model, with the actions of the other
    if of == "iot" and name not in service("iot").operation_names:
        of = "iot-data"
    return service(of).operation_model(name)


def place(shape):
    """Where a member travels: `uri`, `querystring`, `header` or `body`, and under which name."""
    return shape.serialization.get("location", "body"), shape.serialization.get("name")


def constraints(shape):
    """The shape's own constraints, by our names for them; a least length of 0 says nothing."""
    found = {}
    lengthy = shape.type_name in ("string", "list", "map", "blob")
    kind = "length" if lengthy else "range"
    for bound in ("min", "max"):
        if bound in shape.metadata:
            found[f"{kind}_{bound}"] = int(shape.metadata[bound])
    if found.get("length_min") == 0:
        del found["length_min"]
    if "pattern" in shape.metadata:
        found["pattern"] = shape.metadata["pattern"]
    return found


def enum(shape):
    return list(shape.metadata.get("enum", []))


def matches(pattern, text):
    """Whether the vendor's pattern holds. Python's own engine has no Unicode classes; `\\w` and `\\s` are close enough here."""
    pattern = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s").replace(r"\p{Graph}", "!-~")
    assert r"\p" not in pattern, f"spell out {pattern}"
    return re.fullmatch(pattern, text) is not None
