"""One valid request for every operation, with as many members as go together."""

BASELINE = "{baseline}"
INSTANCE = "mi-0123456789abcdef0"
RULE = {
    "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
    "ComplianceLevel": "HIGH",
    "ApproveAfterDays": 7,
    "EnableNonSecurity": False,
}
DOCUMENT = {
    "Name": "conformance",
    "GlobalFilters": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]},
    "ApprovalRules": {"PatchRules": [RULE]},
    "ApprovedPatches": ["kernel*"],
    "ApprovedPatchesComplianceLevel": "CRITICAL",
    "ApprovedPatchesEnableNonSecurity": True,
    "RejectedPatches": ["telnet*"],
    "RejectedPatchesAction": "BLOCK",
    "Description": "made by a test",
    "Sources": [{"Name": "own-repository", "Products": ["*"], "Configuration": "[own]\nname=own\nbaseurl=file:///srv/own"}],
}
TAGS = [{"Key": "Team", "Value": "blue"}]
FILTERS = [{"Key": "NAME_PREFIX", "Values": ["conf"]}]

# operation, request, and error codes that are as right an answer as a success where there is nothing to find
VALID = [
    ("CreatePatchBaseline", DOCUMENT | {"OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "Tags": TAGS}, ()),
    ("UpdatePatchBaseline", DOCUMENT | {"BaselineId": BASELINE, "Replace": True}, ()),
    ("GetPatchBaseline", {"BaselineId": BASELINE}, ()),
    ("DeletePatchBaseline", {"BaselineId": "pb-0123456789abcdef0"}, ()),
    ("DescribePatchBaselines", {"Filters": FILTERS, "MaxResults": 10}, ()),
    ("RegisterDefaultPatchBaseline", {"BaselineId": BASELINE}, ()),
    ("GetDefaultPatchBaseline", {"OperatingSystem": "DEBIAN"}, ()),
    ("RegisterPatchBaselineForPatchGroup", {"BaselineId": BASELINE, "PatchGroup": "web servers"}, ()),
    ("DeregisterPatchBaselineForPatchGroup", {"BaselineId": BASELINE, "PatchGroup": "never registered"}, ()),
    ("GetPatchBaselineForPatchGroup", {"PatchGroup": "web servers", "OperatingSystem": "DEBIAN"}, ()),
    ("DescribePatchGroups", {"Filters": FILTERS, "MaxResults": 10}, ()),
    ("DescribePatchProperties", {"OperatingSystem": "WINDOWS", "Property": "PRODUCT", "PatchSet": "OS", "MaxResults": 10}, ()),
    ("DescribeAvailablePatches", {"Filters": [{"Key": "PRODUCT", "Values": ["Debian12"]}], "MaxResults": 10}, ()),
    ("DescribeEffectivePatchesForPatchBaseline", {"BaselineId": BASELINE, "MaxResults": 10}, ("UnsupportedOperatingSystem",)),
    (
        "DescribeInstancePatches",
        {"InstanceId": INSTANCE, "Filters": [{"Key": "State", "Values": ["Missing"]}], "MaxResults": 10},
        ("InvalidInstanceId",),
    ),
    ("DescribeInstancePatchStates", {"InstanceIds": [INSTANCE], "MaxResults": 10}, ()),
    (
        "DescribeInstancePatchStatesForPatchGroup",
        {
            "PatchGroup": "web servers",
            "Filters": [{"Key": "MissingCount", "Values": ["0"], "Type": "GreaterThan"}],
            "MaxResults": 10,
        },
        (),
    ),
    ("DescribePatchGroupState", {"PatchGroup": "web servers"}, ()),
    ("AddTagsToResource", {"ResourceType": "PatchBaseline", "ResourceId": BASELINE, "Tags": TAGS}, ()),
    ("RemoveTagsFromResource", {"ResourceType": "PatchBaseline", "ResourceId": BASELINE, "TagKeys": ["Team"]}, ()),
    ("ListTagsForResource", {"ResourceType": "PatchBaseline", "ResourceId": BASELINE}, ()),
    ("DescribeInstanceInformation", {"Filters": [{"Key": "PlatformTypes", "Values": ["Linux"]}], "MaxResults": 10}, ()),
    (
        "DescribeInstanceInformation",
        {"InstanceInformationFilterList": [{"key": "PlatformTypes", "valueSet": ["Linux"]}], "MaxResults": 10},
        (),
    ),
    (
        "CreateActivation",
        {
            "Description": "made by a test",
            "DefaultInstanceName": "node",
            "IamRole": "nodes",
            "RegistrationLimit": 5,
            "Tags": TAGS,
            "RegistrationMetadata": [{"Key": "Site", "Value": "north"}],
        },
        (),
    ),
    ("DescribeActivations", {"Filters": [{"FilterKey": "IamRole", "FilterValues": ["nodes"]}], "MaxResults": 10}, ()),
    ("DeleteActivation", {"ActivationId": "01234567-89ab-cdef-0123-456789abcdef"}, ("InvalidActivation", "InvalidActivationId")),
    ("DeregisterManagedInstance", {"InstanceId": INSTANCE}, ("InvalidInstanceId",)),
]
