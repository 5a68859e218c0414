"""Answers of the API. Written by `python generate.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType


class BrokenExample(BaseModel):
    item: str
    row: Annotated[int | None, Field(gt=0)]
    line: Annotated[int | None, Field(gt=0)]
    value: str | None


class BrokenRule(BaseModel):
    column: str | None
    check: str
    rows: Annotated[int | None, Field(ge=0)]
    found: str | None
    examples: list[BrokenExample]


class CardData(BaseModel):
    name: str
    version: str | None


class Interval(BaseModel):
    low: float
    high: float


class CardMetric(BaseModel):
    name: str
    value: float
    interval: Interval | None
    slice: str | None
    data: str | None


class CardRelease(BaseModel):
    environment: str
    stage: str
    reason: str


class ChangedFile(BaseModel):
    path: str
    patch: Annotated[
        str | None,
        Field(description="a unified diff; null where it is large or no text"),
    ]
    """a unified diff; null where it is large or no text"""


class CodeDifference(BaseModel):
    added: list[str]
    removed: list[str]
    changed: list[ChangedFile]


class CodeOrigin(BaseModel):
    commit: Annotated[str | None, Field(max_length=200)]
    branch: Annotated[str | None, Field(max_length=1000)]
    clean: bool | None


class ComparedMetric(BaseModel):
    name: str
    a: float | None
    b: float | None
    comparable: Annotated[bool, Field(description="whether both are of the same data")]
    """whether both are of the same data"""

    why: str


class ComparedPart(BaseModel):
    name: str
    a: str | float | None
    b: str | float | None
    equal: bool


class CurvePoint(BaseModel):
    step: int
    value: float | Literal["NaN", "Infinity", "-Infinity"]
    time: Annotated[str, Field(description="when it was logged")]
    """when it was logged"""


class CurvesProblem(BaseModel):
    code: str
    detail: str
    action: str


class DatasetChange(BaseModel):
    name: str
    before: Annotated[str | None, Field(pattern="^sha256:[0-9a-f]{64}$")]
    after: Annotated[str | None, Field(pattern="^sha256:[0-9a-f]{64}$")]
    added: int
    removed: int
    changed: int


Digest = TypeAliasType("Digest", Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")])


class EarlyStopping(BaseModel):
    metric: Annotated[str, Field(max_length=300, min_length=1)]
    after_steps: Annotated[int, Field(alias="afterSteps", ge=0)]


class ForeignModel(BaseModel):
    name: str
    version: int
    difference: str


class MetricCurve(BaseModel):
    name: str
    chart: Annotated[
        str,
        Field(description="the same for metrics that are looked at together: `loss` for `loss` and `val_loss`"),
    ]
    """the same for metrics that are looked at together: `loss` for `loss` and `val_loss`"""

    logged: Annotated[
        int,
        Field(description="how many points there are; of many, those are shown that stand out"),
    ]
    """how many points there are; of many, those are shown that stand out"""

    points: Annotated[
        list[CurvePoint],
        Field(description="by step; by time where all are of one step"),
    ]
    """by step; by time where all are of one step"""


class MissingBlobs(BaseModel):
    missing: list[Digest]


class Model(BaseModel):
    name: str
    version: Annotated[int, Field(gt=0)]
    bundle: Digest
    run: str | None
    created_at: Annotated[str, Field(alias="createdAt")]
    metrics: dict[str, float]
    aliases: list[str]
    differences: Annotated[
        list[str],
        Field(description="what MLflow shows otherwise: somebody changed it there"),
    ]
    """what MLflow shows otherwise: somebody changed it there"""


class ModelCard(BaseModel):
    file: str | None
    licence: str | None
    task: str | None
    tags: list[str]
    data: list[CardData]
    metrics: list[CardMetric]
    limits: str | None
    releases: list[CardRelease]
    text: str


class ModelComparison(BaseModel):
    a: str
    b: str
    on: Annotated[str | None, Field(pattern="^sha256:[0-9a-f]{64}$")]
    metrics: list[ComparedMetric]
    signature: list[ComparedPart]
    card: list[ComparedPart]
    lineage: list[ComparedPart]
    sizes: list[ComparedPart]


class ModelExample(BaseModel):
    file: str
    value: Annotated[Any | None, Field(description="as it is written; null where it is large")] = None
    """as it is written; null where it is large"""


class ModelFault(BaseModel):
    code: str
    message: str
    action: str


class ModelSignature(BaseModel):
    inputs: list[dict[str, Any]] | None
    outputs: list[dict[str, Any]] | None
    params: list[dict[str, Any]] | None


class ModelVersion(BaseModel):
    name: str
    version: Annotated[int, Field(gt=0)]
    bundle: Digest
    run: str | None
    created_at: Annotated[str, Field(alias="createdAt")]
    metrics: dict[str, float]


class Models(BaseModel):
    models: list[Model]
    not_ours: Annotated[
        list[ForeignModel],
        Field(
            alias="notOurs",
            description="versions that MLflow shows and this installation does not believe",
        ),
    ]
    """versions that MLflow shows and this installation does not believe"""


class OutputFile(BaseModel):
    path: str
    digest: Digest
    bytes: int


class OutputFiles(BaseModel):
    type: Annotated[str, Field(description="as Kubeflow Pipelines names it, such as system.Model")]
    """as Kubeflow Pipelines names it, such as system.Model"""

    digest: Digest
    files: list[OutputFile]


class PackageChange(BaseModel):
    task: str
    name: str
    before: str | None
    after: str | None


class PartListing(BaseModel):
    part: str
    dataset: Digest


ReleaseStage = TypeAliasType(
    "ReleaseStage", Literal["preparing", "shadow", "canary", "champion", "retired", "held-back"]
)


class RunDifference(BaseModel):
    from_: Annotated[str, Field(alias="from")]
    to: str
    code: CodeDifference | None
    packages: Annotated[
        list[PackageChange],
        Field(description="of tasks that both have, which declare packages of their own"),
    ]
    """of tasks that both have, which declare packages of their own"""

    datasets: list[DatasetChange]


class RunEdge(BaseModel):
    from_: Annotated[str, Field(alias="from")]
    to: str


class RunPins(BaseModel):
    pipeline: Digest
    code: Digest
    environment: Digest
    datasets: list[Digest]
    parameters: dict[str, int | str | float | bool | list[Any] | dict[str, Any]]
    seed: int


class RunStarted(BaseModel):
    id: str


RunState = TypeAliasType("RunState", Literal["pending", "running", "canceling", "succeeded", "failed", "canceled"])


Sampler = TypeAliasType("Sampler", Literal["grid", "random", "bayesian"])


class SavedDataset(BaseModel):
    digest: Digest
    items: int


SplitBy = TypeAliasType("SplitBy", Literal["group", "time", "stratum"])


class SplitCut(BaseModel):
    part: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")]
    from_: Annotated[float, Field(alias="from")]
    text: str


SplitLevel = TypeAliasType("SplitLevel", Literal["items", "rows"])


class SplitListing(BaseModel):
    name: str
    parts: list[PartListing]


class SplitPart(BaseModel):
    part: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")]
    dataset: Digest
    items: Annotated[int, Field(ge=0)]
    rows: Annotated[int | None, Field(ge=0)]
    units: Annotated[int, Field(gt=0)]


class SplitShare(BaseModel):
    part: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")]
    share: Annotated[float, Field(gt=0.0, le=1.0)]


class StoredCode(BaseModel):
    digest: Digest
    missing: Annotated[
        list[Digest],
        Field(description="to be sent first; the code is stored when there are none"),
    ]
    """to be sent first; the code is stored when there are none"""


SweepState = TypeAliasType("SweepState", Literal["running", "canceling", "succeeded", "failed", "canceled"])


class SweptRange(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    low: float
    high: float
    integer: bool | None = False
    step: Annotated[float | None, Field(gt=0.0)] = None
    log: bool | None = False


class SweptValues(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
    )
    values: Annotated[
        list[int | str | float | bool | list[Any] | dict[str, Any]],
        Field(max_length=10000, min_length=1),
    ]


class TaskCounts(BaseModel):
    total: int
    finished: int
    running: list[str]


class TaskEnvironment(BaseModel):
    digest: Digest
    packages: list[str]
    lock: Digest | None = None


TaskState = TypeAliasType("TaskState", Literal["pending", "running", "succeeded", "failed", "canceled", "skipped"])


class TrialOutcome(BaseModel):
    number: Annotated[int, Field(gt=0)]
    run: str
    parameters: dict[str, int | str | float | bool | list[Any] | dict[str, Any]]
    stopped: bool | None = None
    state: RunState
    value: Annotated[float | None, Field(description="of the sweep's metric")]
    """of the sweep's metric"""

    reason: str | None


class UnreadTable(BaseModel):
    item: str
    line: Annotated[int | None, Field(gt=0)]
    reason: str


UploadState = TypeAliasType("UploadState", Literal["stored", "storing"])


class ValidatedTable(BaseModel):
    item: str
    rows: Annotated[int, Field(ge=0)]


class ValidationReport(BaseModel):
    format: Literal[1]
    passed: bool
    of: Literal["rows", "items"]
    rows: Annotated[int, Field(ge=0)]
    broken_rows: Annotated[int, Field(alias="brokenRows", ge=0)]
    tables: list[ValidatedTable]
    unread: list[UnreadTable]
    broken: list[BrokenRule]
    library: str
    text: str


VerificationState = TypeAliasType("VerificationState", Literal["verified", "unsigned", "refused"])


class Artifact(BaseModel):
    name: str
    digest: Digest
    bytes: Annotated[int, Field(ge=0)]
    type: str
    metadata: dict[str, Any]


class Bindings(BaseModel):
    parameters: dict[str, int | str | float | bool | list[Any] | dict[str, Any]]
    artifacts: dict[str, list[Artifact]]


class BlobPart(BaseModel):
    number: int
    digest: Digest


class BlobParts(BaseModel):
    stored: bool
    part_bytes: Annotated[int, Field(alias="partBytes")]
    parts: list[BlobPart]


class BundleFile(BaseModel):
    path: str
    digest: Digest
    bytes: Annotated[int, Field(ge=0)]


class DatasetItem(BaseModel):
    key: Annotated[str, Field(min_length=1)]
    digest: Digest
    bytes: Annotated[int, Field(ge=0)]
    media_type: Annotated[str, Field(alias="mediaType")]
    labels: dict[str, str]
    provenance: dict[str, str]


class DatasetListing(BaseModel):
    digest: Digest
    name: str
    items: int
    created_at: Annotated[str, Field(alias="createdAt")]
    splits: Annotated[list[SplitListing], Field(description="the versions that it was split into")]
    """the versions that it was split into"""


class DatasetManifest(BaseModel):
    format: Literal[1]
    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]*$")]
    items: list[DatasetItem]


class DatasetValidation(BaseModel):
    dataset: Digest
    rules: Digest
    checked_at: Annotated[str, Field(alias="checkedAt")]
    report: ValidationReport


class DatasetValidations(BaseModel):
    validations: list[DatasetValidation]


class Datasets(BaseModel):
    datasets: list[DatasetListing]


class JoinState(BaseModel):
    state: UploadState


class ModelVerification(BaseModel):
    state: VerificationState
    faults: Annotated[list[str], Field(description="what is not as it was signed")]
    """what is not as it was signed"""

    key: Annotated[str, Field(description="the SHA-256 of the public key that signs here")]
    """the SHA-256 of the public key that signs here"""

    signed_at: Annotated[str | None, Field(alias="signedAt")]


class Release(BaseModel):
    id: str
    environment: str
    model: str
    version: Annotated[int, Field(gt=0)]
    bundle: Digest
    stage: ReleaseStage
    reason: str
    settings: Digest | None = None
    by: str | None = None
    created_at: Annotated[str, Field(alias="createdAt")]
    promoted_at: Annotated[str | None, Field(alias="promotedAt")]


class Releases(BaseModel):
    releases: list[Release]


class RunSummary(BaseModel):
    id: str
    pipeline: str
    state: RunState
    reason: str | None
    trigger: str
    by: str | None = None
    engine: str
    name: str | None = None
    note: str | None = None
    tags: dict[str, str] | None = None
    sweep: str | None = None
    created_at: Annotated[str, Field(alias="createdAt")]
    finished_at: Annotated[str | None, Field(alias="finishedAt")]
    parameters: dict[str, int | str | float | bool | list[Any] | dict[str, Any]]
    metrics: dict[str, float]
    models: list[str]
    tasks: TaskCounts


class Runs(BaseModel):
    runs: list[RunSummary]
    total: Annotated[int, Field(description="of those that match")]
    """of those that match"""


class SplitRule(BaseModel):
    by: SplitBy
    column: Annotated[str, Field(max_length=1000, min_length=1)]
    group: Annotated[str | None, Field(max_length=1000, min_length=1)]
    shares: Annotated[list[SplitShare], Field(max_length=20, min_length=2)]
    seed: Annotated[int, Field(ge=0, le=2147483648)]


class SweepPlan(BaseModel):
    space: dict[str, SweptValues | SweptRange]
    sampler: Sampler
    trials: Annotated[int, Field(ge=1, le=10000)]
    parallel: Annotated[int, Field(ge=1, le=1000)]
    metric: Annotated[str, Field(max_length=300, min_length=1)]
    goal: Literal["maximize", "minimize"]
    seed: int
    stop_early: Annotated[EarlyStopping | None, Field(alias="stopEarly")] = None


class SweepSummary(BaseModel):
    id: str
    name: str | None = None
    pipeline: str
    state: SweepState
    reason: str | None
    plan: SweepPlan
    created_at: Annotated[str, Field(alias="createdAt")]
    finished_at: Annotated[str | None, Field(alias="finishedAt")]
    begun: Annotated[int, Field(description="how many trials have begun")]
    """how many trials have begun"""


class Sweeps(BaseModel):
    sweeps: list[SweepSummary]


class TaskCurves(BaseModel):
    name: str
    state: TaskState
    cached: Annotated[bool, Field(description="the curves are of the task that it was taken from")]
    """the curves are of the task that it was taken from"""

    started_at: Annotated[str | None, Field(alias="startedAt")]
    steps_are: Annotated[Literal["epoch", "step"], Field(alias="stepsAre")]
    metrics: Annotated[list[MetricCurve], Field(description="what a training is judged by first")]
    """what a training is judged by first"""


class TaskRecord(BaseModel):
    name: str
    state: TaskState
    attempts: Annotated[int, Field(ge=0)]
    cached: bool
    cache_key: Annotated[str | None, Field(alias="cacheKey", pattern="^sha256:[0-9a-f]{64}$")]
    command: list[str]
    environment: TaskEnvironment | None = None
    inputs: Bindings
    outputs: Bindings
    started_at: Annotated[str | None, Field(alias="startedAt")]
    finished_at: Annotated[str | None, Field(alias="finishedAt")]
    reason: str | None
    cpu_seconds: Annotated[float | None, Field(alias="cpuSeconds")]
    tracking_run: Annotated[str | None, Field(alias="trackingRun")] = None


class Bundle(BaseModel):
    format: Literal[1]
    name: str
    files: list[BundleFile]
    parent: Annotated[str | None, Field(pattern="^sha256:[0-9a-f]{64}$")]
    properties: dict[str, Any]


class Dataset(BaseModel):
    digest: Digest
    manifest: DatasetManifest


class ModelDetails(BaseModel):
    flavour: str | None
    flavours: list[str]
    file: str | None
    requirements: list[str]
    python: str | None
    faults: list[ModelFault]
    signature: ModelSignature | None
    takes: Annotated[list[str] | None, Field(description="its inputs, in words")]
    """its inputs, in words"""

    returns: Annotated[list[str] | None, Field(description="its outputs, in words")]
    """its outputs, in words"""

    example: ModelExample | None
    card: ModelCard
    signed: ModelVerification
    files: int
    bytes: int


class RunCurves(BaseModel):
    tasks: Annotated[list[TaskCurves], Field(description="in the order of the run")]
    """in the order of the run"""

    problem: CurvesProblem | None


class RunDetails(BaseModel):
    id: str
    pipeline: str
    state: RunState
    reason: str | None
    trigger: str
    by: str | None = None
    engine: str
    pins: RunPins
    origin: CodeOrigin | None = None
    tracking_run: Annotated[str | None, Field(alias="trackingRun")]
    notices: list[str] | None = None
    name: str | None = None
    note: str | None = None
    tags: dict[str, str] | None = None
    sweep: str | None = None
    request_digest: Annotated[Digest | None, Field(alias="requestDigest")] = None
    tasks: list[TaskRecord]
    created_at: Annotated[str, Field(alias="createdAt")]
    finished_at: Annotated[str | None, Field(alias="finishedAt")]
    edges: Annotated[
        list[RunEdge],
        Field(description="how its tasks follow each other, by name, as the pipeline says"),
    ]
    """how its tasks follow each other, by name, as the pipeline says"""


class SplitOfDataset(BaseModel):
    format: Literal[1]
    dataset: Digest
    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")]
    rule: SplitRule
    of: SplitLevel
    follows: Annotated[str | None, Field(pattern="^sha256:[0-9a-f]{64}$")]
    cuts: list[SplitCut]
    parts: list[SplitPart]
    assignment: Digest
    left_out: Annotated[list[str], Field(alias="leftOut")]


class SweepDetails(BaseModel):
    id: str
    name: str | None = None
    pipeline: str
    state: SweepState
    reason: str | None
    plan: SweepPlan
    created_at: Annotated[str, Field(alias="createdAt")]
    finished_at: Annotated[str | None, Field(alias="finishedAt")]
    begun: Annotated[int, Field(description="how many trials have begun")]
    """how many trials have begun"""

    trials: list[TrialOutcome]
    best: Annotated[TrialOutcome | None, Field(description="so far")]
    """so far"""


class DatasetSplit(BaseModel):
    digest: Digest
    created_at: Annotated[str, Field(alias="createdAt")]
    split: SplitOfDataset


class DatasetSplits(BaseModel):
    splits: list[DatasetSplit]
