"""What a path says about the values in a file: tests and documents, lock files, configuration, built code. Pure."""

from __future__ import annotations

import re
from typing import Final

_TEST: Final = re.compile(
    r"""(?ix)
      (?:^|/)(?:tests?|testing|testdata|test[-_]data|spec|specs|fixtures?|__tests__|__mocks__|mocks?|cassettes|
               e2e|examples?|samples?|demos?|docs?|documentation|stories)(?:/|$)
    | (?:^|/)(?:test_[^/]*|conftest)\.py$ | (?:^|/)examples?-?\d*\.(?:json|ya?ml)$
    | (?:^|/)(?:test|mock|fixture)s?[._-][^/]*$ | (?:^|/)[^/]*fixtures?\.[a-z0-9]+$
    | [._-](?:test|tests|spec|mock|fixture|stories)\.[a-z0-9]+$
    | (?:^|/)[^/]*(?:Test|Tests|Spec|IT)\.(?:java|kt|scala|groovy|cs|swift|php)$
    | (?:^|/)(?:readme|changelog|contributing|history|security|changes|news)[^/]*$
    | \.(?:md|mdx|rst|adoc|asciidoc|ipynb|snap|golden)$
    | [.-](?:example|sample|template|dist|tmpl|tpl|j2|erb)$
    | \.(?:example|sample|template)\.[a-z]+$
    """
)
_TEMPLATE: Final = re.compile(r"(?i)[.-](?:example|sample|template|dist|tmpl|tpl|defaults?)(?:\.[a-z0-9]+)?$")
_LOCK: Final = re.compile(
    r"""(?ix)
      (?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.ya?ml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|
         pipfile\.lock|cargo\.lock|go\.sum|composer\.lock|gemfile\.lock|podfile\.lock|mix\.lock|pubspec\.lock|flake\.lock|
         \.terraform\.lock\.hcl|packages\.lock\.json|gradle\.lockfile|requirements[^/]*\.txt|conda-lock\.yml|deno\.lock)$
    """
)
_BUILT: Final = re.compile(
    r"(?i)\.min\.[a-z]+$|\.(?:map|svg|css|scss|less|html?|xhtml|po|pot|ftl|csv|tsv|pb|woff2?|ttf|eot|pem\.pub|pub|lock|sum|patch|diff)$"
    r"|(?:^|/)(?:dist|vendor|third_party|bower_components|node_modules|site-packages)/|(?:^|/)(?:swagger|openapi)[^/]*\.(?:json|ya?ml)$"
)
_CONFIGURATION: Final = re.compile(
    r"""(?ix)
      (?:^|/)\.env(?:[._-][^/]*)?$ | \.(?:env|ya?ml|ini|cfg|conf|config|cnf|properties|props|toml|tfvars|sh|bash|zsh|fish|ksh|ps1|
         bat|cmd|envrc|npmrc|pypirc|netrc|service|env\.[a-z]+|dockerfile|txt|secret|secrets|credentials|mk)$
    | (?:^|/)(?:dockerfile|containerfile|makefile|jenkinsfile|procfile|vagrantfile)[^/]*$
    | (?:^|/)(?:credentials|\.?netrc|_netrc|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.envrc|\.flaskenv|\.s3cfg|\.boto|\.dockercfg)$
    """
)


def is_test(path: str) -> bool:
    """Whether the path looks like a test, an example or documentation (attr ``test_path``)."""
    return _TEST.search(path) is not None


def is_template(path: str) -> bool:
    """Whether the file is meant to be copied and filled in (``.env.example``): its named values are samples."""
    return _TEMPLATE.search(path) is not None


def is_lock(path: str) -> bool:
    """Whether the file pins dependencies by hash."""
    return _LOCK.search(path) is not None


def is_built(path: str) -> bool:
    """Whether the file is generated, vendored, markup or a translation: named values in it are not configuration."""
    return _BUILT.search(path) is not None


def is_configuration(path: str) -> bool:
    """Whether an unquoted value in this file is a value (in program code it is an expression)."""
    return _CONFIGURATION.search(path) is not None
