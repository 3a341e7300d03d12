"""The parts of :mod:`keyrack.sdk.detect`: our own rules, names of the engine's rules, and what is not a secret."""
