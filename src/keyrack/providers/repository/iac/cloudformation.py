"""CloudFormation and SAM templates, YAML (with short tags) or JSON.

Facts from docs.aws.amazon.com: "Template anatomy", "Intrinsic function reference", the AWS::IAM, Lambda, ECS, CodeBuild and
RDS resource references, and "AWS SAM: AWS::Serverless::Function" (a function without ``Role`` gets one named ``<id>Role``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyrack.providers.repository.iac.aws import Principal, access_key_records, principal_records, workload_records
from keyrack.providers.repository.iac.literals import Setting, literal, literal_records, named_records, secret_records
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.marked import Node
from keyrack.records import Record, Resource
from keyrack.records.uids import repository_uid

LIKELY = re.compile(rb"AWS::[A-Z]\w+::|AWSTemplateFormatVersion")

_WORKLOADS = {
    "AWS::Lambda::Function": ("aws:lambda-function", ("Role",), "FunctionName"),
    "AWS::Serverless::Function": ("aws:lambda-function", ("Role",), "FunctionName"),
    "AWS::ECS::TaskDefinition": ("aws:ecs-task-definition", ("TaskRoleArn", "ExecutionRoleArn"), "Family"),
    "AWS::CodeBuild::Project": ("aws:codebuild-project", ("ServiceRole",), "Name"),
    "AWS::EC2::Instance": ("aws:ec2-instance", ("IamInstanceProfile",), "Name"),
}
_SUB = re.compile(r"\$\{([^{}!]{1,200})\}")


def is_template(root: Node) -> bool:
    """Whether a document is a template: it says so, or its resources have AWS types."""
    if root.get("AWSTemplateFormatVersion"):
        return True
    return any(body.get("Type").text.startswith("AWS::") for _, body in root.get("Resources").entries)


def records(root: Node, origin: Origin) -> Iterator[Record]:
    """All records of a template."""
    template = _Template(root, origin)
    principals = template.principals()
    for principal in principals.values():
        yield from principal_records(principal)
    for name, kind, body in template.resources:
        role = template.role_of(kind, body, principals, name)
        yield from _declared(template, name, kind, body, principals, role)
        setting = Setting(origin, name, consumer_uid=role.uid if role else None)
        yield from literal_records(body.get("Properties"), setting)
        yield from _secrets_by_place(kind, body.get("Properties"), setting)
    for name, parameter in root.get("Parameters").entries:
        default = parameter.get("Default")
        if literal(default):
            yield from named_records({name: (default.text, default.line)}, Setting(origin, "Parameters"), ())
    for section in ("Globals", "Mappings"):
        yield from literal_records(root.get(section), Setting(origin, section))


def _declared(
    template: _Template, name: str, kind: str, body: Node, principals: dict[str, Principal], role: Principal | None
) -> Iterator[Record]:
    """Workloads, access keys and OIDC providers."""
    origin, address = template.origin, template.address(name)
    if kind in _WORKLOADS:
        native, _, named = _WORKLOADS[kind]
        label = text(body.get("Properties", named)) or name
        tokens = text(body.get("Properties", "MetadataOptions", "HttpTokens"))
        imds = tokens if tokens in {"optional", "required"} else ""
        yield from workload_records(native, address, label, role.uid if role else None, origin, body.line, imds)
    elif kind == "AWS::IAM::AccessKey":
        user = principals.get(_target(body.get("Properties", "UserName")))
        if user is not None:
            yield from access_key_records(user.uid, address, origin, body.line, encrypted=False)
    elif kind == "AWS::IAM::OIDCProvider":
        yield _provider(name, body, origin)


class _Template:
    """Resources of one template and what they refer to."""

    def __init__(self, root: Node, origin: Origin) -> None:
        self.origin = origin
        self.resources = [(name, body.get("Type").text, body) for name, body in root.get("Resources").entries]
        self.profiles = {name: body for name, kind, body in self.resources if kind == "AWS::IAM::InstanceProfile"}

    def address(self, name: str) -> str:
        """Logical id, made unique by the template's file name: several templates share a folder."""
        return f"{self.origin.path.rpartition('/')[2]}/{name}"

    def principals(self) -> dict[str, Principal]:
        """Roles and users by logical id, with their policies; SAM functions' implied roles as ``<id>Role``."""
        found: dict[str, Principal] = {}
        for name, kind, body in self.resources:
            if kind in {"AWS::IAM::Role", "AWS::IAM::User"}:
                found[name] = self._principal(name, kind.rpartition("::")[2].lower(), body)
            elif kind == "AWS::Serverless::Function" and not body.get("Properties", "Role"):
                found[f"{name}Role"] = self._sam_role(name, body)
        for _, kind, body in self.resources:
            if kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"}:
                self._attach(found, kind, body.get("Properties"))
        self._attach_managed(found)
        return found

    def _principal(self, name: str, kind: str, body: Node) -> Principal:
        properties = body.get("Properties")
        principal = Principal(
            kind=kind,
            address=self.address(name),
            name=text(properties.get("RoleName" if kind == "role" else "UserName")) or name,
            origin=self.origin,
            line=body.line,
            boundary=text(properties.get("PermissionsBoundary")),
            console=bool(properties.get("LoginProfile")),
            tags=_tags(properties.get("Tags")),
        )
        if kind == "role":
            principal.trust = plain(properties.get("AssumeRolePolicyDocument"))
        for policy in _items(properties.get("Policies")):
            principal.inline.append((text(policy.get("PolicyName")) or "inline", plain(policy.get("PolicyDocument"))))
        principal.managed.extend(arn for item in _items(properties.get("ManagedPolicyArns")) if (arn := text(item)))
        return principal

    def _sam_role(self, name: str, body: Node) -> Principal:
        properties = body.get("Properties")
        trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}
        principal = Principal(
            kind="role", address=self.address(f"{name}Role"), name=f"{name}Role", origin=self.origin, line=body.line, trust=trust
        )
        for index, policy in enumerate(_items(properties.get("Policies"))):
            if policy.kind == "map" and policy.get("Statement"):
                principal.inline.append((f"policy {index + 1}", plain(policy)))
            elif policy.kind == "scalar" and policy:
                name_or_arn = text(policy)
                principal.managed.append(name_or_arn if ":" in name_or_arn else f"arn:aws:iam::aws:policy/{name_or_arn}")
            else:  # a SAM policy template: one key, its parameters below
                principal.managed.extend(f"sam:{key}" for key in policy.keys())  # noqa: SIM118 - a Node
        return principal

    def _attach(self, found: dict[str, Principal], kind: str, properties: Node) -> None:
        name = text(properties.get("PolicyName")) or text(properties.get("ManagedPolicyName")) or kind
        owners = [
            *properties.get("Roles").each(),
            *properties.get("Users").each(),
            properties.get("RoleName"),
            properties.get("UserName"),
        ]
        for item in owners:
            owner = found.get(_target(item))
            if owner is not None:
                held = owner.attached if kind == "AWS::IAM::ManagedPolicy" else owner.inline
                held.append((name, plain(properties.get("PolicyDocument"))))

    def _attach_managed(self, found: dict[str, Principal]) -> None:
        """``ManagedPolicyArns: [!Ref ThePolicy]`` names a policy of the same template."""
        policies = {name: body for name, kind, body in self.resources if kind == "AWS::IAM::ManagedPolicy"}
        for principal in found.values():
            for reference in list(principal.managed):
                name = reference.removeprefix("${").removesuffix("}").partition(".")[0]
                if name in policies:
                    principal.managed.remove(reference)
                    principal.attached.append((name, plain(policies[name].get("Properties", "PolicyDocument"))))

    def role_of(self, kind: str, body: Node, principals: dict[str, Principal], name: str) -> Principal | None:
        """The declared role a workload runs as."""
        if kind not in _WORKLOADS:
            return None
        for attribute in _WORKLOADS[kind][1]:
            target = _target(body.get("Properties", attribute))
            profile = self.profiles.get(target)
            if profile is not None:
                target = next((_target(item) for item in profile.get("Properties", "Roles").each()), "")
            if target in principals:
                return principals[target]
        return principals.get(f"{name}Role") if kind == "AWS::Serverless::Function" else None


def _items(node: Node) -> Iterator[Node]:
    """Elements of a list; of ``Fn::If`` both outcomes, since the role may hold either."""
    for item in (node,) if _if(node) else node.each():
        outcomes = _if(item)
        if outcomes:
            for outcome in outcomes:
                yield from _items(outcome)
        elif text(item) != "${AWS::NoValue}":
            yield item


def _if(node: Node) -> tuple[Node, ...]:
    """The outcomes of a conditional value; empty when it is none."""
    inner = node if node.kind == "list" and node.tag == "!If" else node.get("Fn::If")
    return inner.elements[1:3] if inner.kind == "list" else ()


def _tags(node: Node) -> dict[str, str]:
    if node.kind == "map":
        return {key: text(value) for key, value in node.entries}
    return {text(item.get("Key")): text(item.get("Value")) for item in node.each() if item.get("Key")}


def _target(node: Node) -> str:
    """Logical id that a value refers to; the text itself for a plain name (SAM and old templates allow it)."""
    match = _SUB.search(text(node))
    return match[1].partition(".")[0] if match else text(node)


def text(node: Node) -> str:
    """Text of a value with intrinsic functions written as ``${...}``, as ``Fn::Sub`` does."""
    if node.kind == "scalar":
        if not node:
            return ""
        short = node.tag.removeprefix("!")
        if short in {"Ref", "GetAtt"}:
            return "${" + node.text + "}"
        return node.text if short in {"", "Sub"} else f"${{{short}:{node.text}}}"
    if node.kind == "list" and node.tag:
        return _function(node.tag.removeprefix("!"), node)
    if node.kind == "map" and len(node.entries) == 1:
        key, value = node.entries[0]
        if key == "Ref" or key.startswith("Fn::"):
            return _function(key.removeprefix("Fn::"), value)
    return ""


def _function(name: str, value: Node) -> str:
    items = value.elements if value.kind == "list" else (value,)
    if name == "Join" and len(items) == 2:
        return text(items[0]).join(text(item) for item in items[1].each())
    if name == "GetAtt":
        return "${" + ".".join(item.text for item in items) + "}"
    if name == "Ref":
        return "${" + value.text + "}"
    if name == "Sub":
        return text(items[0]) if items else ""
    return f"${{{name}}}"


def plain(node: Node) -> object:
    """A value as plain data, intrinsic functions as text by :func:`text`."""
    if node.kind == "list" and not node.tag:
        return [plain(item) for item in node.elements]
    if node.kind == "map":
        as_text = text(node)
        return as_text or {_SUB.sub(r"${\1}", key): plain(value) for key, value in node.entries}
    return text(node) if node else None


def _provider(name: str, body: Node, origin: Origin) -> Resource:
    properties = body.get("Properties")
    attrs = {
        "url": text(properties.get("Url")),
        "audiences": ",".join(text(item) for item in properties.get("ClientIdList").each()),
        "thumbprints": ",".join(text(item) for item in properties.get("ThumbprintList").each()),
        "path": origin.path,
        "line": str(body.line),
    }
    return Resource(
        uid=repository_uid(origin.repository, "oidc-provider", f"{origin.path}/{name}"),
        type="aws:oidc-provider",
        name=attrs["url"].removeprefix("https://") or name,
        provider="repository",
        scope=origin.repository,
        attrs={key: value for key, value in attrs.items() if value},
    )


def _secrets_by_place(kind: str, properties: Node, setting: Setting) -> Iterator[Record]:
    """A secret's own value, written into the template that creates it."""
    if kind == "AWS::SecretsManager::Secret" and literal(properties.get("SecretString")):
        node = properties.get("SecretString")
        yield from secret_records("SecretString", node.text, node.line, setting, ())
