"""A JSON Web Token (RFC 7519) signed with RS256, as a GitHub App says who it is."""

import base64
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

BACK, AHEAD = 60, 540  # seconds: GitHub refuses what was made in its future, and more than ten minutes


def json_web_token(issuer: str, key: str, now: float) -> str:
    """Say who ``issuer`` is, for nine minutes. ``key`` is its private key, PEM; ``ValueError`` where it is none."""
    try:
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):  # whose words may hold parts of the key
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("The GitHub App's key is no RSA key in PEM, or has a passphrase.")  # noqa: TRY004
    claims = {"iat": int(now) - BACK, "exp": int(now) + AHEAD, "iss": issuer}
    said = b".".join(_encoded(json.dumps(each).encode()) for each in ({"alg": "RS256", "typ": "JWT"}, claims))
    return b".".join((said, _encoded(private.sign(said, padding.PKCS1v15(), hashes.SHA256())))).decode()


def _encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
