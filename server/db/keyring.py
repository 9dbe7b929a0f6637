"""The key ring: seals personal columns so that a copy of the database alone tells nothing about anybody.

A sealed value is: 1 byte format, 4 bytes key id, 12 bytes nonce, then AES-256-GCM ciphertext and tag. The head and the
context ("people.nickname") are authenticated with it, so a value moved to another column does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT = b"\x01"
KEY_BYTES = 32
_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD_BYTES = len(FORMAT) + _ID_BYTES
_TEXT_FORMAT = "v1"


class KeyRingError(Exception):
    """Something is wrong with the key ring or a sealed value. The text never holds a key or a plaintext."""


class BadKeyRing(KeyRingError):
    """The ring's text, file or keys are not usable."""


class UnknownKey(KeyRingError):
    """The value was sealed with a key that is not in this ring."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"key {key_id:08x} is not in the key ring")
        self.key_id = key_id


class Tampered(KeyRingError):
    """The value was changed, cut, sealed for another context, or was never sealed."""


class KeyRing:
    """Keys by id; new values are sealed with the primary one, older keys only open. Never changes once made.

    `keys` are 32 random bytes each with ids from 0 to 2**32-1. `index_key` (32 bytes) stays the same when keys are
    rotated, because equality look-ups depend on it. Raises `BadKeyRing`.
    """

    __slots__ = ("_ciphers", "_index_key", "_keys", "_primary_head", "primary")

    def __init__(self, keys: Mapping[int, bytes], primary: int, index_key: bytes) -> None:
        _check(keys, primary, index_key)
        self.primary = primary
        self._keys = dict(keys)
        self._index_key = index_key
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._primary_head = FORMAT + primary.to_bytes(_ID_BYTES, "big")

    @classmethod
    def new(cls) -> Self:
        """A ring with one fresh key and a fresh index key."""
        key_id = _fresh_id({})
        return cls({key_id: secrets.token_bytes(KEY_BYTES)}, key_id, secrets.token_bytes(KEY_BYTES))

    @property
    def key_ids(self) -> frozenset[int]:
        """The ids of every key in the ring, the primary one included."""
        return frozenset(self._keys)

    def encrypt(self, plaintext: bytes, context: str) -> bytes:
        """The plaintext sealed with the primary key for this context; 33 bytes longer, different every time."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = self._primary_head
        return head + nonce + self._ciphers[self.primary].encrypt(nonce, plaintext, head + context.encode())

    def decrypt(self, value: bytes, context: str) -> bytes:
        """The plaintext of a sealed value. Raises `UnknownKey` or `Tampered`."""
        key_id = key_id_of(value)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnknownKey(key_id)
        head, nonce = value[:_HEAD_BYTES], value[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, value[_HEAD_BYTES + _NONCE_BYTES :], head + context.encode())
        except InvalidTag:
            raise Tampered(f"a value does not open for {context}") from None

    def is_current(self, value: bytes) -> bool:
        """Whether the value is sealed with the primary key, so that rotation can leave it alone. Raises `Tampered`."""
        return key_id_of(value) == self.primary

    def blind_index(self, text: str, context: str) -> bytes:
        """32 bytes, equal for equal text in one context and unrelated between contexts. The caller normalises."""
        head = context.encode()
        message = len(head).to_bytes(4, "big") + head + text.encode()
        return hmac.digest(self._index_key, message, hashlib.sha256)

    def with_new_primary(self) -> KeyRing:
        """A ring with one more key, which seals from now on; the older keys still open."""
        key_id = _fresh_id(self._keys)
        return KeyRing({**self._keys, key_id: secrets.token_bytes(KEY_BYTES)}, key_id, self._index_key)

    def without(self, key_id: int) -> KeyRing:
        """A ring that can no longer open what that key sealed. Raises `UnknownKey`; `BadKeyRing` for the primary."""
        if key_id not in self._keys:
            raise UnknownKey(key_id)
        kept = {other: key for other, key in self._keys.items() if other != key_id}
        return KeyRing(kept, self.primary, self._index_key)

    def to_text(self) -> str:
        """The ring in one line of letters, digits and `.:_-`: the secret itself, for an environment variable."""
        keys = [f"{key_id:08x}:{_to_base64(key)}" for key_id, key in sorted(self._keys.items())]
        return ".".join([_TEXT_FORMAT, f"{self.primary:08x}", _to_base64(self._index_key), *keys])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The ring that `to_text` wrote. Raises `BadKeyRing`."""
        try:
            version, primary, index_key, *entries = text.strip().split(".")
            pairs = [entry.split(":") for entry in entries]
            keys = {int(key_id, 16): _from_base64(key) for key_id, key in pairs}
            ring = cls(keys, int(primary, 16), _from_base64(index_key))
        except (ValueError, binascii.Error):
            raise BadKeyRing("the key ring's text is damaged") from None
        if version != _TEXT_FORMAT or len(keys) != len(entries):
            raise BadKeyRing("the key ring's text is damaged or of another version")
        return ring

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The ring in the file; a new one, written with mode 600, when there is none. Never replaces a file."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = _write_beside(path, cls.new().to_text())
            try:
                os.link(temporary, path)  # refuses to overwrite: of two processes that start at once, one wins
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
        return cls.from_text(path.read_text(encoding="ascii", errors="replace"))

    def save(self, path: Path) -> None:
        """Writes the ring over the file in one step, with mode 600: for rotation."""
        _write_beside(path, self.to_text()).replace(path)

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._keys)}, primary {self.primary:08x}>"

    def __reduce__(self) -> str:
        raise TypeError("a key ring is not pickled: pass its text on purpose")


def key_id_of(value: bytes) -> int:
    """The id of the key that sealed the value. Raises `Tampered` when it is no sealed value at all."""
    if len(value) < _HEAD_BYTES + _NONCE_BYTES + _TAG_BYTES or value[:1] != FORMAT:
        raise Tampered("not a sealed value")
    return int.from_bytes(value[1:_HEAD_BYTES], "big")


def _check(keys: Mapping[int, bytes], primary: int, index_key: bytes) -> None:
    if primary not in keys:
        raise BadKeyRing("the primary key is not in the key ring")
    if any(len(key) != KEY_BYTES for key in (*keys.values(), index_key)):
        raise BadKeyRing(f"every key is {KEY_BYTES} bytes")
    if any(not 0 <= key_id < 1 << 8 * _ID_BYTES for key_id in keys):
        raise BadKeyRing("a key id is out of range")


def _fresh_id(taken: Mapping[int, bytes]) -> int:
    """An id not in the ring; random, so that rings rotated apart do not give one id to two keys."""
    while (key_id := secrets.randbits(8 * _ID_BYTES)) in taken:
        pass
    return key_id


def _write_beside(path: Path, text: str) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return temporary


def _to_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _from_base64(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)
