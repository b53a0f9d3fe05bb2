/**
 * Packages that the library imports and that go into its own files when it is packed, so that nothing is installed
 * beside it. In a clone they lie in node_modules, for development. What they need themselves goes with them. Their
 * licences stand in THIRD-PARTY-NOTICES.md.
 */
export const BUNDLED = ['d3-format', 'd3-scale', 'd3-shape'];

/** These and what they need, by the package-lock.json of the project. */
export function withTheirNeeds(lock) {
  const all = new Set();
  const waiting = [...BUNDLED];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    waiting.push(...Object.keys(lock.packages[`node_modules/${name}`].dependencies ?? {}));
  }
  return [...all].sort();
}
