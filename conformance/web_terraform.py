"""Terraform with the AWS provider, unmodified, on everything of the web room that it has."""

import json

import pytest

from conftest import sdk
from terraform import PLAIN, clean, rooted

BALANCER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/edge/0123456789abcdef"
LOG_GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-edge"

ROOT = """
variable "stage" {
  type    = number
  default = 1
}
locals {
  second = var.stage == 2
}

resource "aws_wafv2_ip_set" "bad" {
  name               = "bad"
  description        = local.second ? "after" : "before"
  scope              = "REGIONAL"
  ip_address_version = "IPV4"
  addresses          = local.second ? ["192.0.2.0/24"] : ["192.0.2.0/24", "198.51.100.7/32"]
  tags               = { Team = local.second ? "red" : "blue" }
}

resource "aws_wafv2_regex_pattern_set" "paths" {
  name  = "paths"
  scope = "REGIONAL"
  regular_expression {
    regex_string = local.second ? "^/internal" : "^/admin"
  }
  regular_expression {
    regex_string = "(?i)\\\\.(bak|old)$"
  }
}

resource "aws_wafv2_rule_group" "shared" {
  name     = "shared"
  scope    = "REGIONAL"
  capacity = 200
  rule {
    name     = "paths"
    priority = 1
    action {
      block {
        custom_response {
          response_code            = local.second ? 404 : 403
          custom_response_body_key = "sorry"
          response_header {
            name  = "x-why"
            value = "waf"
          }
        }
      }
    }
    rule_label {
      name = "seen:path"
    }
    statement {
      regex_pattern_set_reference_statement {
        arn = aws_wafv2_regex_pattern_set.paths.arn
        field_to_match {
          uri_path {}
        }
        text_transformation {
          priority = 0
          type     = "URL_DECODE"
        }
        text_transformation {
          priority = 1
          type     = "LOWERCASE"
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "paths"
      sampled_requests_enabled   = true
    }
  }
  rule {
    name     = "nested"
    priority = 2
    action {
      count {}
    }
    statement {
      or_statement {
        statement {
          byte_match_statement {
            search_string         = "bot"
            positional_constraint = "CONTAINS"
            field_to_match {
              single_header {
                name = "user-agent"
              }
            }
            text_transformation {
              priority = 0
              type     = "LOWERCASE"
            }
          }
        }
        statement {
          not_statement {
            statement {
              geo_match_statement {
                country_codes = ["NZ", "NO"]
              }
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = false
      metric_name                = "nested"
      sampled_requests_enabled   = false
    }
  }
  custom_response_body {
    key          = "sorry"
    content      = "no"
    content_type = "TEXT_PLAIN"
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "shared"
    sampled_requests_enabled   = true
  }
}

resource "aws_wafv2_web_acl" "edge" {
  name          = "edge"
  description   = local.second ? "after" : "before"
  scope         = "REGIONAL"
  token_domains = ["example.com"]
  default_action {
    allow {
      custom_request_handling {
        insert_header {
          name  = "seen"
          value = "yes"
        }
      }
    }
  }
  association_config {
    request_body {
      api_gateway {
        default_size_inspection_limit = "KB_32"
      }
    }
  }
  rule {
    name     = "ips"
    priority = 0
    action {
      block {}
    }
    statement {
      ip_set_reference_statement {
        arn = aws_wafv2_ip_set.bad.arn
        ip_set_forwarded_ip_config {
          header_name       = "X-Forwarded-For"
          fallback_behavior = "NO_MATCH"
          position          = "ANY"
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "ips"
      sampled_requests_enabled   = true
    }
  }
  rule {
    name     = "shared"
    priority = 1
    override_action {
      none {}
    }
    statement {
      rule_group_reference_statement {
        arn = aws_wafv2_rule_group.shared.arn
        rule_action_override {
          name = "nested"
          action_to_use {
            challenge {}
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "shared"
      sampled_requests_enabled   = true
    }
  }
  rule {
    name     = "rate"
    priority = 2
    action {
      captcha {}
    }
    captcha_config {
      immunity_time_property {
        immunity_time = 120
      }
    }
    statement {
      rate_based_statement {
        limit                 = local.second ? 200 : 100
        evaluation_window_sec = 120
        aggregate_key_type    = "CUSTOM_KEYS"
        custom_key {
          header {
            name = "x-client"
            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
        custom_key {
          ip {}
        }
        scope_down_statement {
          sqli_match_statement {
            sensitivity_level = "HIGH"
            field_to_match {
              json_body {
                match_scope               = "VALUE"
                invalid_fallback_behavior = "EVALUATE_AS_STRING"
                oversize_handling         = "CONTINUE"
                match_pattern {
                  included_paths = ["/user/name"]
                }
              }
            }
            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "edge"
    sampled_requests_enabled   = true
  }
  tags = { Team = local.second ? "red" : "blue" }
}

resource "aws_wafv2_web_acl_association" "balancer" {
  resource_arn = "BALANCER"
  web_acl_arn  = aws_wafv2_web_acl.edge.arn
}

resource "aws_wafv2_web_acl_logging_configuration" "edge" {
  resource_arn            = aws_wafv2_web_acl.edge.arn
  log_destination_configs = ["LOG_GROUP"]
  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
  logging_filter {
    default_behavior = local.second ? "KEEP" : "DROP"
    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"
      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }
}

resource "aws_wafv2_api_key" "pages" {
  scope         = "REGIONAL"
  token_domains = ["example.com", "example.org"]
}

data "aws_wafv2_ip_set" "bad" {
  name  = aws_wafv2_ip_set.bad.name
  scope = "REGIONAL"
}
data "aws_wafv2_regex_pattern_set" "paths" {
  name  = aws_wafv2_regex_pattern_set.paths.name
  scope = "REGIONAL"
}
data "aws_wafv2_rule_group" "shared" {
  name  = aws_wafv2_rule_group.shared.name
  scope = "REGIONAL"
}
data "aws_wafv2_web_acl" "edge" {
  name  = aws_wafv2_web_acl.edge.name
  scope = "REGIONAL"
}
output "found" {
  value = [
    data.aws_wafv2_ip_set.bad.arn == aws_wafv2_ip_set.bad.arn,
    data.aws_wafv2_regex_pattern_set.paths.arn == aws_wafv2_regex_pattern_set.paths.arn,
    data.aws_wafv2_rule_group.shared.arn == aws_wafv2_rule_group.shared.arn,
    data.aws_wafv2_web_acl.edge.arn == aws_wafv2_web_acl.edge.arn,
  ]
}
""".replace("BALANCER", BALANCER).replace("LOG_GROUP", LOG_GROUP)

IMPORTED = (
    "aws_wafv2_ip_set.bad",
    "aws_wafv2_regex_pattern_set.paths",
    "aws_wafv2_rule_group.shared",
    "aws_wafv2_web_acl.edge",
)


@pytest.mark.timeout(1800)
def test_the_life_of_a_configuration(server, tmp_path):
    terraform = rooted(server, tmp_path, ROOT)
    waf = sdk(server.endpoint, "wafv2")
    terraform("init", *PLAIN)
    terraform("apply", *PLAIN, "-auto-approve")
    clean(terraform)
    shown = json.loads(terraform("show", "-json")[1])["values"]
    assert shown["outputs"]["found"]["value"] == [True] * 4
    own = {one["address"]: one["values"] for one in shown["root_module"]["resources"]}
    edge = own["aws_wafv2_web_acl.edge"]
    # the group's capacity, the set with any of several addresses, and the rate with two keys and what narrows it down
    assert edge["capacity"] == 200 + 5 + (2 + 60 + 60)
    assert waf.get_web_acl_for_resource(ResourceArn=BALANCER)["WebACL"]["ARN"] == edge["arn"]

    # every change in place: nothing is destroyed or replaced
    terraform("plan", *PLAIN, "-var=stage=2", "-out=second")
    changes = {
        change["address"]: change["change"]["actions"]
        for change in json.loads(terraform("show", "-json", "second")[1])["resource_changes"]
        if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
    }
    assert changes == {address: ["update"] for address in (*IMPORTED, "aws_wafv2_web_acl_logging_configuration.edge")}
    terraform("apply", *PLAIN, "second")
    clean(terraform, "-var=stage=2")
    told = waf.get_web_acl(ARN=edge["arn"])["WebACL"]
    rates = [one["Statement"]["RateBasedStatement"]["Limit"] for one in told["Rules"] if one["Name"] == "rate"]
    assert (told["Description"], rates) == ("after", [200])

    # somebody else's change moves the lock token; Terraform reads it again and puts the document back
    named = {"Name": "edge", "Scope": "REGIONAL", "Id": edge["id"]}
    got = waf.get_web_acl(**named)
    change = {name: got["WebACL"][name] for name in ("DefaultAction", "VisibilityConfig", "Rules")}
    waf.update_web_acl(**named, LockToken=got["LockToken"], Description="by hand", **change)
    terraform("plan", *PLAIN, "-detailed-exitcode", "-var=stage=2", codes=(2,))
    terraform("apply", *PLAIN, "-auto-approve", "-var=stage=2")
    assert waf.get_web_acl(**named)["WebACL"]["Description"] == "after"

    # what Terraform forgot can be imported, and is then complete
    for address in IMPORTED:
        terraform("state", "rm", address)
        terraform("import", *PLAIN, "-var=stage=2", address, "{id}/{name}/REGIONAL".format(**own[address]))
    terraform("state", "rm", "aws_wafv2_web_acl_association.balancer", "aws_wafv2_web_acl_logging_configuration.edge")
    terraform("import", *PLAIN, "-var=stage=2", "aws_wafv2_web_acl_association.balancer", f"{edge['arn']},{BALANCER}")
    terraform("import", *PLAIN, "-var=stage=2", "aws_wafv2_web_acl_logging_configuration.edge", edge["arn"])
    clean(terraform, "-var=stage=2")

    terraform("destroy", *PLAIN, "-auto-approve", "-var=stage=2")
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    assert waf.list_rule_groups(Scope="REGIONAL")["RuleGroups"] == []
    assert waf.list_ip_sets(Scope="REGIONAL")["IPSets"] == []
    assert waf.list_regex_pattern_sets(Scope="REGIONAL")["RegexPatternSets"] == []
    assert waf.list_api_keys(Scope="REGIONAL")["APIKeySummaries"] == []
