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

ATTRIBUTES = {"attributes": {"site": "oslo"}, "merge": False}
GROUP = {"thingGroupDescription": "made by a test", "attributePayload": ATTRIBUTES}
# made with openssl for a key that is forgotten
PEM = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUfush/+SheCWiVNnW/tPzcjPv+oYwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFZGV2LTcwHhcNMjYxMTI1MjI0NTIwWhcNMzYxMTIyMjI0NTIw
WjAQMQ4wDAYDVQQDDAVkZXYtNzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABKzE
bNc0JlTQqbyA+ro2psOgiLyV4oVqooGOS6ks9EgAP9tFu4ULjq9MJhgajDyPgBG9
JX0uVgCPTYQDeL9UMtmjUzBRMB0GA1UdDgQWBBR0L6rsY5aMKCdQD6I8iq2qUeOd
9zAfBgNVHSMEGDAWgBR0L6rsY5aMKCdQD6I8iq2qUeOd9zAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCICUARzh8485OsD0mmf5+ZFySl2mQ4Xk6dcCJ
TA1akwH2AiEA7CpCdWRJXOzsEREYT/Gmiymr7DfST4ATPCg8wjwh5lA=
-----END CERTIFICATE-----
"""
CERTIFICATE = "9b22f5fae04138644d2e4a4be0c81caed5dbaabff4028e9d1959e4caa34e93a6"
PRINCIPAL = {"thingName": "conformance", "principal": f"{IOT_ARN}cert/{CERTIFICATE}"}
ADDS = {"addThingsToThingGroupParams": {"thingGroupNames": ["conformance"], "overrideDynamicGroups": True}}
# every kind of mitigation action
PARAMS = [
    ADDS,
    {"updateDeviceCertificateParams": {"action": "DEACTIVATE"}},
    {"updateCACertificateParams": {"action": "DEACTIVATE"}},
    {"replaceDefaultPolicyVersionParams": {"templateName": "BLANK_POLICY"}},
    {"enableIoTLoggingParams": {"roleArnForLogging": ROLE, "logLevel": "WARN"}},
    {"publishFindingToSnsParams": {"topicArn": "arn:aws:sns:eu-central-1:123456789012:findings"}},
]
VIOLATION = "0123456789abcdef0123456789abcdef"
SPAN = {"startTime": 1_700_000_000, "endTime": 1_900_000_000}

# what the requests below refer to
IOT_FIRST = [
    ("CreateDimension", DIMENSION | {"clientRequestToken": TOKEN}),
    ("CreateSecurityProfile", PROFILE | {"securityProfileName": "conformance"}),
    ("CreateCustomMetric", METRIC | {"clientRequestToken": TOKEN}),
    ("CreateThing", {"thingName": "conformance"}),
    ("CreateThingGroup", {"thingGroupName": "conformance"}),
    ("RegisterCertificateWithoutCA", {"certificatePem": PEM}),
    ("CreateMitigationAction", {"actionName": "conformance", "roleArn": ROLE, "actionParams": ADDS}),
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
    (
        "CreateThing",
        {"thingName": "another:one", "thingTypeName": "lamp", "attributePayload": ATTRIBUTES, "billingGroupName": "ours"},
    ),
    ("DescribeThing", {"thingName": "conformance"}),
    (
        "UpdateThing",
        {
            "thingName": "conformance",
            "thingTypeName": "lamp",
            "attributePayload": ATTRIBUTES,
            "expectedVersion": 1,
            "removeThingType": False,
        },
    ),
    ("DeleteThing", {"thingName": "never-there", "expectedVersion": 1}),
    (
        "ListThings",
        {
            "maxResults": 10,
            "attributeName": "site",
            "attributeValue": "os",
            "thingTypeName": "lamp",
            "usePrefixAttributeValue": True,
        },
    ),
    (
        "CreateThingGroup",
        {"thingGroupName": "another:one", "parentGroupName": "conformance", "thingGroupProperties": GROUP, "tags": TAGS},
    ),
    ("DescribeThingGroup", {"thingGroupName": "conformance"}),
    ("UpdateThingGroup", {"thingGroupName": "conformance", "thingGroupProperties": GROUP, "expectedVersion": 1}),
    ("DeleteThingGroup", {"thingGroupName": "never-there", "expectedVersion": 1}),
    ("ListThingGroups", {"maxResults": 10, "parentGroup": "conformance", "namePrefixFilter": "a", "recursive": True}),
    (
        "AddThingToThingGroup",
        {
            "thingGroupName": "conformance",
            "thingGroupArn": f"{IOT_ARN}thinggroup/conformance",
            "thingName": "conformance",
            "thingArn": f"{IOT_ARN}thing/conformance",
            "overrideDynamicGroups": True,
        },
    ),
    ("ListThingsInThingGroup", {"thingGroupName": "conformance", "recursive": True, "maxResults": 10}),
    ("ListThingGroupsForThing", {"thingName": "conformance", "maxResults": 10}),
    (
        "UpdateThingGroupsForThing",
        {
            "thingName": "conformance",
            "thingGroupsToAdd": ["another:one"],
            "thingGroupsToRemove": ["conformance"],
            "overrideDynamicGroups": True,
        },
    ),
    (
        "RemoveThingFromThingGroup",
        {
            "thingGroupName": "conformance",
            "thingGroupArn": f"{IOT_ARN}thinggroup/conformance",
            "thingName": "conformance",
            "thingArn": f"{IOT_ARN}thing/conformance",
        },
    ),
    ("DescribeCertificate", {"certificateId": CERTIFICATE}),
    ("UpdateCertificate", {"certificateId": CERTIFICATE, "newStatus": "ACTIVE"}),
    ("ListCertificates", {"pageSize": 10, "ascendingOrder": True}),
    ("AttachThingPrincipal", PRINCIPAL | {"thingPrincipalType": "EXCLUSIVE_THING"}),
    ("ListThingPrincipals", {"thingName": "conformance", "maxResults": 10}),
    ("ListPrincipalThings", {"principal": PRINCIPAL["principal"], "maxResults": 10}),
    ("DetachThingPrincipal", PRINCIPAL),
    ("UpdateCertificate", {"certificateId": CERTIFICATE, "newStatus": "INACTIVE"}),
    *(
        (
            "CreateMitigationAction",
            {"actionName": f"action-{number}", "roleArn": ROLE, "actionParams": params, "tags": TAGS},
        )
        for number, params in enumerate(PARAMS)
    ),
    ("DescribeMitigationAction", {"actionName": "conformance"}),
    ("UpdateMitigationAction", {"actionName": "conformance", "roleArn": ROLE, "actionParams": ADDS}),
    ("DeleteMitigationAction", {"actionName": "never-there"}),
    ("ListMitigationActions", {"maxResults": 10, "actionType": "ADD_THINGS_TO_THING_GROUP"}),
    (
        "StartDetectMitigationActionsTask",
        {
            "taskId": "conformance",
            "target": {"securityProfileName": "conformance", "behaviorName": "MsgRate"},
            "actions": ["conformance"],
            "violationEventOccurrenceRange": SPAN,
            "includeOnlyActiveViolations": True,
            "includeSuppressedAlerts": True,
            "clientRequestToken": TOKEN,
        },
    ),
    ("DescribeDetectMitigationActionsTask", {"taskId": "conformance"}),
    ("CancelDetectMitigationActionsTask", {"taskId": "conformance"}),
    ("ListDetectMitigationActionsTasks", SPAN | {"maxResults": 10}),
    (
        "ListDetectMitigationActionsExecutions",
        SPAN | {"taskId": "conformance", "violationId": VIOLATION, "thingName": "conformance", "maxResults": 10},
    ),
    ("DeleteCertificate", {"certificateId": CERTIFICATE, "forceDelete": True}),
]
