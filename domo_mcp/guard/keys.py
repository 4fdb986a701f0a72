"""What is derived from the state's key: one key for each use, and a public name of the key itself."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from functools import cached_property

_SIGNATURE_BYTES, _NONCE_BYTES = 15, 12


@dataclass(frozen=True)
class Keys:
    """Signs, seals and unseals for one purpose; what another purpose sealed is not read."""

    key: bytes = field(repr=False)
    purpose: str

    def signature(self, text: str) -> str:
        """Proves that `text` is ours."""
        return plain_text(hmac.digest(self._signing, text.encode(), "sha256")[:_SIGNATURE_BYTES])

    def keyed(self, digest: str) -> str:
        """A digest that only who has the key can make: what it was made of cannot be found by guessing."""
        return hmac.digest(self._derived("digest"), digest.encode(), "sha256").hex()

    @cached_property
    def id(self) -> str:
        """Tells one key from another."""
        return self._derived("name").hex()[:16]

    def seal(self, text: str, bound: str) -> str:
        """`text` unreadable without the key, and worth nothing in another place than the one it is bound to."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self._sealing).encrypt(nonce, text.encode(), bound.encode())).decode()

    def unseal(self, sealed: str, bound: str) -> str | None:
        """What was sealed; None where it was not sealed by this key for this place."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            data = base64.b64decode(sealed, validate=True)
            return AESGCM(self._sealing).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    @cached_property
    def _signing(self) -> bytes:
        return self._derived("sign")

    @cached_property
    def _sealing(self) -> bytes:
        return self._derived("seal")

    def _derived(self, use: str) -> bytes:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = f"domo-mcp {self.purpose} {use}".encode()
        return HKDF(SHA256(), length=32, salt=None, info=info).derive(self.key)


def plain_text(data: bytes) -> str:
    """Whole base32 characters, lower case: nothing that a model or a shell changes."""
    return base64.b32encode(data).decode().lower()
