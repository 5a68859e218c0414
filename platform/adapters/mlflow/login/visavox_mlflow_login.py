"""A login in front of the MLflow server that Visavox starts, as an `mlflow.app` plug-in.

Loopback is shared by everybody on the machine: without a login anyone could change runs and model versions. MLflow's
own `basic-auth` keeps users in a second database and spends a password hash on every request. Here a token is its
subject and a signature of it, so that nothing is stored and a check costs microseconds.

A token is `<subject>.<signature>`: the subject in URL-safe Base64 without padding, and HMAC-SHA256 of it in
hexadecimal. It comes as a bearer token, or as the password of a basic login, which is what a browser asks for.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re

KEY_VARIABLE = "VISAVOX_MLFLOW_LOGIN_KEY"
STEP_SUBJECT = "step:"

# What other people rely on: which version has which stage, and that versions and runs stay.
_NOT_FOR_STEPS = re.compile(
    r"/mlflow/(registered-models/(alias|delete|rename|set-tag|delete-tag)"
    r"|model-versions/(set-tag|delete-tag|transition-stage)"
    r"|experiments/(delete|update|restore)|runs/(delete|restore))/?$"
)


def create_app():
    """Returns MLflow's own application behind the login.

    Raises:
        KeyError: the environment has no VISAVOX_MLFLOW_LOGIN_KEY.
    """
    key = bytes.fromhex(os.environ[KEY_VARIABLE])
    from mlflow.server.fastapi_app import app

    return Login(app, key)


class Login:
    """Passes on what carries a valid token.

    Args:
        app: the ASGI application behind it.
        key: what tokens are signed with.
    """

    def __init__(self, app, key: bytes):
        self._app = app
        self._key = key

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        subject = subject_of(dict(scope["headers"]).get(b"authorization", b""), self._key)
        if subject is None:
            await _refuse(scope, send, 401, "Sign in with the token that Visavox gives out.")
        elif subject.startswith(STEP_SUBJECT) and not _may(scope):
            await _refuse(scope, send, 403, "A step of a pipeline may not change this.")
        else:
            await self._app(scope, receive, send)


def subject_of(header: bytes, key: bytes) -> str | None:
    """Returns whom the Authorization header stands for, or None where its token is missing or wrong."""
    scheme, _, given = header.decode("latin-1").partition(" ")
    token = given.strip()
    try:
        if scheme.lower() == "basic":
            token = base64.b64decode(token, validate=True).decode().partition(":")[2]
        elif scheme.lower() != "bearer":
            return None
        encoded, _, signature = token.partition(".")
        expected = hmac.new(key, encoded.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return None
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeError):
        return None


def _may(scope) -> bool:
    return scope.get("method") == "GET" or not _NOT_FOR_STEPS.search(scope["path"])


async def _refuse(scope, send, status: int, message: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="MLflow of Visavox", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": message.encode()})
