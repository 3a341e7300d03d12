"""What kind of place a path in a repository is, for placements: pipeline file, infrastructure code, state, plain file. Pure."""

from __future__ import annotations

import re
from typing import Final

from keyrack.records.placement import PlacementSystem

_CI: Final = re.compile(
    r"""(?ix)
      ^\.(?:github|gitea|forgejo)/(?:workflows|actions)/.*\.ya?ml$ | (?:^|/)action\.ya?ml$
    | (?:^|/)\.gitlab-ci[^/]*\.ya?ml$ | ^\.gitlab/ci/.*\.ya?ml$
    | (?:^|/)jenkinsfile[^/]*$ | \.jenkinsfile$
    | ^\.circleci/.*\.ya?ml$ | (?:^|/)azure-pipelines[^/]*\.ya?ml$ | ^\.azure(?:-pipelines|devops)/.*\.ya?ml$
    | (?:^|/)bitbucket-pipelines\.ya?ml$ | (?:^|/)\.(?:travis|drone|appveyor|woodpecker|cirrus)\.ya?ml$
    | ^\.(?:buildkite|woodpecker|teamcity)/ | (?:^|/)cloudbuild\.ya?ml$ | (?:^|/)buildspec[^/]*\.ya?ml$
    """
)
_STATE: Final = re.compile(r"(?i)\.tfstate(?:\.backup|\.\d+\.backup)?$|(?:^|/)terraform\.tfstate\.d/|\.pulumi/stacks/.*\.json$")
_IAC: Final = re.compile(
    r"(?i)\.(?:tf|tofu|tfvars|tf\.json|tfvars\.json|bicep|hcl)$|(?:^|/)(?:helm|charts?|k8s|kubernetes|manifests|kustomize)/.*\.ya?ml$"
)
_TEXT: Final = re.compile(r"(?i)\.(?:ya?ml|json|template)$")
_MANIFEST: Final = re.compile(
    rb"(?m)^\s*[\"']?AWSTemplateFormatVersion[\"']?\s*:|[\"']?Type[\"']?\s*:\s*[\"']?AWS::\w+::|^[\"']?apiVersion[\"']?\s*:.*\n(?:.*\n){0,3}?[\"']?kind[\"']?\s*:"
)


def system_of(path: str, content: bytes | None = None) -> PlacementSystem:
    """System of a placement at HEAD; ``content`` lets YAML and JSON be told from manifests and templates."""
    if _CI.search(path):
        return "ci_file"
    if _STATE.search(path):
        return "state_file"
    if _IAC.search(path):
        return "iac"
    if content is not None and _TEXT.search(path) and _MANIFEST.search(content):
        return "iac"
    return "git_head"
