"""Every setting of the program: one typed class, read once from the environment (or `.env`), then passed on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds content/, locales/ and the packages."""


class Environment(StrEnum):
    """Where the program runs: production refuses what development forgives."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class TelegramMode(StrEnum):
    """How Telegram's updates come in."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class Settings(BaseSettings):
    """All settings, each `CONNEXIONS_` and the field's name in capitals. Defaults suit a laptop."""

    model_config = SettingsConfigDict(env_prefix="CONNEXIONS_", env_file=".env", extra="ignore", frozen=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="`development` or `production`.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.")
    worker_port: int = Field(8001, description="Port of a worker's own health and metrics pages; 0 for none.")
    public_url: str = Field(
        "",
        description="Address the outside world sees, with https. Needed for webhooks; signatures are checked against it.",
    )
    forwarded_allow_ips: str = Field("127.0.0.1", description="Proxies whose forwarding headers are believed.")
    database_url: SecretStr | None = Field(
        None, description="`postgresql+asyncpg://...`, PostgreSQL 15 or newer. Empty: an embedded one in `var/`."
    )
    database_pool: int = Field(10, ge=1, description="Database connections of one process.")
    var_dir: Path = Field(ROOT / "var", description="Folder for the embedded database and the development key ring.")
    content_dir: Path = Field(ROOT / "content", description="Folder of the answer library.")
    locales_dir: Path = Field(ROOT / "locales", description="Folder of the catalogues.")
    key_ring: SecretStr | None = Field(
        None, description="Keys for personal columns, as `connexions keys make` prints them. Required in production."
    )
    session_cookie: str = Field("s", description="Name of the web chat's session cookie; neutral on purpose.")
    max_body_bytes: int = Field(262_144, description="Largest request body that is read, in bytes.")
    log_level: str = Field("INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    log_json: bool = Field(True, description="JSON log lines; off for plain ones.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for `/metrics`. Without it, production shows no metrics."
    )
    serve_drafts: bool | None = Field(
        None, description="Show answers that nobody has approved yet. Default: on in development, off in production."
    )
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        ("en", "cy", "pl", "ro", "ar", "ur", "so", "fa", "ps", "ti"),
        description="Languages offered, in menu order, separated by commas. In `ps` and `ti` only the most important texts stand.",
    )
    area: str = Field("home", description="Short name of the area (partnership) that this installation serves.")
    area_language: str = Field("en", description="Language before somebody chooses one.")
    area_time_zone: str = Field("Europe/London", description="Time zone of the area.")
    area_nation: str = Field(
        "england-and-wales", description="Bank holidays to keep: `england-and-wales`, `scotland` or `northern-ireland`."
    )
    area_hours: str = Field(
        "mon-fri 09:00-17:00",
        description="When people read messages: `mon-fri 09:00-17:00; sat 10:00-13:00`. Empty: not known. Required in production.",
    )
    sms_number: str = Field("", description="Our number as people see it, shown as another way to reach us.")
    telegram_token: SecretStr | None = Field(None, description="Bot token. Empty: no Telegram.")
    telegram_mode: TelegramMode = Field(
        TelegramMode.POLLING, description="`polling` or `webhook` (needs `public_url` and the secret)."
    )
    telegram_secret: SecretStr | None = Field(None, description="Webhook secret, 1 to 256 of A-Z a-z 0-9 _ -.")
    telegram_api: str = Field("", description="Another Bot API server, for tests or a local one.")
    twilio_account_sid: str = Field("", description="Twilio account. Empty: no SMS.")
    twilio_auth_token: SecretStr | None = Field(None, description="Twilio auth token; signatures are checked with it.")
    twilio_from: str = Field("", description="Sending number (E.164), or")
    twilio_messaging_service: str = Field("", description="messaging service sid (MG...) instead of a number.")
    twilio_whatsapp_from: str = Field("", description="WhatsApp sender (E.164). Empty: no WhatsApp.")
    twilio_api: str = Field("", description="Another API address, for tests.")
    voice_from: str = Field(
        "", description="Number that rings staff in an alarm (E.164), of the Twilio account. Empty: no calls."
    )
    sms_part_pence: float = Field(
        4.0,
        ge=0,
        description="About what one text message costs, in pence: shown to advisers as they type (0: not shown).",
    )
    sms_a_second: float = Field(1.0, gt=0, description="How many SMS the sender may send a second.")
    oidc_issuer: str = Field(
        "", description="Single sign-on for staff: your provider's issuer address, exactly. Empty: passwords only."
    )
    oidc_client_id: str = Field("", description="What the provider calls this program.")
    oidc_client_secret: SecretStr | None = Field(None, description="The secret that the provider gave with it.")
    oidc_name: str = Field("your work account", description="What the button says: `Sign in with ...`.")
    oidc_second_factor: str = Field(
        "",
        description="What the provider writes in `amr` or `acr` after a second factor: `mfa`. Empty: ours is always asked for.",
    )
    staff_idle_minutes: int = Field(
        60, ge=5, le=720, description="After so many minutes without an act, members of staff sign in again."
    )
    keep_messages_days: int = Field(
        90, ge=1, description="Messages without an open case are deleted after so many days."
    )

    files_area_mb: int = Field(
        2000, ge=0, description="Pictures, recordings and files that an area keeps at once, in MB; 0: none are taken."
    )

    calendars_local: bool = Field(
        False,
        description="Outside calendars may also be read by http and from inside the network: for tests, never in production.",
    )

    @model_validator(mode="before")
    @classmethod
    def _split_languages(cls, values: dict[str, object]) -> dict[str, object]:
        """Languages come as one comma separated text from the environment."""
        if isinstance(languages := values.get("languages"), str):
            return {**values, "languages": tuple(x.strip() for x in languages.split(",") if x.strip())}
        return values

    @model_validator(mode="after")
    def _check(self) -> Self:
        """Refuse what cannot work, with a text that says which setting to mend."""
        if self.has_sms and self.twilio_auth_token is None:
            raise ValueError("CONNEXIONS_TWILIO_AUTH_TOKEN is needed with CONNEXIONS_TWILIO_ACCOUNT_SID")
        if self.voice_from and not (self.has_sms and self.public_url):
            raise ValueError("CONNEXIONS_VOICE_FROM needs CONNEXIONS_TWILIO_ACCOUNT_SID and CONNEXIONS_PUBLIC_URL")
        if self.is_telegram_webhook and not (self.telegram_secret and self.public_url):
            raise ValueError("webhook mode needs CONNEXIONS_TELEGRAM_SECRET and CONNEXIONS_PUBLIC_URL")
        if self.has_oidc and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("CONNEXIONS_OIDC_ISSUER needs CONNEXIONS_OIDC_CLIENT_ID and CONNEXIONS_OIDC_CLIENT_SECRET")
        if self.is_production:
            self._check_production()
        return self

    def _check_production(self) -> None:
        """Production takes nothing that was made up for a laptop."""
        missing = [name for name in ("database_url", "key_ring", "public_url") if not getattr(self, name)]
        if missing:
            names = ", ".join(f"CONNEXIONS_{name.upper()}" for name in missing)
            raise ValueError(f"production needs {names}")
        if "area_hours" not in self.model_fields_set:
            raise ValueError(
                "production needs CONNEXIONS_AREA_HOURS: people are told when somebody reads (empty: not known)"
            )
        if not self.public_url.startswith("https://"):
            raise ValueError("CONNEXIONS_PUBLIC_URL has to start with https:// in production")
        if self.calendars_local:
            raise ValueError(
                "CONNEXIONS_CALENDARS_LOCAL is for tests: production reads calendars of the open internet only"
            )
        if self.has_oidc and not self.oidc_issuer.startswith("https://"):
            raise ValueError("CONNEXIONS_OIDC_ISSUER has to start with https:// in production")
        for secret in (self.telegram_secret, self.metrics_token):
            if secret is not None and len(secret.get_secret_value()) < MIN_SECRET:
                raise ValueError(f"secrets need at least {MIN_SECRET} characters in production")

    @property
    def is_production(self) -> bool:
        """True when real people depend on it."""
        return self.environment is Environment.PRODUCTION

    @property
    def cache_dir(self) -> Path:
        """Folder of what is learnt from the content: it may be emptied at any time."""
        return self.var_dir / "cache"

    @property
    def has_drafts(self) -> bool:
        """True when answers that nobody approved are shown."""
        return not self.is_production if self.serve_drafts is None else self.serve_drafts

    @property
    def has_telegram(self) -> bool:
        """True when a bot token is set."""
        return self.telegram_token is not None and bool(self.telegram_token.get_secret_value())

    @property
    def is_telegram_webhook(self) -> bool:
        """True when Telegram posts its updates to us."""
        return self.has_telegram and self.telegram_mode is TelegramMode.WEBHOOK

    @property
    def has_sms(self) -> bool:
        """True when a Twilio account is set."""
        return bool(self.twilio_account_sid)

    @property
    def has_voice(self) -> bool:
        """True when staff can be rung."""
        return self.has_sms and bool(self.voice_from)

    @property
    def of_desk(self) -> tuple[float, bool]:
        """What the console's pages take from here: the price of a part, and whether calendars may be local."""
        return self.sms_part_pence, self.calendars_local

    @property
    def has_oidc(self) -> bool:
        """True when staff may sign in at a provider of their organisation."""
        return bool(self.oidc_issuer)

    @property
    def own_url(self) -> str:
        """The address people use, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


MIN_SECRET = 16
"""Shortest secret that production takes, in characters."""
