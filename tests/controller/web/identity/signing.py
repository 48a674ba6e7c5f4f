"""A provider and a load balancer to the tests' liking: keys, the tokens that they sign, and where keys are fetched."""

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from controller.web.identity.keys import UnavailableError

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_EC = ec.generate_private_key(ec.SECP256R1())
ISSUER, AUDIENCE = "https://idp.example", "trueup"
JWKS = f"{ISSUER}/keys"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/trueup/0123456789abcdef"
BALANCER_KEYS = "https://public-keys.auth.elb.eu-west-1.amazonaws.com"


def jwk(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    """The public half, as a provider publishes it."""
    algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **more}


def pem(key: Any) -> bytes:
    """The public half, as the load balancer's keys are published."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    encoded: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, form)
    return encoded


class Places:
    """What is at which address, and how often it was fetched."""

    def __init__(self, **at: Any) -> None:
        self.at: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def put(self, address: str, what: Any) -> None:
        self.at[address] = what if isinstance(what, bytes) else json.dumps(what).encode()

    def __call__(self, address: str) -> bytes:
        self.fetched.append(address)
        if address not in self.at:
            raise UnavailableError(f"Nobody is at {address}.")
        return self.at[address]


def claims(now: float, **more: Any) -> dict[str, Any]:
    """Good ones; ``None`` takes one out."""
    given = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "iat": now - 5,
        "exp": now + 86_400,
        "email": "ann@example.com",
    }
    return {name: value for name, value in {**given, **more}.items() if value is not None}


def bearer(said: dict[str, Any], key: Any = RSA, algorithm: str = "RS256", **header: Any) -> str:
    """What a provider signs."""
    return jwt.encode(said, key, algorithm, headers={"kid": "k1", **header})


def from_balancer(said: dict[str, Any], key: Any = EC, *, padded: bool = True, **header: Any) -> str:
    """What the load balancer signs, its parts padded as it pads them."""
    about = {"typ": "JWT", "kid": "a-1", "alg": "ES256", "iss": ISSUER, "client": "c1", "signer": BALANCER, **header}
    parts = [_part(about, padded=padded), _part(said, padded=padded)]
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(".".join(parts).encode(), key)
    return ".".join([*parts, _encoded(signature, padded=padded)])


def _part(said: dict[str, Any], *, padded: bool) -> str:
    return _encoded(
        json.dumps({name: value for name, value in said.items() if value is not None}).encode(), padded=padded
    )


def _encoded(what: bytes, *, padded: bool) -> str:
    text = base64.urlsafe_b64encode(what).decode()
    return text if padded else text.rstrip("=")
