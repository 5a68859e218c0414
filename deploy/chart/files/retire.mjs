// After `helm uninstall`: the models that the controller brought up go as well. It may have been about to bring up
// another one, so they have to stay away for a while.
import { setTimeout as pause } from 'node:timers/promises';
import { ask, ours, services } from './kubernetes.mjs';

for (let quiet = 0; quiet < 5; ) {
  const { items } = await ask(`${services}${ours}`);
  quiet = items.length === 0 ? quiet + 1 : 0;
  for (const { metadata } of items.filter((each) => !each.metadata.deletionTimestamp)) {
    await ask(`${services}/${metadata.name}`, 'DELETE');
    console.log(`deleted ${metadata.name}`);
  }
  await pause(2000);
}
