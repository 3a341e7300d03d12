"""Infrastructure as code: Terraform, CloudFormation and SAM, Kubernetes manifests; what they declare, at HEAD."""

from keyrack.providers.repository.iac.discover import CAPABILITY, discover

__all__ = ["CAPABILITY", "discover"]
