"""Django's settings; read only at doors, gateways and here. What a city chooses is an environment variable.

``MULIN_DATABASE_URL``  postgresql://… of the city's own server; without it the embedded one under ``var/``
``MULIN_VAR``           where everything private lives: database, keys, photos, logs; ``var/`` in the checkout
``MULIN_HOSTS``         names this server answers to, separated by commas
``MULIN_HTTPS``         1: people reach it by https; cookies are bound to it
``MULIN_PROXIES``       how many proxies of the city's own stand in front; their X-Forwarded-* is believed
``MULIN_EMBED``         origins of apps that may show the resident pages in a frame, separated by spaces
``MULIN_SECRET_KEY``    the secret that signs sessions; without it one is made under ``var/keys``
``MULIN_TIME_ZONE``     the city's time zone
``MULIN_LOG_LEVEL``     INFO unless told
``MULIN_PUBLIC_URL``  the address under which residents reach the pages: messages link to it
``MULIN_SMS_URL``, ``MULIN_WECHAT_URL``  the city's gateways (https); without one that channel is off
``MULIN_MAIL_URL``  smtp://user:password@host:587/from@example.org?to=domain of the units' mailboxes
``MULIN_GATEWAY_SECRET``  signs what goes to the gateways
``MULIN_GATEWAY_ALLOW``  networks and ports inside that a gateway may have: 10.1.2.0/24:8443, by commas
``MULIN_API_INTAKE_PER_MINUTE``  what one address may post to the API without a token; 0 = no limit
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from mulin.config.embedded import Home
from mulin.config.secret import secret_key

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("MULIN_VAR") or ROOT / "var").resolve()
HTTPS = os.environ.get("MULIN_HTTPS") == "1"
PROXIES = int(os.environ.get("MULIN_PROXIES", "0"))
EMBED = os.environ.get("MULIN_EMBED", "")
PLAIN_STATIC = (
    os.environ.get("MULIN_PLAIN_STATIC") == "1"
)  # tests and development: files as they lie in the tree

# Where a page waits for an answer no statement may hang; imports and jobs take as long as they take.
_PATIENCE = (
    " -c statement_timeout=30s -c lock_timeout=10s" if os.environ.get("MULIN_PROCESS") == "web" else ""
)


def database(url: str) -> dict[str, Any]:
    """Return Django's description of the PostgreSQL database at ``url``."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "mulin.config.postgres",
        "NAME": unquote(parts.path.lstrip("/")) or "mulin",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "mulin",
            "options": f"-c jit=off{_PATIENCE}",
            "server_side_binding": True,  # what a kept plan needs
            **query,
        },
        "TEST": {
            "NAME": "test_mulin" + os.environ.get("MULIN_TEST_SUFFIX", ""),
            "TEMPLATE": os.environ.get("MULIN_TEST_TEMPLATE"),
        },
    }


EMBEDDED = None if os.environ.get("MULIN_DATABASE_URL") else Home(VAR / "pg")
DATABASES = {"default": database(EMBEDDED.url() if EMBEDDED else os.environ["MULIN_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = os.environ.get("MULIN_SECRET_KEY") or secret_key(VAR / "keys")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MULIN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    "django_otp",
    "procrastinate.contrib.django",
    "mulin.ledger",
    "mulin.clocks",
    "mulin.places",
    "mulin.people",
    "mulin.catalogue",
    "mulin.judgement",
    "mulin.cases",
    "mulin.telling",
    "mulin.publications",
    "mulin.worklog",
    "mulin.boundaries",
    "mulin.sensing",
    "mulin.packs",
    "mulin.insight",
    "mulin.resident",
    "mulin.console",
    "mulin.api",
]
MIDDLEWARE = [
    "mulin.config.middleware.Arrival",
    "mulin.config.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "mulin.config.middleware.SessionLife",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # an attacker elsewhere cannot lock the victim out
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)

# Staff: half an hour without a click, twelve hours in all (SessionLife). A resident's draft lives as long.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "mulin.config.health.expired"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
SECURE_SSL_REDIRECT = False  # the proxy that ends https redirects
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None

ROOT_URLCONF = "mulin.config.urls"
WSGI_APPLICATION = "mulin.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "mulin" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "mulin.config.outside_map.outside_map",
            ]
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "mulin" / "locale", ROOT / "mulin" / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("MULIN_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    folder
    for folder in [ROOT / "mulin" / "web_static", ROOT / "mulin" / "config" / "static"]
    if folder.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_STATIC
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PLAIN_STATIC
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

# A map of somebody else under our own: an address with {z}, {x} and {y}, and the words its owner asks for.
MAP_TILES = os.environ.get("MULIN_MAP_TILES", "")
MAP_CREDIT = os.environ.get("MULIN_MAP_CREDIT", "")

# What one address may post without a token: a whole housing estate may share one; 0 = no limit.
API_INTAKE_PER_MINUTE = int(os.environ.get("MULIN_API_INTAKE_PER_MINUTE", "120"))

# Messages to the outside: where they go, and what they link to. A channel without an address is off.
PUBLIC_URL = os.environ.get("MULIN_PUBLIC_URL", "")
GATEWAYS = {
    "sms": os.environ.get("MULIN_SMS_URL", ""),
    "wechat": os.environ.get("MULIN_WECHAT_URL", ""),
    "email": os.environ.get("MULIN_MAIL_URL", ""),
}
GATEWAY_SECRET = os.environ.get("MULIN_GATEWAY_SECRET", "")
GATEWAY_ALLOW = [each for each in os.environ.get("MULIN_GATEWAY_ALLOW", "").split(",") if each.strip()]

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # jobs are named in config/worker.py

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mulin.config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("MULIN_LOG_LEVEL", "INFO")},
    # Each refusal would otherwise be a line of its own beside the line of its request.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "CRITICAL"},  # it writes user names; the ledger records lock-outs
    },
}
