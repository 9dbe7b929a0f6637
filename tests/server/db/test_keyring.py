from __future__ import annotations

import pickle
import stat
import threading
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.keyring import BadKeyRing, KeyRing, Tampered, UnknownKey, key_id_of

KEY, OTHER, INDEX = b"k" * 32, b"o" * 32, b"i" * 32
RING = KeyRing({1: KEY, 2: OTHER}, 1, INDEX)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_opens_what_it_sealed(plaintext, context):
    sealed = RING.encrypt(plaintext, context)
    assert RING.decrypt(sealed, context) == plaintext
    assert len(sealed) == len(plaintext) + 33
    assert sealed[:5] == b"\x01\x00\x00\x00\x01"


def test_same_text_is_sealed_differently_each_time():
    assert len({RING.encrypt(b"Sam", "people.nickname") for _ in range(100)}) == 100


def test_every_flipped_bit_is_noticed():
    sealed = RING.encrypt(b"Sam", "people.nickname")
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises((Tampered, UnknownKey)):
            RING.decrypt(bytes(changed), "people.nickname")


def test_value_named_as_sealed_by_another_key_of_the_ring_does_not_open():
    ring = KeyRing({1: KEY, 2: KEY}, 1, INDEX)
    sealed = ring.encrypt(b"Sam", "c")
    with pytest.raises(Tampered):
        ring.decrypt(sealed[:1] + (2).to_bytes(4, "big") + sealed[5:], "c")


def test_value_moved_to_another_column_does_not_open():
    with pytest.raises(Tampered, match=r"people\.note"):
        RING.decrypt(RING.encrypt(b"Sam", "people.nickname"), "people.note")


@pytest.mark.parametrize("value", [b"", b"Sam", b"\x01" * 32, b"\x02" + b"\x00" * 60])
def test_what_was_never_sealed_is_refused(value):
    with pytest.raises(Tampered):
        RING.decrypt(value, "people.nickname")


def test_unknown_key_is_named():
    sealed = KeyRing({0xABCDEF01: KEY}, 0xABCDEF01, INDEX).encrypt(b"Sam", "c")
    with pytest.raises(UnknownKey, match="abcdef01") as raised:
        RING.decrypt(sealed, "c")
    assert raised.value.key_id == 0xABCDEF01


def test_rotation_opens_old_values_until_the_old_key_is_taken_out():
    old = RING.encrypt(b"Sam", "c")
    rotated = RING.with_new_primary()
    new = rotated.encrypt(b"Sam", "c")
    assert rotated.decrypt(old, "c") == rotated.decrypt(new, "c") == b"Sam"
    assert (rotated.is_current(old), rotated.is_current(new)) == (False, True)
    assert key_id_of(new) == rotated.primary not in RING.key_ids
    assert rotated.blind_index("x", "c") == RING.blind_index("x", "c")
    with pytest.raises(UnknownKey):
        rotated.without(1).decrypt(old, "c")
    assert rotated.without(1).decrypt(new, "c") == b"Sam"
    assert RING.key_ids == {1, 2}


def test_primary_and_absent_keys_cannot_be_taken_out():
    with pytest.raises(BadKeyRing):
        RING.without(1)
    with pytest.raises(UnknownKey):
        RING.without(9)


def test_blind_index_is_equal_only_for_the_same_text_context_and_key():
    index = RING.blind_index("+447700900123", "addresses.value")
    assert index == KeyRing({7: OTHER}, 7, INDEX).blind_index("+447700900123", "addresses.value")
    others = {
        RING.blind_index("+447700900124", "addresses.value"),
        RING.blind_index("+447700900123", "people.nickname"),
        RING.blind_index("e+447700900123", "addresses.valu"),
        KeyRing({1: KEY}, 1, KEY).blind_index("+447700900123", "addresses.value"),
    }
    assert len(index) == 32
    assert len(others - {index}) == 4


def test_text_form_brings_the_same_ring_back():
    ring = KeyRing.new().with_new_primary()
    again = KeyRing.from_text(f" {ring.to_text()}\n")
    assert again.to_text() == ring.to_text()
    assert again.primary == ring.primary
    assert again.decrypt(ring.encrypt(b"Sam", "c"), "c") == b"Sam"
    assert set(ring.to_text()) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-3],
        lambda text: text.replace("v1", "v2"),
        lambda text: text + "." + text.split(".")[-1],
        lambda text: text.replace("00000001:", "00000009:"),
        lambda text: text + ".é",
        lambda text: "not a ring",
    ],
)
def test_damaged_text_is_refused_without_showing_it(spoil):
    text = spoil(RING.to_text())
    with pytest.raises(BadKeyRing) as raised:
        KeyRing.from_text(text)
    shown = "".join(traceback.format_exception(raised.value))
    assert all(part.split(":")[-1] not in shown for part in RING.to_text().split(".")[2:])


@pytest.mark.parametrize(
    ("keys", "primary", "index_key"),
    [
        ({1: KEY}, 2, INDEX),
        ({1: KEY[1:]}, 1, INDEX),
        ({1: KEY}, 1, b""),
        ({-1: KEY}, -1, INDEX),
        ({1 << 32: KEY}, 1 << 32, INDEX),
    ],
)
def test_unusable_keys_are_refused(keys, primary, index_key):
    with pytest.raises(BadKeyRing):
        KeyRing(keys, primary, index_key)


def test_file_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "var" / "keys"
    ring = KeyRing.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load_or_create(path).to_text() == ring.to_text()
    assert [entry.name for entry in path.parent.iterdir()] == ["keys"]


def test_processes_that_start_at_once_get_one_ring(tmp_path):
    path, rings, together = tmp_path / "keys", [], threading.Barrier(8)

    def load():
        together.wait()
        rings.append(KeyRing.load_or_create(path).to_text())

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rings) == 8
    assert set(rings) == {path.read_text().strip()}


def test_save_replaces_the_file_and_damage_is_never_overwritten(tmp_path):
    path = tmp_path / "keys"
    rotated = KeyRing.load_or_create(path).with_new_primary()
    rotated.save(path)
    assert KeyRing.load_or_create(path).primary == rotated.primary
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("damaged é")
    with pytest.raises(BadKeyRing):
        KeyRing.load_or_create(path)
    assert path.read_text() == "damaged é"


def test_nothing_prints_or_pickles_a_key():
    text = repr(RING) + str(RING) + f"{RING}"
    assert "kkk" not in text
    assert "a2tr" not in text
    assert text.count("<KeyRing of 2, primary 00000001>") == 3
    with pytest.raises(TypeError):
        pickle.dumps(RING)
