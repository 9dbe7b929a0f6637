"""Settings of single sign-on that cannot work are refused at the start, by name."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from server.staff.oidc_pages import client_of
from tests.support.program import settings_for

WHOLE: dict[str, Any] = {"oidc_issuer": "https://id.example", "oidc_client_id": "us", "oidc_client_secret": "s3cret"}
PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql+asyncpg://db.example/x",
    "public_url": "https://console.example/",
    "area_hours": "",
}


@pytest.mark.parametrize("missing", ["oidc_client_id", "oidc_client_secret"])
def test_an_issuer_needs_id_and_secret(missing: str) -> None:
    with pytest.raises(ValidationError, match=f"CONNEXIONS_{missing.upper()}"):
        settings_for(**{name: value for name, value in WHOLE.items() if name != missing})


def test_without_an_issuer_there_is_none() -> None:
    assert not settings_for().has_oidc


def test_production_talks_to_its_provider_in_secret_only() -> None:
    assert settings_for(**WHOLE, **PRODUCTION).has_oidc
    with pytest.raises(ValidationError, match="CONNEXIONS_OIDC_ISSUER"):
        settings_for(**(WHOLE | PRODUCTION | {"oidc_issuer": "http://id.example"}))


def test_the_secret_is_not_shown_and_the_way_back_is_our_own_address() -> None:
    client = client_of(settings_for(**WHOLE, **PRODUCTION))
    assert "s3cret" not in repr(client)
    assert client.return_url == "https://console.example/console/single-sign-on/back"
