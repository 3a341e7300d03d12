"""Jenkins: Jenkinsfiles, declarative and scripted, read with a tolerant lexer.

Facts from jenkins.io/doc: "Pipeline Syntax", "Using a Jenkinsfile: Handling credentials", "Extending with Shared Libraries",
and the step references of credentials-binding, aws-credentials, pipeline-aws, ssh-agent, docker-workflow and azure-credentials.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from keyrack.providers.repository.ci.groovy import Token, tokens
from keyrack.providers.repository.ci.model import CodeUse, LiteralBlock, Pipeline, RoleUse, Scope, SecretUse
from keyrack.providers.repository.ci.naming import cloud_of, image_of, pin_of
from keyrack.providers.repository.ci.scripts import assumed, role_uids
from keyrack.records.credential import CredentialKind

DEFINITION = re.compile(r"(?:.*/)?(?:Jenkinsfile(?:[.-][\w.-]+)?|[\w.-]+\.(?:jenkinsfile|Jenkinsfile))")

_BINDINGS: dict[str, tuple[CredentialKind, str]] = {
    "string": ("secret", ""),
    "usernamePassword": ("password", ""),
    "usernameColonPassword": ("password", ""),
    "sshUserPrivateKey": ("ssh_key", ""),
    "certificate": ("certificate", ""),
    "aws": ("access_key", "aws"),
    "AmazonWebServicesCredentialsBinding": ("access_key", "aws"),
    "azureServicePrincipal": ("oauth_secret", "azure"),
    "googleServiceAccountKey": ("private_key", "gcp"),
    "gitUsernamePassword": ("password", ""),
    "gitSshPrivateKey": ("ssh_key", ""),
}
_STEPS: dict[str, tuple[CredentialKind, str]] = {
    "sshagent": ("ssh_key", ""),
    "credentials": ("secret", ""),
    "docker.withRegistry": ("password", ""),
    "withAWS": ("access_key", "aws"),
    "withCredentials": ("secret", ""),
}
_KEYS = {
    "credentialsId": "",
    "credentialId": "",
    "registryCredentialsId": "",
    "principalCredentialId": "azure",
    "azureCredentialId": "azure",
}
_TRIGGERS = {"cron": "schedule", "pollSCM": "poll", "githubPush": "push", "upstream": "upstream", "GenericTrigger": "webhook"}
_ASSIGNABLE = re.compile(r"(?:env\.)?([A-Za-z_]\w*)", re.ASCII)
_ROLE_NAME = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)


def parse(path: str, text: str, scope: Scope) -> Pipeline:
    """The pipeline of a Jenkinsfile; never fails."""
    found = tokens(text)
    pipeline = Pipeline(type="jenkins:pipeline", segment="pipeline", name=path, path=path)
    pipeline.secrets.extend(_credentials(found))
    pipeline.literals.extend(_assignments(found))
    pipeline.code.extend(_libraries(found, scope))
    pipeline.code.extend(_images(found, scope))
    pipeline.roles.extend(_roles(found))
    pipeline.triggers = tuple(sorted({_TRIGGERS[word] for word in _called(found) if word in _TRIGGERS})) or ("manual",)
    return pipeline


def _called(found: list[Token]) -> Iterator[str]:
    """Names that are called: a word before ``(``."""
    for token, after in itertools.pairwise(found):
        if token.kind == "word" and after.text == "(" and after.kind == "punct":
            yield token.text


def _argument(found: list[Token], index: int) -> Token | None:
    """The string that a call or named argument at ``index`` takes: ``f('x')``, ``f 'x'``, ``key: 'x'``, ``f(['x'])``."""
    for token in found[index + 1 : index + 4]:
        if token.kind == "string":
            return token
        if token.kind == "word" or token.text not in "([:":
            return None
    return None


def _credentials(found: list[Token]) -> Iterator[SecretUse]:
    binding = "withCredentials"
    for index, token in enumerate(found):
        if token.kind == "word":
            if token.text in _BINDINGS or token.text in _STEPS:
                binding = token.text
            yield from _credential_at(found, index, binding)
        elif token.kind == "string" and token.text in _BINDINGS and found[index - 1].text == ":":
            binding = token.text  # [$class: 'AmazonWebServicesCredentialsBinding', ...]


def _credential_at(found: list[Token], index: int, binding: str) -> Iterator[SecretUse]:
    token = found[index]
    kind, cloud = (_BINDINGS | _STEPS).get(binding, ("secret", ""))
    named: Sequence[Token | None]
    if token.text in _KEYS:
        named = [_argument(found, index)]
        cloud = cloud or _KEYS[token.text]
    elif token.text == "credentials":
        named = [*_strings_of_call(found, index)] if binding == "sshagent" else [_argument(found, index)]
        if index + 1 < len(found) and found[index + 1].text == "(":
            kind, cloud = "secret", ""  # environment { KEY = credentials('id') }
    elif token.text == "sshagent":
        named = [*_strings_of_call(found, index)]
    elif token.text == "docker.withRegistry":
        named = [*_strings_of_call(found, index)][1:2]
    else:
        return
    for name in named:
        if name is not None and name.text and "$" not in name.text:
            variable = _variable_before(found, index)
            known = cloud or cloud_of(variable) or cloud_of(name.text)
            yield SecretUse(
                name=name.text, line=name.line, field=f"{binding}.{token.text}", variable=variable, cloud=known, kind=kind
            )


def _strings_of_call(found: list[Token], index: int) -> Iterator[Token]:
    """Strings up to the ``)`` that ends the call at ``index``; at most eight."""
    depth = 0
    for token in found[index + 1 : index + 24]:
        if token.kind == "string":
            yield token
        elif token.kind == "punct":
            depth += (token.text in "([") - (token.text in ")]")
            if depth <= 0 or token.text == "{":
                return


def _variable_before(found: list[Token], index: int) -> str:
    """``NAME`` of ``NAME = credentials('id')``."""
    if index >= 2 and found[index - 1].text == "=" and found[index - 2].kind == "word":
        return found[index - 2].text.removeprefix("env.")
    return ""


def _assignments(found: list[Token]) -> Iterator[LiteralBlock]:
    """``NAME = 'value'`` (environment blocks, ``env.NAME``, ``def name``) and ``withEnv(['NAME=value'])``."""
    values: dict[str, tuple[str, int]] = {}
    for before, equals, value in zip(found, found[1:], found[2:], strict=False):
        match = _ASSIGNABLE.fullmatch(before.text)
        if before.kind == "word" and match and equals.text == "=" and equals.kind == "punct" and value.kind == "string":
            values[match[1]] = (value.text, value.line)
    inside = 0
    for token in found:
        inside = 40 if token.kind == "word" and token.text == "withEnv" else max(0, inside - 1)
        name, equals_sign, text = token.text.partition("=")
        if inside and token.kind == "string" and equals_sign and _ASSIGNABLE.fullmatch(name):
            values[name] = (text, token.line)
        if token.text == "{":
            inside = 0
    if values:
        yield LiteralBlock(values=values, field="environment")


def _libraries(found: list[Token], scope: Scope) -> Iterator[CodeUse]:
    """``@Library('name@ref')`` and ``library 'name@ref'``; their source is configured in Jenkins, so whose is unknown."""
    for index, token in enumerate(found):
        if token.kind != "word" or token.text not in {"@Library", "library"}:
            continue
        for string in _strings_of_call(found, index) if token.text == "@Library" else [_library_argument(found, index)]:
            if string is not None and string.text:
                name, _, ref = string.text.partition("@")
                yield CodeUse(
                    mechanism="ci:uses-action",
                    subject=f"jenkins:library/{name}",
                    relation="same_account",
                    publisher=scope.owner,
                    ref=ref,
                    pin=pin_of(ref),
                    line=string.line,
                )


def _library_argument(found: list[Token], index: int) -> Token | None:
    skip = next((n for n in range(index + 1, min(index + 3, len(found))) if found[n].text == "identifier"), index)
    return _argument(found, skip)


def _images(found: list[Token], scope: Scope) -> Iterator[CodeUse]:
    """``agent { docker 'x' }``, ``docker { image 'x' }``, ``docker.image('x')`` and ``containerTemplate(image: 'x')``."""
    for index, token in enumerate(found):
        if token.kind != "word" or token.text not in {"docker", "image", "docker.image"}:
            continue
        string = _argument(found, index)
        image = image_of(string.text) if string is not None else None
        if string is not None and image is not None:
            yield CodeUse(
                mechanism="ci:uses-image",
                subject=image.subject,
                relation=image.relation(scope.owner),
                publisher=image.publisher,
                ref=image.ref,
                pin=image.pin,
                line=string.line,
            )


def _roles(found: list[Token]) -> Iterator[RoleUse]:
    """Roles of ``withAWS(role: ..., roleAccount: ...)`` and of scripts."""
    for index, token in enumerate(found):
        if token.kind == "string":
            yield from (RoleUse(identity_uid=uid, line=token.line) for uid in assumed(token.text))
        elif token.kind == "word" and token.text == "withAWS":
            named = dict(_named_strings(found, index))
            role, account = named.get("role", ""), named.get("roleAccount", "")
            uids = role_uids(role)
            if not uids and re.fullmatch(r"\d{12}", account) and _ROLE_NAME.fullmatch(role):
                uids = [f"aws:iam::{account}:role/{role}"]
            yield from (RoleUse(identity_uid=uid, line=token.line) for uid in uids)


def _named_strings(found: list[Token], index: int) -> Iterator[tuple[str, str]]:
    """Pairs ``key: 'text'`` up to the block that the call at ``index`` opens."""
    window = found[index + 1 : index + 40]
    for key, colon, value in zip(window, window[1:], window[2:], strict=False):
        if key.text == "{":
            return
        if key.kind == "word" and colon.text == ":" and value.kind == "string":
            yield key.text, value.text
