// Requires and imports every entry of the package, which must be the same instance; a line of JSON says what came.
const warnings = new Set();
process.on('warning', ({ name }) => warnings.add(name));

const { exports: targets } = require('glia/package.json');
const entries = Object.keys(targets).filter((name) => !name.endsWith('.json'));

async function main() {
  for (const entry of entries.map((name) => name.replace('.', 'glia'))) {
    if (require(entry) !== (await import(entry))) throw new Error(`${entry}: import and require differ`);
  }
  const { GliaError } = await import('glia');
  const { dense } = require('glia');
  try {
    dense(-1);
  } catch (error) {
    if (!(error instanceof GliaError)) throw error;
    console.log(JSON.stringify({ entries: entries.length, warnings: [...warnings] }));
  }
}
main();
