"""Values that look real and are made when the tests run, so that no scanner of this repository finds any."""

from __future__ import annotations

import base64
import json
import random
import string

from tokens import checked

ALNUM = string.ascii_letters + string.digits


class Fakes:
    """A seeded source of fake credentials that remembers every one it made (``planted``)."""

    def __init__(self, seed: int = 7) -> None:
        self.rng = random.Random(seed)
        self.planted: list[str] = []

    def _keep(self, value: str) -> str:
        self.planted.append(value)
        return value

    def text(self, size: int, alphabet: str = ALNUM) -> str:
        return "".join(self.rng.choice(alphabet) for _ in range(size))

    def word(self, size: int = 24) -> str:
        """A password: letters of both cases and digits for sure."""
        return self._keep("Zq7" + self.text(size - 3))

    def aws_id(self, prefix: str = "AKIA") -> str:
        return prefix + self.text(16, "ABCDEFGHJKLMNPQRSTUVWXYZ234567")

    def aws_secret(self) -> str:
        return self._keep("q7Z" + self.text(37, ALNUM + "+/"))

    def github(self) -> str:
        return self._keep(checked("gh" + "p_", self.text(36)))

    def gitlab(self) -> str:
        return self._keep("gl" + "pat-" + self.text(20))

    def npm(self) -> str:
        return self._keep(checked("np" + "m_", self.text(36)))

    def pypi(self) -> str:
        return self._keep("py" + "pi-" + self.text(70))

    def stripe(self) -> str:
        return self._keep("sk_" + "live_" + self.text(24))

    def google_refresh(self) -> str:
        return self._keep("1/" + "/0" + self.text(50))

    def jwt(self, claims: dict[str, object]) -> str:
        def part(value: object) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

        return self._keep(f"{part({'alg': 'RS256'})}.{part(claims)}.{self.text(64)}")
