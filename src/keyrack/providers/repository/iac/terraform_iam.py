"""IAM in Terraform: roles, users, their policies and attachments, policy documents, OIDC providers, access keys.

Resources as documented in registry.terraform.io/providers/hashicorp/aws (``aws_iam_*``).
"""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.providers.repository.iac.aws import Principal, access_key_records, principal_records
from keyrack.providers.repository.iac.hcl import COMPUTED, Block
from keyrack.providers.repository.iac.origin import Origin
from keyrack.providers.repository.iac.terraform import Module
from keyrack.providers.repository.marked import Node
from keyrack.records import Record, Resource
from keyrack.records.uids import repository_uid

_OIDC = "aws_iam_openid_connect_provider"
_MAX_MERGED = 200
_COMPUTED_POLICY = "computed outside this code"


def iam_records(module: Module) -> Iterator[Record]:
    """Everything IAM a module declares."""
    principals = declared(module)
    for principal in principals.values():
        yield from principal_records(principal)
    for origin, block in module.of_type("aws_iam_access_key"):
        user = principals.get(module.target(block.body.get("user"), "aws_iam_user"))
        if user is not None:
            encrypted = bool(block.body.get("pgp_key"))
            yield from access_key_records(user.uid, block.address, origin, block.body.line, encrypted=encrypted)
    for origin, block in module.of_type(_OIDC):
        yield _provider(module, origin, block)


def declared(module: Module) -> dict[str, Principal]:
    """Roles and users by address, with everything attached to them."""
    found: dict[str, Principal] = {}
    for kind in ("role", "user"):
        for origin, block in module.of_type(f"aws_iam_{kind}"):
            found[block.address] = _principal(module, kind, origin, block)
    for kind, block, reference in _attachments(module):
        owner = found.get(module.target(reference, f"aws_iam_{kind}"))
        if owner is None:
            continue
        if block.labels[0] == "aws_iam_user_login_profile":
            owner.console = True
        elif block.labels[0].endswith("_attachment"):
            _attach(module, owner, block.body.get("policy_arn"))
        else:
            name = _name(module, block)
            owner.inline.append((name, document(module, block.body.get("policy"))))
    return found


def _attachments(module: Module) -> Iterator[tuple[str, Block, Node]]:
    """(role or user, block, reference to its owner) of everything that is attached by a resource of its own."""
    for kind in ("role", "user"):
        for suffix in ("policy", "policy_attachment", "login_profile"):
            for _, block in module.of_type(f"aws_iam_{kind}_{suffix}"):
                yield kind, block, block.body.get(kind)
        for _, block in module.of_type("aws_iam_policy_attachment"):
            for item in module.follow(block.body.get(f"{kind}s")).each():
                yield kind, block, item


def _principal(module: Module, kind: str, origin: Origin, block: Block) -> Principal:
    body = block.body
    tags = module.plain(body.get("tags"))
    principal = Principal(
        kind=kind,
        address=block.address,
        name=_name(module, block),
        origin=origin,
        line=body.line,
        boundary=module.text(body.get("permissions_boundary")),
        tags={key: value for key, value in tags.items() if isinstance(value, str)} if isinstance(tags, dict) else {},
    )
    if kind == "role":
        principal.trust = document(module, body.get("assume_role_policy"))
    for inline in body.all("inline_policy"):
        principal.inline.append((module.text(inline.get("name")) or "inline", document(module, inline.get("policy"))))
    for arn in module.follow(body.get("managed_policy_arns")).each():
        _attach(module, principal, arn)
    return principal


def _name(module: Module, block: Block) -> str:
    """The name the code states, else the address: a computed name says less."""
    name = module.text(block.body.get("name"))
    return block.address if not name or (name.startswith("${") and name.endswith("}")) else name


def _attach(module: Module, owner: Principal, arn: Node) -> None:
    address = module.target(arn, "aws_iam_policy")
    if address and not address.startswith("data."):
        _, block = module.index[address]
        owner.attached.append((block.address, document(module, block.body.get("policy"))))
        return
    if address:  # data "aws_iam_policy" "admin" { name = "AdministratorAccess" } or { arn = ... }
        body = module.index[address][1].body
        name = module.text(body.get("name"))
        owner.managed.append(module.text(body.get("arn")) or f"arn:aws:iam::aws:policy/{name}")
        return
    owner.managed.append(module.text(arn))


def document(module: Module, node: Node) -> object:
    """The policy a value holds, as plain data or JSON text; a sentence-like text when it is computed elsewhere."""
    node = module.follow(node)
    address = module.target(node, "aws_iam_policy_document")
    if address and (node.tag == COMPUTED):
        return _document_of(module, address, set())
    if node.kind == "map":
        return _with_issuers(module, module.plain(node))
    text = module.text(node)
    return text or _COMPUTED_POLICY


def _document_of(module: Module, address: str, seen: set[str]) -> dict[str, object]:
    """A ``data "aws_iam_policy_document"`` as the policy JSON it renders to, with the documents it merges, each once."""
    if address in seen or address not in module.index or len(seen) > _MAX_MERGED:
        return {"Statement": []}
    seen.add(address)
    body = module.index[address][1].body
    statements: list[object] = []
    for key in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        for item in module.follow(body.get(key)).each():
            other = module.target(item, "aws_iam_policy_document")
            inner = _document_of(module, other, seen) if other else {}
            listed = inner.get("Statement", [])
            statements.extend(listed if isinstance(listed, list) else [])
    statements.extend(_statement(module, statement) for statement in body.all("statement"))
    return {"Statement": statements}


def _statement(module: Module, body: Node) -> dict[str, object]:
    found: dict[str, object] = {"Effect": module.text(body.get("effect")) or "Allow"}
    names = {
        "sid": "Sid",
        "actions": "Action",
        "not_actions": "NotAction",
        "resources": "Resource",
        "not_resources": "NotResource",
    }
    for key, name in names.items():
        if body.get(key):
            found[name] = module.plain(body.get(key))
    conditions = _conditions(module, body)
    for key, name in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        blocks = body.all(key)
        if blocks:
            found[name] = _principals(module, blocks)
    if conditions:
        found["Condition"] = conditions
    return _issuers_of_statement(module, found)


def _principals(module: Module, blocks: list[Node]) -> object:
    """``principals`` blocks as a Principal element; ``{type = "*"}`` is everyone."""
    found: dict[str, list[str]] = {}
    for block in blocks:
        names = [module.text(item) for item in module.follow(block.get("identifiers")).each()]
        found.setdefault(module.text(block.get("type")) or "AWS", []).extend(names)
    return "*" if "*" in found else found


def _conditions(module: Module, body: Node) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for block in body.all("condition"):
        test, variable = module.text(block.get("test")), module.text(block.get("variable"))
        values = [module.text(item) for item in module.follow(block.get("values")).each()]
        if test and variable:
            found.setdefault(test, {}).setdefault(variable, []).extend(values)
    return found


def _with_issuers(module: Module, policy: object) -> object:
    if not isinstance(policy, dict):
        return policy
    listed = policy.get("Statement")
    items = listed if isinstance(listed, list) else [listed]
    return {**policy, "Statement": [_issuers_of_statement(module, item) if isinstance(item, dict) else item for item in items]}


def _issuers_of_statement(module: Module, statement: dict[str, object]) -> dict[str, object]:
    """Federated principals given by reference become the issuer's host: from the provider's URL, else from the condition keys."""
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or "Federated" not in principal:
        return statement
    names = principal["Federated"]
    texts = names if isinstance(names, list) else [names]
    issuers = [_issuer(module, str(name), statement) for name in texts]
    return {**statement, "Principal": {**principal, "Federated": issuers}}


def _issuer(module: Module, name: str, statement: dict[str, object]) -> str:
    if "${" not in name:
        return name
    address, _ = module.reference(name.removeprefix("${").removesuffix("}"))
    _, block = module.index.get(address, (None, None))
    url = module.text(block.body.get("url")) if block is not None else ""
    if url and "${" not in url:
        return url.removeprefix("https://").rstrip("/")
    if ":oidc-provider/" in name:
        return name.partition(":oidc-provider/")[2]
    condition = statement.get("Condition")
    keys = (
        [str(key) for block_ in (condition or {}).values() if isinstance(block_, dict) for key in block_]
        if isinstance(condition, dict)
        else []
    )
    prefix = next((key.rpartition(":")[0] for key in keys if key.endswith((":sub", ":aud"))), "")
    return prefix or name


def _provider(module: Module, origin: Origin, block: Block) -> Resource:
    body = block.body
    audiences = [module.text(item) for item in body.get("client_id_list").each()]
    thumbprints = [module.text(item) for item in body.get("thumbprint_list").each()]
    attrs = {
        "url": module.text(body.get("url")),
        "audiences": ",".join(audiences),
        "thumbprints": ",".join(thumbprints),
        "path": origin.path,
        "line": str(body.line),
    }
    return Resource(
        uid=repository_uid(origin.repository, "oidc-provider", f"{origin.module}{block.address}"),
        type="aws:oidc-provider",
        name=attrs["url"].removeprefix("https://") or block.address,
        provider="repository",
        scope=origin.repository,
        attrs={name: value for name, value in attrs.items() if value},
    )
