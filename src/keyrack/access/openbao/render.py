"""A policy as the HCL that a person writes."""

from __future__ import annotations

import json

from keyrack.access.openbao.model import CAPABILITIES, Limits, Parameters, Policy, Rule


def render(policy: Policy) -> str:
    """HCL text that :func:`keyrack.access.openbao.parse` reads back to the same rules."""
    return "\n".join(_block(rule) for rule in policy.rules)


def _block(rule: Rule) -> str:
    names = [name for name in CAPABILITIES if name in rule.capabilities]
    lines = [f"path {json.dumps(rule.path)} {{", f"  capabilities = {json.dumps(names)}"]
    lines += [f"  {text}" for text in _limits(rule.limits)]
    if rule.expires:
        lines.append(f'  expiration = "{rule.expires.isoformat()}"')
    return "\n".join([*lines, "}", ""])


def _limits(limits: Limits) -> list[str]:
    lines = _parameters("allowed_parameters", limits.allowed) + _parameters("denied_parameters", limits.denied)
    lines += [f"required_parameters = {json.dumps(list(limits.required))}"] if limits.required else []
    lines += [f'min_wrapping_ttl = "{limits.min_wrap:g}s"'] if limits.min_wrap else []
    lines += [f'max_wrapping_ttl = "{limits.max_wrap:g}s"'] if limits.max_wrap else []
    lines += [f"pagination_limit = {limits.pages}"] if limits.pages else []
    return lines


def _parameters(key: str, values: Parameters) -> list[str]:
    if not values:
        return []
    return [f"{key} = {{", *(f"    {json.dumps(name)} = {json.dumps(list(listed))}" for name, listed in values.items()), "  }"]
