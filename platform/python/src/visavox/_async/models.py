"""Versions of models, and what serves of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from .. import _html, api
from .._canonical import hex_of
from .._model_files import model_files
from .._references import model_path, segment
from .._store import Store, Wanted
from . import flow
from .blobs import Address, download, upload
from .transport import AsyncTransport


class AsyncModel:
    """A version of a model. It never changes, but for its aliases."""

    def __init__(self, transport: AsyncTransport, store: Store, record: api.Model) -> None:
        self._transport = transport
        self._store = store
        self._record = record

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def version(self) -> int:
        return self._record.version

    @property
    def bundle(self) -> str:
        """The digest of its files."""
        return self._record.bundle

    @property
    def run(self) -> str | None:
        """The id of the run that made it."""
        return self._record.run

    @property
    def metrics(self) -> Mapping[str, float]:
        return self._record.metrics

    @property
    def aliases(self) -> list[str]:
        """Such as ``champion``, where it serves."""
        return self._record.aliases

    @property
    def url(self) -> str:
        """Of its page in the console."""
        return _html.console(self._transport.settings.server, "models", self.name, str(self.version))

    async def details(self) -> api.ModelDetails:
        """What its files say of it: ``flavour``, ``signature``, ``example``, ``card``, ``requirements``, ``signed``."""
        return await self._transport.get(api.ModelDetails, f"{self._path}/details")

    async def verify(self) -> api.ModelVerification:
        """Every byte of its files against its signature: ``state`` is ``verified``, ``unsigned`` or ``refused``."""
        return await self._transport.post(api.ModelVerification, f"{self._path}/verify")

    async def bom(self) -> dict[str, Any]:
        """Its bill of materials: CycloneDX 1.6 (ML-BOM)."""
        return dict(json.loads(await self._transport.request("GET", f"{self._path}/bom")))

    @property
    def _path(self) -> str:
        return f"/api/v1/models/{segment(self.name)}/versions/{self.version}"

    async def folder(self, path: str | PathLike[str] | None = None, *, progress: bool = True) -> Path:
        """Its files. Downloaded once, checked and kept, read-only; with ``path``, copies of your own are there."""
        url = self._path
        bundle = await self._transport.get(api.Bundle, f"{url}/bundle")
        files = [Wanted(file.path, file.digest, file.bytes) for file in bundle.files]

        def address(file: Wanted) -> Address:
            return f"{url}/files/{segment(file.key)}", {}

        what = f"{self.name}:{self.version}"
        await download(self._transport, self._store, files, address, what=what, shown=progress)
        folder = Path(path).expanduser() if path is not None else self._store.root / "models" / hex_of(self.bundle)
        await flow.in_thread(self._store.place, files, folder, linked=path is None)
        return folder

    async def release(self, to: str | None = None) -> AsyncRelease:
        """Brings it up beside the champion of an environment, without traffic; ``promote`` lets it serve.

        ``to``: an environment; needed where the model has several.
        """
        body = {"version": self.version}
        path = f"/api/v1/models/{segment(self.name)}/releases"
        record = await self._transport.post(api.Release, path, body, {"environment": to})
        return AsyncRelease(self._transport, record)

    def __repr__(self) -> str:
        return f"<Model {self.name}:{self.version}{''.join(f' @{alias}' for alias in self.aliases)}>"

    def _repr_html_(self) -> str:
        aliases = "".join(f" @{alias}" for alias in self.aliases)
        head = f"<p>{_html.link(self.url, f'{self.name}:{self.version}{aliases}')}</p>"
        return head + _html.table(["metric", "value"], list(self.metrics.items()))


class AsyncRelease:
    """A model version in an environment, as it was when it was looked at last."""

    def __init__(self, transport: AsyncTransport, record: api.Release) -> None:
        self._transport = transport
        self._record = record

    @property
    def id(self) -> str:
        return self._record.id

    @property
    def environment(self) -> str:
        return self._record.environment

    @property
    def model(self) -> str:
        """The name of the model; ``version`` is that of this release."""
        return self._record.model

    @property
    def version(self) -> int:
        return self._record.version

    @property
    def stage(self) -> api.ReleaseStage:
        """``preparing``, ``shadow``, ``canary``, ``champion``, ``retired`` or ``held-back``."""
        return self._record.stage

    @property
    def reason(self) -> str:
        """Why it is where it is: what the gate said, or who asked."""
        return self._record.reason

    async def promote(self) -> AsyncRelease:
        """Makes it the champion of its model in its environment, without a restart. Returns itself."""
        self._record = await self._transport.post(api.Release, f"/api/v1/releases/{segment(self.id)}/promote")
        return self

    async def rollback(self) -> AsyncRelease:
        """Makes the release before the present champion of the same environment champion again, and returns that."""
        return await AsyncReleases(self._transport).rollback(self.model, self.environment)

    def __repr__(self) -> str:
        return f"<Release {self.model}:{self.version} in {self.environment}: {self.stage}>"

    def _repr_html_(self) -> str:
        head = ["model", "environment", "stage", "reason"]
        return _html.table(head, [[f"{self.model}:{self.version}", self.environment, self.stage, self.reason]])


class AsyncModels:
    def __init__(self, transport: AsyncTransport, store: Store) -> None:
        self._transport = transport
        self._store = store

    async def get(self, reference: str, environment: str | None = None) -> AsyncModel:
        name, version = model_path(reference)
        path = f"/api/v1/models/{segment(name)}/versions/{version}"
        record = await self._transport.get(api.Model, path, {"environment": environment})
        return AsyncModel(self._transport, self._store, record)

    async def all(self, name: str | None) -> list[AsyncModel]:
        path = "/api/v1/models" if name is None else f"/api/v1/models/{segment(name)}/versions"
        answer = await self._transport.get(api.Models, path)
        return [AsyncModel(self._transport, self._store, record) for record in answer.models]

    async def register(self, name: str, run: str, output: str | None) -> AsyncModel:
        body: dict[str, Any] = {"run": run, **({"output": output} if output is not None else {})}
        return await self._registered(name, body)

    async def register_files(
        self,
        name: str,
        path: Path,
        card: str | PathLike[str] | None,
        example: str | PathLike[str] | None,
        *,
        progress: bool,
    ) -> AsyncModel:
        items = await flow.in_thread(model_files, path, card, example)
        await upload(self._transport, items, shown=progress)
        files = [{"path": item.about["key"], "digest": item.digest, "bytes": item.bytes} for item in items]
        return await self._registered(name, {"files": files})

    async def compare(self, a: str, b: str, on: str | None) -> api.ModelComparison:
        for reference in (a, b):
            model_path(reference)
        query = {"a": a, "b": b, "on": on}
        return await self._transport.get(api.ModelComparison, "/api/v1/model-comparison", query)

    async def _registered(self, name: str, body: dict[str, Any]) -> AsyncModel:
        made = await self._transport.post(api.ModelVersion, f"/api/v1/models/{segment(name)}/versions", body)
        return await self.get(f"{made.name}:{made.version}")


class AsyncReleases:
    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def all(self, model: str | None, environment: str | None) -> list[AsyncRelease]:
        path = "/api/v1/releases" if model is None else f"/api/v1/models/{segment(model)}/releases"
        answer = await self._transport.get(api.Releases, path, {"environment": environment})
        return [AsyncRelease(self._transport, record) for record in answer.releases]

    async def rollback(self, model: str, environment: str | None) -> AsyncRelease:
        path = f"/api/v1/models/{segment(model)}/rollback"
        record = await self._transport.post(api.Release, path, None, {"environment": environment})
        return AsyncRelease(self._transport, record)
