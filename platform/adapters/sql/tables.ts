import type { ApprovalState } from '@visavox/core/approval';
import type { AuditOutcome } from '@visavox/core/audit';
import type { Arm, Experiment } from '@visavox/core/experiment';
import type { ReleaseStage } from '@visavox/core/release';
import type { RunState, TaskState } from '@visavox/core/run';
import type { SweepState } from '@visavox/core/sweep';
import type { Role } from '@visavox/core/user';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** Written as text (`JSON.stringify`), read as the value: both drivers agree on nothing else. */
export type Json<T> = ColumnType<T, string, string>;

/** The platform's tables. An application adds its own: `database.db.withTables<ApplicationTables>()`. */
export interface PlatformTables {
  runs: {
    id: string;
    state: RunState;
    created_at: Date;
    /** The run record without its tasks, name, note and tags. */
    record: Json<unknown>;
    pipeline: string;
    name: string | null;
    note: string | null;
    tags: Json<Record<string, string>>;
    sweep: string | null;
    /** Metrics and counts of tasks; null in runs that were saved last before there were summaries. */
    summary: Json<unknown>;
  };
  run_tasks: {
    run: string;
    position: number;
    state: TaskState;
    cache_key: string | null;
    finished_at: Date | null;
    record: Json<unknown>;
  };
  sweeps: { id: string; state: SweepState; created_at: Date; record: Json<unknown> };
  experiments: {
    id: string;
    environment: string;
    model: string;
    state: Experiment['state'];
    created_at: Date;
    record: Json<unknown>;
  };
  /** A row is the exposure of a key, with its arm, or the outcome of a request, with its record. */
  experiment_journal: {
    experiment: string;
    position: Generated<string>;
    key: string;
    request: string | null;
    arm: Arm | null;
    share: number | null;
    record: Json<unknown> | null;
  };
  run_datasets: { run: string; dataset: string };
  dataset_versions: {
    digest: string;
    name: string;
    items: number;
    created_at: Generated<Date>;
    /** Grows with every save: the newest of a name is the one saved last. */
    saved: Generated<number>;
    /** Of a part: the version that was split, beside which it is not listed. */
    part_of: string | null;
  };
  /** The blobs of splits. */
  dataset_splits: { dataset: string; name: string; split: string; created_at: Date };
  /** Of versions that were deleted; `remains` are the blobs that are still to be removed. */
  dataset_tombstones: {
    id: Generated<string>;
    dataset: string;
    name: string;
    items: number;
    created_at: Date;
    deleted_at: Date;
    deleted_by: string;
    reason: string;
    released: Json<unknown>;
    remains: Json<unknown>;
    freed_blobs: number | null;
    freed_bytes: ColumnType<string | null, number | null, number | null>;
  };
  dataset_parts: { dataset: string; split: string; part: string; version: string; position: number };
  dataset_items: { dataset: string; key: string; digest: string };
  /** The blob that says what is in a version. */
  dataset_profiles: { dataset: string; profile: string };
  /** The blobs of the rules that a version was held against, and of what came of it. The version need not be there. */
  dataset_validations: {
    dataset: string;
    rules: string;
    passed: boolean;
    report: string;
    checked_at: Date;
  };
  model_versions: {
    name: string;
    version: number;
    bundle: string;
    run: string | null;
    created_at: Date;
    metrics: Json<unknown>;
  };
  /** What the files of a bundle say; made again from them where the form has changed. */
  bundle_descriptions: { bundle: string; description: Json<unknown> };
  bundle_signatures: { bundle: string; signature: Json<unknown>; signed_at: Generated<Date> };
  /** Only ever added to. */
  model_alias_changes: {
    id: Generated<number>;
    model: string;
    alias: string;
    /** Null: it was taken away. */
    version: number | null;
    actor: string;
    reason: string;
    at: Generated<Date>;
  };
  /** What became of releases; rows are only ever added. */
  release_events: {
    position: GeneratedAlways<string>;
    release: string;
    at: Date;
    stage: ReleaseStage;
    reason: string;
    by: string | null;
  };
  releases: {
    id: string;
    environment: string;
    model: string;
    version: number;
    bundle: string;
    stage: ReleaseStage;
    reason: string;
    created_at: Date;
    promoted_at: Date | null;
    /** Who asked for it; null where the platform did it by itself. */
    by: string | null;
    /** The digest of its environment's settings that it went out with; null from before there were any. */
    settings: string | null;
    position: Generated<number>;
  };
  /** Only ever added to. */
  environment_settings: {
    model: string;
    environment: string;
    number: number;
    digest: string;
    settings: Json<unknown>;
    at: Generated<Date>;
    actor: string;
  };
  control_state: { key: string; value: Json<unknown> };
  operator_sessions: {
    session_hash: string;
    /** Of the operators' token that it was given for: another token ends it. */
    token_fingerprint: string;
    seen_at: Date;
    expires_at: Date;
  };
  users: {
    name: string;
    role: Role;
    /** As `hashOfPassword` makes it. */
    password: string | null;
    /** Who set it, and so knows it or knew it. */
    password_by: string | null;
    /** Of the organisation's OpenID provider, with whom it knows them as; null where they do not sign in by it. */
    issuer: string | null;
    subject: string | null;
    created_at: Date;
    created_by: string;
    seen_at: Date | null;
    /** Whoever was removed keeps the name, which is in the audit log. */
    removed_at: Date | null;
  };
  user_tokens: {
    id: string;
    user_name: string;
    name: string;
    hash: string;
    created_at: Date;
    created_by: string;
    expires_at: Date;
    used_at: Date | null;
    revoked_at: Date | null;
  };
  user_sessions: {
    session_hash: string;
    user_name: string;
    /** The token that it was begun with, with which it ends. */
    token: string | null;
    /** Who made the token or set the password that it was begun with. */
    issued_by: string | null;
    seen_at: Date;
    expires_at: Date;
  };
  audit_log: {
    position: number;
    at: Date;
    by: string;
    role: string | null;
    action: string;
    target: string | null;
    outcome: AuditOutcome;
    reason: string | null;
    network: string | null;
    request: string | null;
    previous: string | null;
    digest: string;
  };
  /** One row: where the chain ends, sealed with a key that is not in the database. */
  audit_head: { id: number; position: number; digest: string | null; seal: string };
  approvals: {
    id: string;
    release: string;
    environment: string;
    model: string;
    version: number;
    bundle: string;
    /** The release that served when it was asked for. */
    champion: string | null;
    state: ApprovalState;
    asked_by: string;
    asked_at: Date;
    reason: string | null;
    decided_by: string | null;
    decided_at: Date | null;
    decision: string | null;
  };
}
