/**
 * TypeScript files are modules, also in a folder whose package.json does not say so or that has none: a hook of Node's
 * after the one that reads TypeScript.
 */
export async function resolve(specifier, context, nextResolve) {
  const resolved = await nextResolve(specifier, context);
  const isTypeScript = /\.ts($|\?)/.test(resolved.url);
  return isTypeScript && resolved.format !== 'module' ? { ...resolved, format: 'module' } : resolved;
}
