"""Access tokens of the public API: signed with a key of this process, so that none has to be kept."""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel


class Claims(BaseModel):
    """What a token says: the user it acts for, its scopes, its own id, and when it ends in seconds since 1970."""

    user_id: int
    scope: tuple[str, ...]
    jti: str
    exp: float


class Tokens:
    """Issues and reads JSON Web Tokens (HS256) that last `life_s` seconds by `clock`."""

    _HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")

    def __init__(self, life_s: int, clock: Callable[[], datetime]) -> None:
        self.life_s = life_s
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def issue(self, user_id: int, scope: tuple[str, ...]) -> tuple[str, Claims]:
        """Give a new token, with what it says."""
        ends = self._clock().timestamp() + self.life_s
        claims = Claims(user_id=user_id, scope=scope, jti=str(uuid.uuid4()), exp=ends)
        body = self._HEADER + b"." + _encoded(claims.model_dump_json().encode())
        return (body + b"." + self._signature(body)).decode(), claims

    def read(self, token: str) -> Claims | None:
        """Give what a token says; None where it is not ours or has ended."""
        body, _, signature = token.encode().rpartition(b".")
        if not hmac.compare_digest(signature, self._signature(body)):
            return None
        claims = Claims.model_validate_json(_decoded(body.partition(b".")[2]))
        return claims if self._clock().timestamp() < claims.exp else None

    def _signature(self, body: bytes) -> bytes:
        return _encoded(hmac.digest(self._key, body, "sha256"))


def _encoded(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _decoded(content: bytes) -> bytes:
    return base64.urlsafe_b64decode(content + b"=" * (-len(content) % 4))
