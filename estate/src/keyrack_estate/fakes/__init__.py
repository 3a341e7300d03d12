"""Stateful fakes of vendors' HTTP APIs, from their published contracts; each is driven by the vendor's own SDK in a test."""
