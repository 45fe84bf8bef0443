"""Terraform with the AWS provider, unmodified: one root with many resources, because every command costs seconds."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from clients import create, get
from conftest import long_running, sdk
from server import ACCESS_KEY, REGION, SECRET_KEY, aws

PROVIDER = "registry.terraform.io/hashicorp/aws"
# where a provider may have been put; the first that has it is used
PLUGINS = (
    os.environ.get("BARTIZAN_TF_PLUGINS"),
    os.environ.get("TF_PLUGINS"),
    "~/.terraform.d/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/opt/tf-plugins",
)

CONFIGURATION = """
disable_checkpoint = true
provider_installation {{
  filesystem_mirror {{
    path    = "{plugins}"
    include = ["{provider}"]
  }}
  direct {{
    exclude = ["registry.terraform.io/*/*"]
  }}
}}
"""

HEAD = """
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}
provider "aws" {{
  region                      = "{region}"
  access_key                  = "{key}"
  secret_key                  = "{secret}"
  skip_credentials_validation = false
  skip_metadata_api_check     = true
  skip_region_validation      = true
  max_retries                 = 2
  endpoints {{
    ssm   = "{url}"
    sts   = "{url}"
    iam   = "{url}"
    wafv2 = "{url}"
  }}
}}
"""

ROOT = """
variable "stage" {{
  type    = number
  default = 1
}}
locals {{
  second = var.stage == 2
}}

resource "aws_ssm_patch_baseline" "full" {{
  name                                 = "full"
  description                          = local.second ? "after" : "before"
  operating_system                     = "REDHAT_ENTERPRISE_LINUX"
  approved_patches                     = local.second ? ["bash*"] : ["kernel*", "openssl*"]
  approved_patches_compliance_level    = "HIGH"
  approved_patches_enable_non_security = true
  rejected_patches                     = local.second ? [] : ["telnet*"]
  rejected_patches_action              = "BLOCK"
  global_filter {{
    key    = "PRODUCT"
    values = ["*"]
  }}
  approval_rule {{
    approve_after_days  = local.second ? 3 : 7
    compliance_level    = "CRITICAL"
    enable_non_security = true
    patch_filter {{
      key    = "CLASSIFICATION"
      values = ["Security", "Bugfix"]
    }}
    patch_filter {{
      key    = "SEVERITY"
      values = ["*"]
    }}
  }}
  approval_rule {{
    approve_until_date = "2024-06-30"
    patch_filter {{
      key    = "CLASSIFICATION"
      values = ["Enhancement"]
    }}
  }}
  source {{
    name          = "own-repository"
    products      = ["*"]
    configuration = "[own]\\nname=own\\nbaseurl=file:///srv/own"
  }}
  tags = {{
    Team  = local.second ? "red" : "blue"
    Stage = var.stage
  }}
}}

resource "aws_ssm_patch_baseline" "bare" {{
  name             = local.second ? "bare-renamed" : "bare"
  approved_patches = ["KB123456"]
}}

resource "aws_ssm_patch_baseline" "debian" {{
  name             = "debian"
  operating_system = "DEBIAN"
  approval_rule {{
    approve_after_days = 0
    patch_filter {{
      key    = "PRIORITY"
      values = ["Required", "Important"]
    }}
  }}
}}

resource "aws_ssm_patch_baseline" "many" {{
  for_each         = toset(["AMAZON_LINUX_2023", "UBUNTU", "SUSE", "ROCKY_LINUX"])
  name             = "many-${{lower(each.key)}}"
  operating_system = each.key
  rejected_patches = ["telnet"]
}}

resource "aws_ssm_patch_group" "web" {{
  baseline_id = aws_ssm_patch_baseline.full.id
  patch_group = "Production Web"
}}

resource "aws_ssm_patch_group" "same_name" {{
  baseline_id = aws_ssm_patch_baseline.debian.id
  patch_group = "Production Web"
}}

resource "aws_ssm_default_patch_baseline" "debian" {{
  baseline_id      = aws_ssm_patch_baseline.debian.id
  operating_system = aws_ssm_patch_baseline.debian.operating_system
}}

data "aws_ssm_patch_baseline" "vendors" {{
  owner            = "AWS"
  name_prefix      = "AWS-"
  operating_system = "CENTOS"
}}

data "aws_ssm_patch_baselines" "all" {{
  depends_on = [aws_ssm_patch_baseline.full]
}}

data "aws_caller_identity" "me" {{}}

output "vendors" {{
  value = data.aws_ssm_patch_baseline.vendors.name
}}
output "account" {{
  value = data.aws_caller_identity.me.account_id
}}
"""


def plugins():
    """The folder that has the provider, or why there is none."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    for candidate in filter(None, PLUGINS):
        folder = pathlib.Path(candidate).expanduser()
        if (folder / PROVIDER).is_dir():
            return folder
    pytest.skip("the AWS provider is in none of the usual folders; name its folder in BARTIZAN_TF_PLUGINS")


def rooted(server, tmp_path, root):
    """Runs a command in a root of its own; returns its exit code and output."""
    long_running()
    folder = tmp_path / "root"
    folder.mkdir()
    configuration = tmp_path / "terraformrc"
    configuration.write_text(CONFIGURATION.format(plugins=plugins(), provider=PROVIDER))
    head = HEAD.format(region=REGION, key=ACCESS_KEY, secret=SECRET_KEY, url=server.endpoint)
    (folder / "main.tf").write_text(head + root)
    variables = aws(server.endpoint, tmp_path, TF_CLI_CONFIG_FILE=str(configuration), TF_IN_AUTOMATION="1")

    def run(*arguments, codes=(0,)):
        done = subprocess.run(
            ["terraform", *arguments], cwd=folder, env=variables, capture_output=True, text=True, timeout=300
        )
        assert done.returncode in codes, f"terraform {' '.join(arguments)}\n{done.stderr[-4000:] or done.stdout[-4000:]}"
        return done.returncode, done.stdout

    return run


@pytest.fixture
def terraform(server, tmp_path):
    return rooted(server, tmp_path, ROOT.format())


PLAIN = ("-no-color", "-input=false")


def clean(terraform, *arguments):
    """Asserts that Terraform sees nothing to do."""
    code, output = terraform("plan", *PLAIN, "-detailed-exitcode", *arguments, codes=(0, 1, 2))
    assert code == 0, output


@pytest.mark.timeout(1200)
def test_the_life_of_a_configuration(server, terraform):
    ssm = sdk(server.endpoint)
    vendors_default = ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"]
    terraform("init", *PLAIN)

    terraform("apply", *PLAIN, "-auto-approve")
    clean(terraform)
    values = json.loads(terraform("show", "-json")[1])["values"]
    assert values["outputs"]["vendors"]["value"] == "AWS-CentOSDefaultPatchBaseline"
    own = {resource["address"]: resource["values"] for resource in values["root_module"]["resources"]}
    full = own["aws_ssm_patch_baseline.full"]
    assert full["arn"].endswith(f":patchbaseline/{full['id']}") and REGION in full["arn"]
    assert ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"] == own["aws_ssm_patch_baseline.debian"]["id"]
    assert get(ssm, full["id"])["PatchGroups"] == ["Production Web"]

    # every change in place: nothing is destroyed or replaced
    terraform("plan", *PLAIN, "-var=stage=2", "-out=second")
    changes = {
        change["address"]: change["change"]["actions"]
        for change in json.loads(terraform("show", "-json", "second")[1])["resource_changes"]
        if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]
    }
    assert changes == {"aws_ssm_patch_baseline.full": ["update"], "aws_ssm_patch_baseline.bare": ["update"]}
    terraform("apply", *PLAIN, "second")
    clean(terraform, "-var=stage=2")
    after = get(ssm, full["id"])
    assert (after["Description"], after["ApprovedPatches"], after["RejectedPatches"]) == ("after", ["bash*"], [])
    assert after["ApprovalRules"]["PatchRules"][0]["ApproveAfterDays"] == 3

    # what somebody else changed is seen, and put back
    ssm.update_patch_baseline(BaselineId=full["id"], Description="by hand")
    code, _ = terraform("plan", *PLAIN, "-detailed-exitcode", "-var=stage=2", codes=(2,))
    terraform("apply", *PLAIN, "-auto-approve", "-var=stage=2")
    assert get(ssm, full["id"])["Description"] == "after"

    # what Terraform forgot can be imported, and is then complete
    terraform("state", "rm", "aws_ssm_patch_baseline.full", "aws_ssm_default_patch_baseline.debian")
    terraform("import", *PLAIN, "-var=stage=2", "aws_ssm_patch_baseline.full", full["id"])
    terraform("import", *PLAIN, "-var=stage=2", "aws_ssm_default_patch_baseline.debian", "DEBIAN")
    clean(terraform, "-var=stage=2")

    terraform("destroy", *PLAIN, "-auto-approve", "-var=stage=2")
    left = ssm.describe_patch_baselines(Filters=[{"Key": "OWNER", "Values": ["Self"]}])["BaselineIdentities"]
    assert left == []
    assert ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"] == vendors_default
    assert ssm.describe_patch_groups()["Mappings"] == []


@pytest.mark.timeout(600)
def test_destroying_a_default_restores_the_vendors(server, terraform):
    """The provider itself answers ResourceInUseException by restoring the default, if the server says so."""
    ssm = sdk(server.endpoint)
    terraform("init", *PLAIN)
    terraform("apply", *PLAIN, "-auto-approve", "-target=aws_ssm_patch_baseline.debian")
    made = ssm.describe_patch_baselines(Filters=[{"Key": "NAME_PREFIX", "Values": ["debian"]}])["BaselineIdentities"]
    ssm.register_default_patch_baseline(BaselineId=made[0]["BaselineId"])
    other = create(ssm, "not-terraforms")
    terraform("destroy", *PLAIN, "-auto-approve", "-target=aws_ssm_patch_baseline.debian")
    assert ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")["BaselineId"].startswith("arn:aws:ssm:")
    assert get(ssm, other)["BaselineId"] == other
