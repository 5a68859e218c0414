import type { SignedBundles } from '@visavox/adapters/models/signed-bundles';
import { modelReference } from '@visavox/core/model';
import type { ReleaseTarget } from '@visavox/core/ports';

/** A target that is given nothing but what was signed: every byte is read before a new release is brought up. */
export function verified(target: ReleaseTarget, signed: Pick<SignedBundles, 'require'>): ReleaseTarget {
  return {
    async prepare(release) {
      // What has served is on its way back, which takes no time.
      if (release.stage === 'preparing')
        await signed.require(
          release.bundle,
          modelReference({ name: release.model, version: release.version }),
        );
      await target.prepare(release);
    },
    activate: (release) => target.activate(release),
    retire: (release) => target.retire(release),
  };
}
