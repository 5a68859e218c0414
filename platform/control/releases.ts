import { messageOf } from '@visavox/core/errors';
import { type ModelVersion, modelReference } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import type { ControllerResources } from './controller-resources.ts';

/** The releases of one model in one environment, and the changes that are made to them. */
export class Releases {
  readonly #resources: ControllerResources;
  /** What this process has activated last. */
  #activated: string | undefined;

  constructor(resources: ControllerResources) {
    this.#resources = resources;
  }

  champion(): Promise<Release | undefined> {
    const { releases, environment, model } = this.#resources;
    return releases.champion(environment, model);
  }

  list(): Promise<readonly Release[]> {
    const { releases, environment, model } = this.#resources;
    return releases.list(environment, model);
  }

  async find(id: string): Promise<Release | undefined> {
    return (await this.list()).find((release) => release.id === id);
  }

  /** Returns the release as it is, also where a step before a crash has created it. */
  async createOnce(
    id: string,
    { version, bundle }: ModelVersion,
    { stage, reason, by }: Pick<Release, 'stage' | 'reason' | 'by'>,
  ): Promise<Release> {
    const { releases, environment, model, settings, now } = this.#resources;
    const existing = await this.find(id);
    if (existing) return existing;
    const createdAt = now().toISOString();
    const named = by === undefined ? {} : { by };
    const release: Release = {
      ...{ id, environment, model, version, bundle, stage, reason, createdAt, promotedAt: null },
      ...named,
      ...(settings !== undefined && { settings }),
    };
    await releases.create(release);
    return release;
  }

  /** `by` names what kept it back. */
  holdBack(id: string, by: string): Promise<void> {
    return this.#resources.releases.setStage(id, 'held-back', by);
  }

  async makeChampion(release: Release, reason: string, by?: string): Promise<void> {
    const { releases, target, environment, report } = this.#resources;
    const before = await this.champion();
    if (before?.id !== release.id) {
      await target.prepare(release);
      await releases.promote(release.id, reason, by);
    }
    await this.#activate(release);
    if (before && before.id !== release.id) await target.retire(before);
    report('released', { environment, model: referenceOf(release), reason });
  }

  /** Beside the champion, without traffic. May be repeated. */
  async bringUpBeside(release: Release): Promise<void> {
    if (release.stage !== 'preparing') return;
    await this.#resources.target.prepare(release);
    await this.#resources.releases.setStage(release.id, 'shadow', release.reason);
  }

  /** Brings it up beside the champion, and asks a second person to make it that. */
  async leaveForApproval(release: Release): Promise<void> {
    const { askApproval } = this.#resources;
    const { reason } = release;
    await this.bringUpBeside(release);
    const champion = (await this.champion())?.id ?? null;
    await askApproval?.(release, { by: theController, reason, champion });
  }

  /** Tells the target who is champion where a crash or a failure came between a promotion and its activation. */
  async activateChampion(): Promise<void> {
    const champion = await this.champion();
    if (champion && champion.id !== this.#activated) await this.#activate(champion);
  }

  async #activate(release: Release): Promise<void> {
    await this.#resources.target.activate({ ...release, stage: 'champion' });
    this.#activated = release.id;
  }

  /**
   * A release that was being brought up by hand when its process died is in nobody's hands any more. `inHand`: those
   * that the controller itself takes further.
   */
  async holdBackAbandoned(inHand: (release: Release) => boolean): Promise<void> {
    const all = await this.list();
    if (!all.some(({ stage }) => stage === 'champion')) return;
    for (const release of all) {
      if (release.stage !== 'preparing' || inHand(release)) continue;
      const reason = 'nobody brings it up any more; propose its version again';
      await this.holdBack(release.id, reason);
      this.#resources.report('abandoned release held back', { release: release.id });
    }
  }

  /** Sets the registry's alias. The registry may be away for a while: returns what it is set to, or null. */
  async setAlias(champion: Release): Promise<string | null> {
    const { registry, report } = this.#resources;
    try {
      await registry.setAlias(champion.model, 'champion', champion.version);
      return referenceOf(champion);
    } catch (error) {
      report('registry alias not set yet', { model: referenceOf(champion), reason: messageOf(error) });
      return null;
    }
  }
}

/** Who asks for what nobody has asked for. */
const theController = 'continuous training';

export function referenceOf({ model, version }: Pick<Release, 'model' | 'version'>): string {
  return modelReference({ name: model, version });
}

/** Of what a run registered: a crash between any two steps finds the same release again. */
export function releaseIdOf(run: string): string {
  return `release-${run}`;
}
