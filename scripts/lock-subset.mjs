// The part of a package-lock.json that some packages need: `npm ci` then installs exactly these, integrity checked.

export function lockOf(lock, names) {
  const version = (name) => lock.packages[`node_modules/${name}`].version;
  const dependencies = Object.fromEntries(names.map((name) => [name, version(name)]));
  const manifest = { name: 'visavox-native', private: true, dependencies };
  const packages = { '': manifest };
  const waiting = names.map((name) => `node_modules/${name}`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (packages[path]) continue;
    const { dev, devOptional, ...found } = lock.packages[path];
    packages[path] = found;
    for (const name of Object.keys({ ...found.dependencies, ...found.optionalDependencies })) {
      const place = placeOf(lock, path, name);
      if (place) waiting.push(place);
    }
  }
  return {
    manifest,
    lock: { name: manifest.name, lockfileVersion: lock.lockfileVersion, requires: true, packages },
  };
}

/** Where Node finds `name` from `path`: the nearest node_modules upwards. Undefined for an optional one that was not locked. */
function placeOf(lock, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[place]) return place;
    if (folder === '') return undefined;
  }
}
