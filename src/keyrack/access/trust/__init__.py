"""Trust-policy fuzzing: which tokens a trust lets in, judged as its own platform judges them, and the smallest fix.

``fuzz.fuzz`` runs the probes of one trust; ``aws``, ``azure``, ``gcp`` and ``openbao`` are the platforms, ``github`` and
``tokens`` the issuers, ``seeds`` says whom a trust means. Pure: no I/O.
"""
