# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every setting of the product, read from the environment; each line says what it does and has a safe default."""

from pathlib import Path

import environ

from innovato.schedule import beat_schedule

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where it runs -----------------------------------------------------------------------------------------------
# INNOVATO_VAR_DIR: the one folder the embedded set-up writes to (database, keys, uploads, mails, static files).
VAR_DIR = Path(env("INNOVATO_VAR_DIR", default=str(BASE_DIR / "var"))).absolute()
# DEBUG: developer pages with tracebacks; never where colleagues work.
DEBUG = env.bool("DEBUG", default=False)
# INNOVATO_DEMO: an invented city, one-click personas, mails in a folder, cookies over plain http; set by `make run`.
DEMO = env.bool("INNOVATO_DEMO", default=False)
# SECRET_KEY: signs sessions and links; production refuses the default.
SECRET_KEY = env("SECRET_KEY", default="insecure-development-key")
# ALLOWED_HOSTS: the names the site answers to, comma-separated; production refuses an empty list and `*`.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# --- The city ----------------------------------------------------------------------------------------------------
# INNOVATO_CITY_NAME: the municipality, as it signs pages and mails.
INNOVATO_CITY_NAME = env("INNOVATO_CITY_NAME", default="Città di Torino")
# INNOVATO_CITY_SHORT: the short name, where space is scarce.
INNOVATO_CITY_SHORT = env("INNOVATO_CITY_SHORT", default="Torino")
# INNOVATO_PATRON_DAY: month and day of the patron saint, not a working day.
INNOVATO_PATRON_DAY = env("INNOVATO_PATRON_DAY", default="06-24")
# INNOVATO_MARK: the city's mark, a path among the static files; empty for the product's own.
INNOVATO_MARK = env("INNOVATO_MARK", default="")
# INNOVATO_SUPPORT_EMAIL: whom error pages and mails tell people to write to.
INNOVATO_SUPPORT_EMAIL = env("INNOVATO_SUPPORT_EMAIL", default="innovato@comune.example")
# INNOVATO_CONTROLLER_CONTACT: seat and certified mail of the municipality, as the documents on data protection name it.
INNOVATO_CONTROLLER_CONTACT = env("INNOVATO_CONTROLLER_CONTACT", default="")
# INNOVATO_DPO_CONTACT: how the data-protection officer is reached, for the same documents.
INNOVATO_DPO_CONTACT = env("INNOVATO_DPO_CONTACT", default="")
# INNOVATO_BASE_URL: the site's public address, put before the links in mails.
INNOVATO_BASE_URL = env("INNOVATO_BASE_URL", default="http://localhost:8000")

# --- Terms and limits --------------------------------------------------------------------------------------------
# INNOVATO_SCREENING_DAYS: working days to the first answer on a submitted idea.
INNOVATO_SCREENING_DAYS = env.int("INNOVATO_SCREENING_DAYS", default=10)
# INNOVATO_REVIEW_DAYS: days from the close of voting to the last scorecard.
INNOVATO_REVIEW_DAYS = env.int("INNOVATO_REVIEW_DAYS", default=30)
# INNOVATO_DECISION_DAYS: working days to the decision, then the department above is asked.
INNOVATO_DECISION_DAYS = env.int("INNOVATO_DECISION_DAYS", default=15)
# INNOVATO_CHANGES_DAYS: days the authors have to answer a request for changes.
INNOVATO_CHANGES_DAYS = env.int("INNOVATO_CHANGES_DAYS", default=15)
# INNOVATO_REEXAMINATION_DAYS: days in which a refusal can be brought to re-examination, once.
INNOVATO_REEXAMINATION_DAYS = env.int("INNOVATO_REEXAMINATION_DAYS", default=15)
# INNOVATO_OBJECTION_HOURS: hours after the close of a ballot for reports, before its key is destroyed.
INNOVATO_OBJECTION_HOURS = env.int("INNOVATO_OBJECTION_HOURS", default=48)
# INNOVATO_UNDO_MINUTES: minutes in which a screening move can be undone; its notices wait as long.
INNOVATO_UNDO_MINUTES = env.int("INNOVATO_UNDO_MINUTES", default=10)
# INNOVATO_COMMENT_EDIT_MINUTES: minutes in which one's own comment can be corrected.
INNOVATO_COMMENT_EDIT_MINUTES = env.int("INNOVATO_COMMENT_EDIT_MINUTES", default=15)
# INNOVATO_ATTACHMENT_MAX_COUNT: attachments per idea.
INNOVATO_ATTACHMENT_MAX_COUNT = env.int("INNOVATO_ATTACHMENT_MAX_COUNT", default=5)
# INNOVATO_ATTACHMENT_MAX_BYTES: bytes of one attachment.
INNOVATO_ATTACHMENT_MAX_BYTES = env.int("INNOVATO_ATTACHMENT_MAX_BYTES", default=10 * 1024 * 1024)
# INNOVATO_SIGN_IN_ATTEMPTS: wrong sign-ins for one staff number before it has to wait.
INNOVATO_SIGN_IN_ATTEMPTS = env.int("INNOVATO_SIGN_IN_ATTEMPTS", default=5)
# INNOVATO_SIGN_IN_WAIT_MINUTES: how long it then waits.
INNOVATO_SIGN_IN_WAIT_MINUTES = env.int("INNOVATO_SIGN_IN_WAIT_MINUTES", default=10)
# INNOVATO_API_READS_PER_MINUTE: calls of the API that read, for one person.
INNOVATO_API_READS_PER_MINUTE = env.int("INNOVATO_API_READS_PER_MINUTE", default=600)
# INNOVATO_API_WRITES_PER_MINUTE: calls of the API that change something, for one person.
INNOVATO_API_WRITES_PER_MINUTE = env.int("INNOVATO_API_WRITES_PER_MINUTE", default=120)
# INNOVATO_API_ANONYMOUS_PER_MINUTE: calls of the API without signing in, from one address.
INNOVATO_API_ANONYMOUS_PER_MINUTE = env.int("INNOVATO_API_ANONYMOUS_PER_MINUTE", default=60)
# INNOVATO_SESSION_HOURS: hours after which one signs in again, whatever one did meanwhile.
INNOVATO_SESSION_HOURS = env.int("INNOVATO_SESSION_HOURS", default=10)
# INNOVATO_SESSION_IDLE_MINUTES: minutes without opening or sending anything after which one signs in again.
INNOVATO_SESSION_IDLE_MINUTES = env.int("INNOVATO_SESSION_IDLE_MINUTES", default=60)

# --- Reports -----------------------------------------------------------------------------------------------------
# What can be exported as a file; each floor's own reports, named by string only.
INNOVATO_REPORTS = [
    "workflow.pipeline.report.PipelineReport",
    "innovato.participation.report.ParticipationReport",
    "innovato.retention.own_report.OwnDataReport",
]
# What each part keeps, for how long, and about whom; named by string only, the ground floor first.
INNOVATO_KEPT_DATA = ["innovato.retention.ground.PART", "workflow.kept.PART", "voting.kept.PART"]
# Who says, when a mail is about to leave, whether its recipient still has the task that it is about.
INNOVATO_NOTICE_CHECK = "workflow.notices.is_still_theirs"
# Who hands figures about ideas down to the report on participation, as plain values.
INNOVATO_IDEA_TOTALS = "workflow.selectors.idea_totals.of_period"
# INNOVATO_EXPORT_DAYS: days after which a file made for somebody is deleted.
INNOVATO_EXPORT_DAYS = env.int("INNOVATO_EXPORT_DAYS", default=7)
# INNOVATO_PARTICIPATION_K: participation figures about fewer people are hidden; 5 or more, whatever is set.
INNOVATO_PARTICIPATION_K = env.int("INNOVATO_PARTICIPATION_K", default=10)

# --- How long things are kept ---------------------------------------------------------------------------------------
# INNOVATO_RETAIN_DRAFT_DAYS: days after all who sign a draft have left, before it is deleted.
INNOVATO_RETAIN_DRAFT_DAYS = env.int("INNOVATO_RETAIN_DRAFT_DAYS", default=90)
# INNOVATO_RETAIN_NOTICE_DAYS: days for which a notice is kept.
INNOVATO_RETAIN_NOTICE_DAYS = env.int("INNOVATO_RETAIN_NOTICE_DAYS", default=365)
# INNOVATO_RETAIN_MAIL_DAYS: days for which the demo's folder keeps mails.
INNOVATO_RETAIN_MAIL_DAYS = env.int("INNOVATO_RETAIN_MAIL_DAYS", default=90)
# INNOVATO_RETAIN_TOKEN_DAYS: days for which a token that expired or was revoked stays on record.
INNOVATO_RETAIN_TOKEN_DAYS = env.int("INNOVATO_RETAIN_TOKEN_DAYS", default=90)
# INNOVATO_RETAIN_REPORT_DAYS: days for which answered reports on comments, and the text of removed ones, are kept.
INNOVATO_RETAIN_REPORT_DAYS = env.int("INNOVATO_RETAIN_REPORT_DAYS", default=365)
# INNOVATO_RETAIN_DELEGATION_DAYS: days for which a delegation that is over stays on record.
INNOVATO_RETAIN_DELEGATION_DAYS = env.int("INNOVATO_RETAIN_DELEGATION_DAYS", default=730)
# INNOVATO_RETAIN_REGISTER_DAYS: days for which the register says who took which file.
INNOVATO_RETAIN_REGISTER_DAYS = env.int("INNOVATO_RETAIN_REGISTER_DAYS", default=730)
# INNOVATO_RETAIN_RUN_DAYS: days for which the reports of these deletions are kept.
INNOVATO_RETAIN_RUN_DAYS = env.int("INNOVATO_RETAIN_RUN_DAYS", default=730)
# INNOVATO_RETAIN_NAMES_YEARS: years after leaving the city for which people keep their name beside their ideas.
INNOVATO_RETAIN_NAMES_YEARS = env.int("INNOVATO_RETAIN_NAMES_YEARS", default=5)

# --- Webhooks ----------------------------------------------------------------------------------------------------
# What other programs can be told of: the list of the floor above, named by string only; never anything of a vote.
INNOVATO_HAPPENINGS = "workflow.happenings.KINDS"
# INNOVATO_WEBHOOK_HTTP: webhooks may lead to plain http addresses too; only inside a network that nobody listens to.
INNOVATO_WEBHOOK_HTTP = env.bool("INNOVATO_WEBHOOK_HTTP", default=False)
# INNOVATO_WEBHOOK_NETWORKS: the networks inside that webhooks may reach, as 10.20.0.0/16, comma-separated; else none.
INNOVATO_WEBHOOK_NETWORKS = env.list("INNOVATO_WEBHOOK_NETWORKS", default=[])
# INNOVATO_WEBHOOK_PAUSE_AFTER: deliveries given up in a row after which a webhook pauses by itself.
INNOVATO_WEBHOOK_PAUSE_AFTER = env.int("INNOVATO_WEBHOOK_PAUSE_AFTER", default=5)
# INNOVATO_WEBHOOK_LOG_DAYS: days after which a delivery leaves the log, and what waits for a webhook in pause is dropped.
INNOVATO_WEBHOOK_LOG_DAYS = env.int("INNOVATO_WEBHOOK_LOG_DAYS", default=30)

# --- The sealed urn ----------------------------------------------------------------------------------------------
# INNOVATO_KEYSTORE_DIR: the folder of the ballots' keys: on local disk, mode 0700, in no backup. Production names it.
INNOVATO_KEYSTORE_DIR = Path(env("INNOVATO_KEYSTORE_DIR", default=str(VAR_DIR / "keys")))

# --- What it is made of ------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django_htmx", "guardian", "rest_framework",
    "drf_spectacular", "innovato", "innovato.organisation", "innovato.notifications", "innovato.webhooks",
    "innovato.participation", "innovato.exports", "innovato.retention", "workflow", "voting",
]  # fmt: skip

MIDDLEWARE = [
    "innovato.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "innovato.middleware.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "innovato.api.middleware.ProblemsMiddleware",
    "innovato.middleware.MethodPageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "voting.middleware.OwnPaperMiddleware",
]

ROOT_URLCONF = "innovato.urls"
WSGI_APPLICATION = "innovato.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workflow.context.shell",
            ],
        },
    },
]

# --- The API -----------------------------------------------------------------------------------------------------
# JSON only, for who is signed in, every refusal a problem (RFC 9457); what has no line here is Django REST framework's.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "innovato.api.authentication.PersonalToken",
        "innovato.api.authentication.StaffSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["innovato.api.pace.Pace"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "innovato.api.parsing.OnlyJSON",
    "DEFAULT_PARSER_CLASSES": ["innovato.api.parsing.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "innovato.api.problems.answer",
    "NON_FIELD_ERRORS_KEY": "body",
    "DEFAULT_SCHEMA_CLASS": "innovato.api.schema.ApiSchema",
}
# Its description; what it says of each operation stands beside the operation's code.
SPECTACULAR_SETTINGS = {
    "TITLE": "InnovaTo",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "What people do on the pages of InnovaTo, for programs: the same rules, the same words. Enter with a personal token "
        "(`Authorization: Bearer …`, made on the profile page) or with the session of a browser and `X-CSRFToken`. "
        "Lists come page by page: follow `next`. Refusals are problem details (RFC 9457) in the language of `Accept-Language`."
    ),
    "LICENSE": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_NAME_OVERRIDES": {
        "CommentKind": "workflow.models.Comment.Kind",
        "DecisionKind": "workflow.models.Decision.Kind",
        "ReviewStatus": "workflow.models.Review.Status",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "innovato.api.schema.finished",
        "innovato.api.examples.add_examples",
    ],
}

# --- Data --------------------------------------------------------------------------------------------------------
# DATABASE_URL: PostgreSQL 15 or later in production; one SQLite file where nothing is installed.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "innovato.sqlite3"}}
if env("DATABASE_URL", default=""):
    DATABASES["default"] = env.db_url("DATABASE_URL")
# INNOVATO_DB_POOL: at most so many pooled PostgreSQL connections per process; 0 keeps one per thread instead.
INNOVATO_DB_POOL = env.int("INNOVATO_DB_POOL", default=0)
# INNOVATO_ALLOW_SQLITE: says aloud that a production of one small machine keeps its data in the SQLite file.
INNOVATO_ALLOW_SQLITE = env.bool("INNOVATO_ALLOW_SQLITE", default=False)
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
elif INNOVATO_DB_POOL:
    # Opened by the first query of each process, so after every fork.
    _database["OPTIONS"] = {"pool": {"min_size": 0, "max_size": INNOVATO_DB_POOL}}
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# CACHE_URL: shared by all processes (sign-in limits live there): redis://… in production, else a table.
CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://innovato_cache")}

# --- People ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "organisation.Person"
AUTHENTICATION_BACKENDS = ["innovato.organisation.backends.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accesso/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accesso/"
# guardian keeps the rows of rights on departments; who may do what is asked of DepartmentAccess alone, so guardian adds
# neither a backend (the warning it gives for that is silenced) nor methods to people and groups.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# --- Words -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "innovato" / "locale"]
TIME_ZONE = "Europe/Rome"
USE_I18N = True
USE_TZ = True

# --- Files -------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "innovato" / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
# One file too many still gets its sentence beside the field; a flood of them is refused unread.
DATA_UPLOAD_MAX_NUMBER_FILES = 4 * INNOVATO_ATTACHMENT_MAX_COUNT
FILE_UPLOAD_MAX_REQUEST = (INNOVATO_ATTACHMENT_MAX_COUNT + 1) * INNOVATO_ATTACHMENT_MAX_BYTES
FILE_UPLOAD_HANDLERS = [
    "innovato.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Mail --------------------------------------------------------------------------------------------------------
# EMAIL_URL: the mail server, smtp+tls://user:password@host:587; the demo writes files under var/mails instead.
_mail = env.email_url("EMAIL_URL", default="filemail://")
if _mail["EMAIL_BACKEND"].endswith(".filebased.EmailBackend"):
    # One folder per address, so that the demo can show people their own mails.
    _mail["EMAIL_BACKEND"] = "innovato.notifications.mailbox.MailboxBackend"
vars().update(_mail)
EMAIL_FILE_PATH = VAR_DIR / "mails"
# EMAIL_TIMEOUT: seconds after which a slow mail server is left for a later attempt.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
# DEFAULT_FROM_EMAIL: the sender of every mail.
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"InnovaTo – {INNOVATO_CITY_NAME} <{INNOVATO_SUPPORT_EMAIL}>")
SERVER_EMAIL = INNOVATO_SUPPORT_EMAIL

# --- Background work ---------------------------------------------------------------------------------------------
# CELERY_BROKER_URL: RabbitMQ in production (amqp://…); embedded, one SQLite file of its own.
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=f"sqla+sqlite:///{VAR_DIR / 'broker.sqlite3'}")
# INNOVATO_QUEUE: the queue's name; two installations on one broker need two names.
CELERY_TASK_DEFAULT_QUEUE = env("INNOVATO_QUEUE", default="innovato")
# INNOVATO_CLOCK_IN_WORKER: the worker keeps the clock too; only where there is exactly one worker, as in `make run`.
INNOVATO_CLOCK_IN_WORKER = env.bool("INNOVATO_CLOCK_IN_WORKER", default=False)
CELERY_BEAT_SCHEDULE = beat_schedule(embedded=CELERY_BROKER_URL.startswith("sqla+"))
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat.db")
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}

# --- Security ----------------------------------------------------------------------------------------------------
# INNOVATO_SECURE: cookies and addresses over https only; off only in the demo and while developing.
INNOVATO_SECURE = env.bool("INNOVATO_SECURE", default=not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = INNOVATO_SECURE
SECURE_REDIRECT_EXEMPT = [r"^salute/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if INNOVATO_SECURE else None
SECURE_HSTS_SECONDS = 31536000 if INNOVATO_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = INNOVATO_SECURE
SECURE_HSTS_PRELOAD = INNOVATO_SECURE
SESSION_ENGINE = "innovato.organisation.session_store"
SESSION_COOKIE_SECURE = INNOVATO_SECURE
SESSION_COOKIE_AGE = INNOVATO_SESSION_IDLE_MINUTES * 60
CSRF_COOKIE_SECURE = INNOVATO_SECURE
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = INNOVATO_SECURE
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Over https browsers take these names from nobody but this very host; over plain http they would not take them at all.
_host_only = "__Host-" if INNOVATO_SECURE else ""
SESSION_COOKIE_NAME = f"{_host_only}innovato_session"
CSRF_COOKIE_NAME = f"{_host_only}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_host_only}django_language"
INNOVATO_MESSAGES_COOKIE_NAME = f"{_host_only}innovato_messages"
MESSAGE_STORAGE = "innovato.messages.Messages"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The names are Django 6's, so that our own middleware can fall away.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

# --- What it tells its operators ---------------------------------------------------------------------------------
# Error reports never show what the ballot's code held in its hands when something failed.
DEFAULT_EXCEPTION_REPORTER_FILTER = "voting.reports.SealedReporterFilter"
# INNOVATO_LOG_LEVEL: how much it says on standard error; voters are never named at any level.
INNOVATO_LOG_LEVEL = env("INNOVATO_LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "innovato.logs.OneLine",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": INNOVATO_LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": INNOVATO_LOG_LEVEL, "propagate": True},
        # At debug level it writes down everything that a page knows, own papers too, for each name a template lacks.
        "django.template": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
