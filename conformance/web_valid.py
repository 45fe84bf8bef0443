"""One valid request for every operation of the web room. Names in braces stand for the ARNs of what was made before."""

from valid import TAGS

WAF_ARN = "arn:aws:wafv2:eu-central-1:123456789012:regional/"
UUID = "01234567-89ab-4cde-8f01-23456789abcd"
BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/edge/0123456789abcdef"
VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": False, "MetricName": "conformance"}
TEXT = [{"Priority": 0, "Type": "LOWERCASE"}]
FORWARDED = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"}
RATE_KEYS = [
    {"Header": {"Name": "x-client", "TextTransformations": TEXT}},
    {"LabelNamespace": {"Namespace": "bad:"}},
]
BLOCK = {
    "Block": {
        "CustomResponse": {
            "ResponseCode": 403,
            "CustomResponseBodyKey": "sorry",
            "ResponseHeaders": [{"Name": "x-why", "Value": "waf"}],
        }
    }
}
STATEMENTS = [
    {
        "ByteMatchStatement": {
            "SearchString": "L2FkbWlu",
            "FieldToMatch": {"SingleHeader": {"Name": "user-agent"}},
            "TextTransformations": TEXT,
            "PositionalConstraint": "STARTS_WITH",
        }
    },
    {
        "SqliMatchStatement": {
            "FieldToMatch": {"SingleQueryArgument": {"Name": "q"}},
            "TextTransformations": TEXT,
            "SensitivityLevel": "HIGH",
            "PreParseTextTransformations": [{"Priority": 0, "Type": "URL_DECODE"}],
        }
    },
    {
        "XssMatchStatement": {
            "FieldToMatch": {
                "JsonBody": {
                    "MatchPattern": {"IncludedPaths": ["/a/b"]},
                    "MatchScope": "VALUE",
                    "InvalidFallbackBehavior": "MATCH",
                    "OversizeHandling": "CONTINUE",
                }
            },
            "TextTransformations": TEXT,
        }
    },
    {
        "SizeConstraintStatement": {
            "FieldToMatch": {
                "Headers": {"MatchPattern": {"IncludedHeaders": ["a"]}, "MatchScope": "ALL", "OversizeHandling": "MATCH"}
            },
            "ComparisonOperator": "GT",
            "Size": 100,
            "TextTransformations": TEXT,
        }
    },
    {
        "RegexMatchStatement": {
            "RegexString": "a+b",
            "FieldToMatch": {
                "Cookies": {"MatchPattern": {"ExcludedCookies": ["s"]}, "MatchScope": "KEY", "OversizeHandling": "NO_MATCH"}
            },
            "TextTransformations": TEXT,
        }
    },
    {"GeoMatchStatement": {"CountryCodes": ["NZ"], "ForwardedIPConfig": FORWARDED}},
    {"AsnMatchStatement": {"AsnList": [64496], "ForwardedIPConfig": FORWARDED}},
    {"LabelMatchStatement": {"Scope": "NAMESPACE", "Key": "bad:"}},
    {
        "RateBasedStatement": {
            "Limit": 100,
            "EvaluationWindowSec": 60,
            "AggregateKeyType": "CUSTOM_KEYS",
            "ScopeDownStatement": {
                "NotStatement": {
                    "Statement": {
                        "AndStatement": {
                            "Statements": [
                                {"GeoMatchStatement": {"CountryCodes": ["NZ"]}},
                                {"AsnMatchStatement": {"AsnList": [0]}},
                            ]
                        }
                    }
                }
            },
            "CustomKeys": RATE_KEYS,
        }
    },
    {
        "IPSetReferenceStatement": {
            "ARN": "{ip-set}",
            "IPSetForwardedIPConfig": FORWARDED | {"Position": "ANY"},
        }
    },
    {
        "RegexPatternSetReferenceStatement": {
            "ARN": "{regex-set}",
            "FieldToMatch": {"HeaderOrder": {"OversizeHandling": "CONTINUE"}},
            "TextTransformations": TEXT,
        }
    },
    {
        "ByteMatchStatement": {
            "SearchString": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "FieldToMatch": {"JA3Fingerprint": {"FallbackBehavior": "MATCH"}},
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            "PositionalConstraint": "EXACTLY",
        }
    },
    {
        "SizeConstraintStatement": {
            "FieldToMatch": {"UriFragment": {"FallbackBehavior": "NO_MATCH"}},
            "ComparisonOperator": "GT",
            "Size": 100,
            "TextTransformations": TEXT,
        }
    },
]


def waf_rule(number, statement):
    return {
        "Name": f"rule-{number}",
        "Priority": number,
        "Statement": statement,
        "Action": BLOCK,
        "RuleLabels": [{"Name": "bad:seen"}],
        "VisibilityConfig": VISIBILITY,
        "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}},
        "ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}},
    }


BODIES = {"sorry": {"ContentType": "TEXT_PLAIN", "Content": "no"}}
GROUP = {
    "Description": "made by a test",
    "Rules": [waf_rule(number, statement) for number, statement in enumerate(STATEMENTS)],
    "VisibilityConfig": VISIBILITY,
    "CustomResponseBodies": BODIES,
}
ACL = {
    "DefaultAction": {"Allow": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "x-seen", "Value": "yes"}]}}},
    "Description": "made by a test",
    "Rules": [
        waf_rule(0, STATEMENTS[0]),
        {
            "Name": "group",
            "Priority": 1,
            "Statement": {
                "RuleGroupReferenceStatement": {
                    "ARN": "{group}",
                    "ExcludedRules": [{"Name": "rule-0"}],
                    "RuleActionOverrides": [{"Name": "rule-1", "ActionToUse": {"Count": {}}}],
                }
            },
            "OverrideAction": {"None": {}},
            "VisibilityConfig": VISIBILITY,
        },
    ],
    "VisibilityConfig": VISIBILITY,
    "DataProtectionConfig": {
        "DataProtections": [
            {
                "Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization"]},
                "Action": "HASH",
                "ExcludeRuleMatchDetails": True,
                "ExcludeRateBasedDetails": False,
            }
        ]
    },
    "CustomResponseBodies": BODIES,
    "CaptchaConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}},
    "ChallengeConfig": {"ImmunityTimeProperty": {"ImmunityTime": 300}},
    "TokenDomains": ["example.com"],
    "AssociationConfig": {"RequestBody": {"API_GATEWAY": {"DefaultSizeInspectionLimit": "KB_32"}}},
    "OnSourceDDoSProtectionConfig": {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"},
    "ApplicationConfig": {"Attributes": [{"Name": "language", "Values": ["php"]}]},
}
NAMED = {"Name": "conformance", "Scope": "REGIONAL", "Id": UUID}
LOCKED = NAMED | {"LockToken": UUID}
PAGE = {"Scope": "REGIONAL", "Limit": 10}
WINDOW = {"StartTime": 1_700_000_000, "EndTime": 1_900_000_000}
ABSENT = ("WAFNonexistentItemException",)
LOGGING = {
    "ResourceArn": "{acl}",
    "LogDestinationConfigs": ["arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-edge"],
    "RedactedFields": [{"SingleHeader": {"Name": "authorization"}}],
    "LoggingFilter": {
        "Filters": [
            {
                "Behavior": "KEEP",
                "Requirement": "MEETS_ANY",
                "Conditions": [
                    {"ActionCondition": {"Action": "BLOCK"}},
                    {"LabelNameCondition": {"LabelName": "awswaf:123456789012:webacl:conformance:bad"}},
                ],
            }
        ],
        "DefaultBehavior": "DROP",
    },
    "LogType": "WAF_LOGS",
    "LogScope": "CUSTOMER",
}
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":'
    '["wafv2:CreateWebACL","wafv2:UpdateWebACL","wafv2:PutFirewallManagerRuleGroups"]}]}'
)
# what the others refer to, made before
WAF_FIRST = [
    ("ip-set", "CreateIPSet", {"Name": "first", "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []}),
    ("regex-set", "CreateRegexPatternSet", {"Name": "first", "Scope": "REGIONAL", "RegularExpressionList": []}),
    ("group", "CreateRuleGroup", {"Name": "first", "Scope": "REGIONAL", "Capacity": 1000} | GROUP),
    ("acl", "CreateWebACL", {"Name": "first", "Scope": "REGIONAL"} | ACL),
]
# operation, request, and error codes that are as right an answer as a success where there is nothing to find
WAF = [
    ("CreateIPSet", {"Name": "new", "Scope": "REGIONAL", "Description": "of a test", "IPAddressVersion": "IPV6", "Addresses": ["2001:db8::/32"], "Tags": TAGS}, ()),
    ("GetIPSet", NAMED, ABSENT),
    ("UpdateIPSet", LOCKED | {"Description": "of a test", "Addresses": ["192.0.2.0/24"]}, ABSENT),
    ("DeleteIPSet", LOCKED, ABSENT),
    ("ListIPSets", PAGE, ()),
    ("CreateRegexPatternSet", {"Name": "new", "Scope": "REGIONAL", "Description": "of a test", "RegularExpressionList": [{"RegexString": "a|b"}], "Tags": TAGS}, ()),
    ("GetRegexPatternSet", NAMED, ABSENT),
    ("UpdateRegexPatternSet", LOCKED | {"Description": "of a test", "RegularExpressionList": [{"RegexString": "a"}]}, ABSENT),
    ("DeleteRegexPatternSet", LOCKED, ABSENT),
    ("ListRegexPatternSets", PAGE, ()),
    ("CreateRuleGroup", {"Name": "new", "Scope": "REGIONAL", "Capacity": 1000, "Tags": TAGS} | GROUP, ()),
    ("GetRuleGroup", NAMED, ABSENT),
    ("GetRuleGroup", {"ARN": "{group}"}, ()),
    ("UpdateRuleGroup", LOCKED | GROUP, ABSENT),
    ("DeleteRuleGroup", LOCKED, ABSENT),
    ("ListRuleGroups", PAGE, ()),
    ("CreateWebACL", {"Name": "new", "Scope": "REGIONAL", "Tags": TAGS} | ACL, ()),
    ("GetWebACL", NAMED, ABSENT),
    ("GetWebACL", {"ARN": "{acl}"}, ()),
    ("UpdateWebACL", LOCKED | ACL, ABSENT),
    ("DeleteWebACL", LOCKED, ABSENT),
    ("ListWebACLs", PAGE, ()),
    ("CheckCapacity", {"Scope": "REGIONAL", "Rules": GROUP["Rules"]}, ()),
    ("AssociateWebACL", {"WebACLArn": "{acl}", "ResourceArn": BALANCER}, ()),
    ("GetWebACLForResource", {"ResourceArn": BALANCER}, ()),
    ("ListResourcesForWebACL", {"WebACLArn": "{acl}", "ResourceType": "APPLICATION_LOAD_BALANCER"}, ()),
    ("DisassociateWebACL", {"ResourceArn": BALANCER}, ()),
    ("PutLoggingConfiguration", {"LoggingConfiguration": LOGGING}, ()),
    ("GetLoggingConfiguration", {"ResourceArn": "{acl}", "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}, ()),
    ("ListLoggingConfigurations", PAGE | {"LogScope": "CUSTOMER"}, ()),
    ("DeleteLoggingConfiguration", {"ResourceArn": "{acl}", "LogType": "WAF_LOGS", "LogScope": "CUSTOMER"}, ()),
    ("GetSampledRequests", {"WebAclArn": "{acl}", "RuleMetricName": "conformance", "Scope": "REGIONAL", "TimeWindow": WINDOW, "MaxItems": 10}, ()),
    ("GetRateBasedStatementManagedKeys", {"Scope": "REGIONAL", "WebACLName": "no", "WebACLId": UUID, "RuleGroupRuleName": "no", "RuleName": "no"}, ABSENT),
    (
        "GetTopPathStatisticsByTraffic",
        {
            "WebAclArn": "{acl}",
            "Scope": "REGIONAL",
            "UriPathPrefix": "/a",
            "TimeWindow": WINDOW,
            "BotCategory": "search",
            "BotOrganization": "acme",
            "BotName": "acmebot",
            "Limit": 10,
            "NumberOfTopTrafficBotsPerPath": 3,
        },
        (),
    ),
    ("TagResource", {"ResourceARN": "{acl}", "Tags": TAGS}, ()),
    ("ListTagsForResource", {"ResourceARN": "{acl}", "Limit": 10}, ()),
    ("UntagResource", {"ResourceARN": "{acl}", "TagKeys": ["Team"]}, ()),
    ("PutPermissionPolicy", {"ResourceArn": "{group}", "Policy": POLICY}, ()),
    ("GetPermissionPolicy", {"ResourceArn": "{group}"}, ()),
    ("DeletePermissionPolicy", {"ResourceArn": "{group}"}, ()),
    ("CreateAPIKey", {"Scope": "REGIONAL", "TokenDomains": ["example.com"]}, ()),
    ("ListAPIKeys", PAGE, ()),
    ("GetDecryptedAPIKey", {"Scope": "REGIONAL", "APIKey": "no-such-key"}, ("WAFInvalidResourceException",)),
    ("DeleteAPIKey", {"Scope": "REGIONAL", "APIKey": "no-such-key"}, ABSENT),
    ("ListAvailableManagedRuleGroups", PAGE, ()),
    ("ListAvailableManagedRuleGroupVersions", PAGE | {"VendorName": "Nobody", "Name": "none"}, ABSENT),
    ("DescribeManagedRuleGroup", {"Scope": "REGIONAL", "VendorName": "Nobody", "Name": "none", "VersionName": "v1"}, ABSENT),
    ("DescribeAllManagedProducts", {"Scope": "REGIONAL"}, ()),
    ("DescribeManagedProductsByVendor", {"Scope": "REGIONAL", "VendorName": "Nobody"}, ()),
    ("DeleteFirewallManagerRuleGroups", {"WebACLArn": "{acl}", "WebACLLockToken": UUID}, ("WAFOptimisticLockException",)),
    ("ListManagedRuleSets", PAGE, ()),
    ("GetManagedRuleSet", NAMED, ABSENT),
    (
        "PutManagedRuleSetVersions",
        LOCKED
        | {
            "RecommendedVersion": "Version_1.0",
            "VersionsToPublish": {"Version_1.0": {"AssociatedRuleGroupArn": "{group}", "ForecastedLifetime": 30}},
        },
        ABSENT,
    ),
    ("UpdateManagedRuleSetVersionExpiryDate", LOCKED | {"VersionToExpire": "Version_1.0", "ExpiryTimestamp": 1_900_000_000}, ABSENT),
    ("ListMobileSdkReleases", {"Platform": "IOS", "Limit": 10}, ()),
    ("GetMobileSdkRelease", {"Platform": "IOS", "ReleaseVersion": "1.0"}, ABSENT),
    ("GenerateMobileSdkReleaseUrl", {"Platform": "ANDROID", "ReleaseVersion": "1.0"}, ABSENT),
]
