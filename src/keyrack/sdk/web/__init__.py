"""HTTP for providers: calls that end as data or as a Gap. Paging, retries, rate limits, bounded bodies, counted calls."""

from keyrack.sdk.web.auth import Auth, Basic, Bearer, Header, Nobody
from keyrack.sdk.web.call import Call, Failed, Next, Page, by_link_header, by_token, by_url
from keyrack.sdk.web.client import Web, connect
from keyrack.sdk.web.weather import Weather, weather

__all__ = [
    "Auth",
    "Basic",
    "Bearer",
    "Call",
    "Failed",
    "Header",
    "Next",
    "Nobody",
    "Page",
    "Weather",
    "Web",
    "by_link_header",
    "by_token",
    "by_url",
    "connect",
    "weather",
]
