"""Files that hold passwords or keys: they never leave the machine with a run's code."""

from __future__ import annotations

import re

_NAMES = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"^\.env(\..+)?\Z", 0),
        (r"^id_(rsa|dsa|ecdsa|ed25519)(_sk)?\Z", 0),
        (r"\.(key|p12|pfx|pkcs12|jks|keystore|kdbx|ppk|gpg)\Z", re.IGNORECASE),
        (r"^(\.netrc|_netrc|\.pypirc|\.pgpass|\.git-credentials|\.htpasswd|\.dockercfg|kubeconfig)\Z", 0),
        (r"^(client_secret|service[-_]account).*\.json\Z", re.IGNORECASE),
    )
]
# What a project shows others of its settings, without the values.
_EXAMPLES = re.compile(r"\.(example|sample|template|dist)\Z")
_FOLDERS = re.compile(r"(^|/)\.(aws|ssh|gnupg|kube|docker)/")

_LARGEST_KEY = 64 * 1024
_PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----")
_SETTINGS = re.compile(r"\.(json|ya?ml|ini|toml|cfg|conf|npmrc|pem|txt)\Z|(^|/)[^./]+\Z|(^|/)\.[^/.]+\Z")
_CREDENTIALS = [
    re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----(\\n|\s)+[A-Za-z0-9+/=]{32}"),
    re.compile(r"^\s*aws_secret_access_key\s*=\s*\S{20}", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^\s*//[^\s]+:_(authToken|password)\s*=\s*(?!\$\{)\S+", re.MULTILINE),
]


def is_secret_by_name(path: str) -> bool:
    name = path.rpartition("/")[2]
    if _EXAMPLES.search(name):
        return False
    return bool(_FOLDERS.search(path)) or any(pattern.search(name) for pattern in _NAMES)


def is_secret_by_content(path: str, content: bytes) -> bool:
    """A source file that mentions a key is not one: it would be missing where it is imported."""
    if len(content) > _LARGEST_KEY:
        return False
    if _PRIVATE_KEY.match(content[:4096].decode("utf-8-sig", errors="replace").lstrip()):
        return True
    if not _SETTINGS.search(path):
        return False
    text = content.decode("utf-8-sig", errors="replace")
    return any(pattern.search(text) for pattern in _CREDENTIALS)
