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

BEHAVIOR = {
    "name": "MsgRate",
    "metric": "aws:num-messages-sent",
    "metricDimension": {"dimensionName": "conformance", "operator": "IN"},
    "criteria": {
        "comparisonOperator": "less-than",
        "value": {"count": 10},
        "durationSeconds": 300,
        "consecutiveDatapointsToAlarm": 1,
        "consecutiveDatapointsToClear": 1,
    },
    "suppressAlerts": False,
    "exportMetric": True,
}
ROLE = f"arn:aws:iam::123456789012:role/{'r' * 8}"
PROFILE = {
    "securityProfileDescription": "made by a test",
    "behaviors": [BEHAVIOR],
    "alertTargets": {"SNS": {"alertTargetArn": "arn:aws:sns:eu-central-1:123456789012:alarms", "roleArn": ROLE}},
    "additionalMetricsToRetain": ["aws:num-disconnects"],
    "additionalMetricsToRetainV2": [
        {"metric": "aws:num-messages-received", "metricDimension": {"dimensionName": "conformance", "operator": "NOT_IN"}}
    ],
    "metricsExportConfig": {"mqttTopic": "exported/metrics", "roleArn": ROLE},
}
IOT_ARN = "arn:aws:iot:eu-central-1:123456789012:"
PROFILE_ARN = f"{IOT_ARN}securityprofile/conformance"
TOKEN = "0123456789-token"
DIMENSION = {"name": "conformance", "type": "TOPIC_FILTER", "stringValues": ["fleet/+/data", "$aws/things/${iot:ClientId}/#"]}
METRIC = {"metricName": "conformance", "metricType": "number", "displayName": "How warm it is"}

# what the requests below refer to
IOT_FIRST = [
    ("CreateDimension", DIMENSION | {"clientRequestToken": TOKEN}),
    ("CreateSecurityProfile", PROFILE | {"securityProfileName": "conformance"}),
    ("CreateCustomMetric", METRIC | {"clientRequestToken": TOKEN}),
]
IOT = [
    ("CreateSecurityProfile", PROFILE | {"securityProfileName": "another:one", "tags": TAGS}),
    ("DescribeSecurityProfile", {"securityProfileName": "conformance"}),
    (
        "UpdateSecurityProfile",
        PROFILE | {"securityProfileName": "conformance", "expectedVersion": 1, "deleteBehaviors": False},
    ),
    ("DeleteSecurityProfile", {"securityProfileName": "never-there", "expectedVersion": 1}),
    ("ListSecurityProfiles", {"maxResults": 10, "metricName": "aws:num-messages-sent"}),
    ("ListSecurityProfiles", {"maxResults": 10, "dimensionName": "conformance"}),
    ("AttachSecurityProfile", {"securityProfileName": "conformance", "securityProfileTargetArn": f"{IOT_ARN}all/things"}),
    ("ListTargetsForSecurityProfile", {"securityProfileName": "conformance", "maxResults": 10}),
    (
        "ListSecurityProfilesForTarget",
        {"securityProfileTargetArn": f"{IOT_ARN}all/things", "recursive": True, "maxResults": 10},
    ),
    ("DetachSecurityProfile", {"securityProfileName": "conformance", "securityProfileTargetArn": f"{IOT_ARN}all/things"}),
    ("CreateCustomMetric", METRIC | {"clientRequestToken": TOKEN, "tags": TAGS}),
    ("DescribeCustomMetric", {"metricName": "conformance"}),
    ("UpdateCustomMetric", {"metricName": "conformance", "displayName": "How hot it is"}),
    ("DeleteCustomMetric", {"metricName": "never-there"}),
    ("ListCustomMetrics", {"maxResults": 10}),
    ("CreateDimension", DIMENSION | {"clientRequestToken": TOKEN, "tags": TAGS}),
    ("DescribeDimension", {"name": "conformance"}),
    ("UpdateDimension", {"name": "conformance", "stringValues": ["fleet/#"]}),
    ("DeleteDimension", {"name": "never-there"}),
    ("ListDimensions", {"maxResults": 10}),
    ("TagResource", {"resourceArn": PROFILE_ARN, "tags": TAGS}),
    ("ListTagsForResource", {"resourceArn": PROFILE_ARN}),
    ("UntagResource", {"resourceArn": PROFILE_ARN, "tagKeys": ["Team"]}),
    ("DescribeEndpoint", {"endpointType": "iot:Data-ATS"}),
]
