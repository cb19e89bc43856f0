"""One frozen Settings, the only reader of the environment. README's table is checked against it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import DirectoryPath, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from bot.models import Language
from bot.variables import Address, Hosts, WebAddress, Words, strangers


class Settings(BaseSettings):
    """Every field's description is its row in README's table."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    bot_token: SecretStr | None = Field(
        None, alias="SLACK_BOT_TOKEN", description="Bot token (`xoxb-…`) of your Slack app. Needed to run."
    )
    app_token: SecretStr | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        description="App-level token (`xapp-…`) for Socket Mode. Needed without `--http`.",
    )
    signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        description="Signing secret of your Slack app. Needed with `--http`.",
    )
    client_id: str | None = Field(
        None,
        alias="SLACK_CLIENT_ID",
        description="Client ID of your Slack app, for several workspaces: each installs the app at `/slack/install`, "
        "and `SLACK_BOT_TOKEN` is not used.",
    )
    client_secret: SecretStr | None = Field(
        None, alias="SLACK_CLIENT_SECRET", description="Client secret of your Slack app. Needed with `SLACK_CLIENT_ID`."
    )
    redirect_url: WebAddress | None = Field(
        None,
        alias="SLACK_REDIRECT_URI",
        description="`https://your.host/slack/oauth_redirect`. Needed when the app's page lists several redirect URLs.",
    )
    token_key: SecretStr | None = Field(
        None,
        alias="PAPERWIRE_TOKEN_KEY",
        description="Key that encrypts the workspaces' tokens; of several, comma-separated, the first encrypts and all "
        "decrypt. Needed with `SLACK_CLIENT_ID`.",
    )
    secrets: DirectoryPath | None = Field(
        None,
        alias="PAPERWIRE_SECRETS",
        description="Folder with a file for each secret, named like its variable (as Docker and Kubernetes mount "
        "them); keys of models too. The environment goes first.",
    )
    slack_api_url: WebAddress = Field(
        "https://slack.com/api/",
        alias="SLACK_API_URL",
        description="Base of Slack's Web API; the playground's when you try the bot.",
    )
    data: Path = Field(
        Path("paperwire-data"),
        alias="PAPERWIRE_DATA",
        description="Folder of the library, the work queue and fetched PDFs.",
    )
    database_url: SecretStr | None = Field(
        None,
        alias="DATABASE_URL",
        description="`postgresql://…` puts library and work queue on Postgres, for many replicas.",
    )
    language: Language = Field(
        "zh",
        alias="PAPERWIRE_LANGUAGE",
        description="Language of briefs where a channel chose none: `zh` or `en`.",
    )
    zone: str = Field("UTC", alias="PAPERWIRE_ZONE", description="IANA time zone where a channel chose none.")
    model: str = Field(
        "extractive",
        alias="PAPERWIRE_MODEL",
        description="Any LiteLLM model name (its key goes where LiteLLM looks for it, e.g. `OPENAI_API_KEY`), "
        "or `extractive`: built in, no key, no network.",
    )
    fallback_models: Words = Field(
        (),
        alias="PAPERWIRE_FALLBACK_MODELS",
        description="Models asked in turn when the first fails, comma-separated.",
    )
    model_zh: str | None = Field(
        None, alias="PAPERWIRE_MODEL_ZH", description="Model for Chinese briefs, where it differs."
    )
    model_en: str | None = Field(
        None, alias="PAPERWIRE_MODEL_EN", description="Model for English briefs, where it differs."
    )
    model_url: WebAddress | None = Field(
        None,
        alias="PAPERWIRE_MODEL_URL",
        description="Base address of an OpenAI-compatible server of your own (Ollama, vLLM, llama.cpp …).",
    )
    private_model: str | None = Field(
        None,
        alias="PAPERWIRE_PRIVATE_MODEL",
        description="The only model that may read uploads and what is shared in private conversations: one on a server "
        "of your own, or `extractive`. When not set, the others read them too.",
    )
    private_model_url: WebAddress | None = Field(
        None,
        alias="PAPERWIRE_PRIVATE_MODEL_URL",
        description="Base address of the private model's server, where it differs from `PAPERWIRE_MODEL_URL`.",
    )
    model_seconds: float = Field(
        60,
        alias="PAPERWIRE_MODEL_SECONDS",
        gt=0,
        description="Deadline over all tries of one model, in seconds.",
    )
    model_requests_per_minute: int | None = Field(
        None,
        alias="PAPERWIRE_MODEL_REQUESTS_PER_MINUTE",
        ge=1,
        description="Most requests to one model in any minute, by all processes together; no limit when not set.",
    )
    model_tokens_per_minute: int | None = Field(
        None,
        alias="PAPERWIRE_MODEL_TOKENS_PER_MINUTE",
        ge=1,
        description="Most tokens, in and out, of one model in any minute, by all processes together.",
    )
    monthly_budget: float | None = Field(
        None,
        alias="PAPERWIRE_MONTHLY_BUDGET",
        ge=0,
        description="US dollars that models may cost a workspace in a month (UTC); once they are spent, briefs are "
        "excerpted.",
    )
    max_pdf_mb: float = Field(50, alias="PAPERWIRE_MAX_PDF_MB", gt=0, description="Largest PDF read, in megabytes.")
    max_pages: int = Field(400, alias="PAPERWIRE_MAX_PAGES", gt=0, description="Longest PDF read, in pages.")
    fetch_seconds: float = Field(
        60, alias="PAPERWIRE_FETCH_SECONDS", gt=0, description="Deadline of one download, in seconds."
    )
    readers: int = Field(2, alias="PAPERWIRE_READERS", ge=1, description="Warm processes that read PDFs.")
    workers: int = Field(
        4,
        alias="PAPERWIRE_WORKERS",
        ge=1,
        description="Papers worked on at a time by each process; of replicas, the last one started decides for all.",
    )
    arxiv_api_url: WebAddress = Field(
        "https://export.arxiv.org/api/query",
        alias="PAPERWIRE_ARXIV_API_URL",
        description="arXiv's API, or a stand-in.",
    )
    arxiv_url: WebAddress = Field(
        "https://arxiv.org", alias="PAPERWIRE_ARXIV_URL", description="arXiv's pages and PDFs, or a mirror."
    )
    arxiv_delay: float = Field(
        3.0,
        alias="PAPERWIRE_ARXIV_DELAY",
        ge=0,
        description="Seconds between calls of arXiv's API; arXiv asks for 3.",
    )
    doi_url: WebAddress = Field(
        "https://doi.org", alias="PAPERWIRE_DOI_URL", description="DOI resolver, or a stand-in."
    )
    crossref_url: WebAddress = Field(
        "https://api.crossref.org",
        alias="PAPERWIRE_CROSSREF_URL",
        description="Crossref's API, or a stand-in.",
    )
    semantic_scholar_url: WebAddress = Field(
        "https://api.semanticscholar.org",
        alias="PAPERWIRE_SEMANTIC_SCHOLAR_URL",
        description="Semantic Scholar's API, or a stand-in.",
    )
    allowed_hosts: Hosts = Field(
        (),
        alias="PAPERWIRE_ALLOWED_HOSTS",
        description="`host:port` pairs, comma-separated, that may be fetched although their address is private: "
        "a mirror in your own network.",
    )
    keep_pdfs_days: int = Field(
        30, alias="PAPERWIRE_KEEP_PDFS_DAYS", ge=0, description="Days a fetched PDF stays on disk."
    )
    keep_text_days: int | None = Field(
        None,
        alias="PAPERWIRE_KEEP_TEXT_DAYS",
        ge=1,
        description="Days a paper's full text stays in the library; for good when not set. Briefs stay.",
    )
    keep_papers_days: int | None = Field(
        None,
        alias="PAPERWIRE_KEEP_PAPERS_DAYS",
        ge=1,
        description="Days after which a paper that nobody shared again goes, with its briefs, text, shares and "
        "discussion; for good when not set.",
    )
    time_scale: float = Field(
        1.0,
        alias="PAPERWIRE_TIME_SCALE",
        gt=0,
        description="For tests: divides the bot's own waits (posting pace, retries).",
    )
    clock_offset: Path | None = Field(
        None,
        alias="PAPERWIRE_CLOCK_OFFSET",
        description="For the playground: a file holding the seconds by which the bot's clock runs ahead.",
    )
    status: Address = Field(
        None,
        alias="PAPERWIRE_STATUS",
        description="`HOST:PORT` at which operators find `/healthz`, `/readyz` and `/metrics`; off where not set.",
    )
    log_format: Literal["text", "json"] = Field(
        "text", alias="PAPERWIRE_LOG_FORMAT", description="Log lines as `text`, or as `json` objects."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO",
        alias="PAPERWIRE_LOG_LEVEL",
        description="How much is logged; commands other than `run` log warnings and errors only, unless it is set.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = os.environ.get("PAPERWIRE_SECRETS")
        if not folder or not Path(folder).is_dir():  # what is no folder the field refuses
            return init_settings, env_settings
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    def hand_on_model_keys(self) -> None:
        """Put the keys among the secrets where LiteLLM looks for them: into the environment of this process."""
        for file in sorted(self.secrets.iterdir()) if self.secrets else ():
            if re.fullmatch(r"[A-Z][A-Z0-9_]*", file.name) and file.name not in self._names() and file.is_file():
                os.environ.setdefault(file.name, file.read_text(encoding="utf-8").strip())

    def strangers(self) -> list[str]:
        """A sentence for each variable in the environment that is called as if it were a setting."""
        return strangers(os.environ, self._names())

    @classmethod
    def _names(cls) -> set[str]:
        return {field.alias or name for name, field in cls.model_fields.items()}

    @field_validator("zone")
    @classmethod
    def _zone_there_is(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"there is no time zone {zone!r}; zones have names such as Europe/Berlin")
        return zone

    @property
    def log_level_of_commands(self) -> str:
        """Of those that answer a person, whom a log would interrupt, and not a supervisor."""
        return self.log_level if "log_level" in self.model_fields_set else "WARNING"

    @property
    def library_file(self) -> Path:
        return self.data / "paperwire.db"

    @property
    def work_file(self) -> Path:
        return self.data / "paperwire.work.db"

    @property
    def installations_file(self) -> Path:
        return self.data / "paperwire.installations.db"

    @property
    def token_keys(self) -> tuple[str, ...]:
        words = self.token_key.get_secret_value() if self.token_key else ""
        return tuple(word.strip() for word in words.split(",") if word.strip())

    @property
    def databases(self) -> tuple[Path, ...]:
        """The SQLite files that make up all the bot remembers, the library first; none where that is Postgres."""
        if self.database_url is not None:
            return ()
        return self.library_file, self.work_file, self.installations_file

    @property
    def pdf_folder(self) -> Path:
        return self.data / "pdfs"

    def missing(self, *, http: bool) -> list[str]:
        """The variables that running the bot needs and that are not set."""
        needed: dict[str, SecretStr | None] = (
            {"SLACK_CLIENT_SECRET": self.client_secret} if self.client_id else {"SLACK_BOT_TOKEN": self.bot_token}
        )
        needed["SLACK_SIGNING_SECRET" if http else "SLACK_APP_TOKEN"] = self.signing_secret if http else self.app_token
        return [name for name, given in needed.items() if given is None]

    def models_for(self, language: Language, *, private: bool = False) -> tuple[str, ...]:
        """The models asked for a brief in ``language``, in turn; ``private`` words go to the private one alone."""
        if private and self.private_model is not None:
            return (self.private_model,)
        first = {"zh": self.model_zh, "en": self.model_en}.get(language) or self.model
        return tuple(dict.fromkeys((first, *self.fallback_models)))

    def model_server(self, *, private: bool) -> str | None:
        """The base address of the server of one's own, if there is one."""
        return (self.private_model_url if private and self.private_model is not None else None) or self.model_url
