"""Bad weather: what an AWS error means for the scan, in our own words. Vendor messages are never passed on.

Error codes: "Common errors" of the IAM, STS and EC2 API references, and botocore's own exception types.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyrack.providers.aws.raw import words
from keyrack.records.gap import GapReason

DENIED = words(
    "AccessDenied AccessDeniedException AccessDeniedFault UnauthorizedOperation UnauthorizedAccess NotAuthorized Forbidden "
    "AuthorizationError AuthorizationErrorException UnauthorizedException Client.UnauthorizedOperation"
)
EXPIRED = words("ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired")
BAD_KEY = words(
    "InvalidClientTokenId InvalidAccessKeyId UnrecognizedClientException AuthFailure IncompleteSignature "
    "MissingAuthenticationToken MissingAuthenticationTokenException OptInRequired SubscriptionRequiredException "
    "InvalidAccessException"
)
CLOCK = words("RequestTimeTooSkewed SignatureDoesNotMatch InvalidSignatureException InvalidSignature")
THROTTLED = words(
    "Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException RequestLimitExceeded "
    "TooManyRequestsException BandwidthLimitExceeded SlowDown PriorRequestNotComplete TransactionInProgressException "
    "LimitExceededException EC2ThrottledException RateExceeded 429"
)
ABSENT = words(
    "NoSuchEntity NoSuchEntityException ResourceNotFoundException NotFoundException AWSOrganizationsNotInUseException "
    "ParameterNotFound InvalidInstanceID.NotFound NoSuchBucketPolicy ChildNotFoundException TargetNotFoundException "
    "PolicyTypeNotEnabledException"
)
UNKNOWN_CALL = words(
    "InvalidAction UnknownOperationException UnsupportedOperation UnsupportedOperationException NotImplemented "
    "InvalidRequest UnknownOperation OperationNotSupportedFailure FeatureNotAvailable 501"
)
_CONNECTION = words(
    "EndpointConnectionError ConnectTimeoutError ConnectionError ProxyConnectionError SSLError InvalidProxiesConfigError"
)
_CUT = words("ConnectionClosedError HTTPClientError IncompleteReadError ResponseStreamingError PaginationError")
_LOGIN = words(
    "NoCredentialsError PartialCredentialsError CredentialRetrievalError TokenRetrievalError SSOTokenLoadError "
    "UnauthorizedSSOTokenError SSOError MetadataRetrievalError InvalidConfigError RefreshWithMFAUnsupportedError LoginError "
    "LoginRefreshRequired LoginTokenLoadError"
)
_ODD_CALL = words(
    "ParamValidationError UnknownServiceError NoRegionError UnknownEndpointError OperationNotPageableError "
    "UnknownRegionError InvalidRegionError EndpointProviderError EndpointVariantError"
)


@dataclass(frozen=True, slots=True)
class Weather:
    """What went wrong: ``kind`` for decisions, ``reason`` for the Gap, and a sentence and a next step of ours."""

    kind: str
    reason: GapReason
    sentence: str
    hint: str


_BY_KIND = {
    "denied": Weather("denied", "denied", "AWS refused the call", "attach the policy that `keyrack permissions aws` prints"),
    "expired": Weather(
        "expired", "denied", "the session token has expired", "sign in again (aws sso login, or assume the role anew) and re-scan"
    ),
    "bad_key": Weather(
        "bad_key", "denied", "AWS does not accept these credentials here", "check the profile, and that the region is enabled"
    ),
    "clock": Weather(
        "clock", "denied", "AWS rejected the request's signature", "check the secret key, and that this machine's clock is right"
    ),
    "throttled": Weather(
        "throttled", "throttled", "AWS kept throttling the call after all retries", "scan again later, or raise AWS_MAX_ATTEMPTS"
    ),
    "absent": Weather("absent", "missing", "AWS says there is no such thing", ""),
    "not_found": Weather(
        "not_found", "missing", "the endpoint knows no such address", "check the endpoint URL: it is not AWS that answers so"
    ),
    "conflict": Weather("conflict", "unreadable", "AWS says another change is in progress", "scan again later"),
    "unknown_call": Weather(
        "unknown_call", "unsupported", "the endpoint does not offer this call", "nothing to do on an emulator; else update boto3"
    ),
    "server": Weather("server", "unreachable", "the endpoint answered with a server error", "scan again later"),
    "unreachable": Weather(
        "unreachable", "unreachable", "the endpoint could not be reached", "check the endpoint URL, the proxy and the network"
    ),
    "slow": Weather("slow", "unreachable", "the endpoint did not answer in time", "scan again later"),
    "cut": Weather("cut", "truncated", "the reply ended early", "scan again; if it stays so, look at the proxy in between"),
    "malformed": Weather("malformed", "malformed", "the reply could not be understood", "check what answers at this endpoint"),
    "odd_call": Weather("odd_call", "unsupported", "this version of boto3 does not know the call", "update boto3"),
}


def weather(kind: str) -> Weather:
    """The weather of that kind."""
    return _BY_KIND[kind]


def of_code(code: str, status: int) -> Weather:
    """Weather of an AWS error reply, by its error code and, failing that, its HTTP status."""
    for codes, kind in (
        (DENIED, "denied"), (EXPIRED, "expired"), (BAD_KEY, "bad_key"), (CLOCK, "clock"), (THROTTLED, "throttled"),
        (ABSENT, "absent"), (UNKNOWN_CALL, "unknown_call"),
    ):  # fmt: skip
        if code in codes:
            return _BY_KIND[kind]
    if status == 429:
        return _BY_KIND["throttled"]
    if status in {401, 403}:
        return _BY_KIND["denied"]
    if status in {404, 409}:
        return _BY_KIND["not_found" if status == 404 else "conflict"]
    return _BY_KIND["server" if status >= 500 else "malformed"]


def of_error(error: BaseException) -> Weather:
    """Weather of anything that :func:`failures` lists."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        code = str(response.get("Error", {}).get("Code", ""))
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return of_code(code, status if isinstance(status, int) else 0)
    names = {kind.__name__ for kind in type(error).__mro__}
    for group, kind in (
        (_LOGIN, "bad_key"),
        ({"ReadTimeoutError"}, "slow"),
        (_CONNECTION, "unreachable"),
        (_CUT, "cut"),
        (_ODD_CALL, "odd_call"),
    ):
        if names & group:
            return _BY_KIND[kind]
    return _BY_KIND["malformed"]


def failures() -> tuple[type[Exception], ...]:
    """Every exception a botocore call is known to raise; its parsers let bare look-up and value errors out."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return BotoCoreError, ClientError, ResponseParserError, LookupError, ValueError, TypeError, AttributeError, OverflowError
