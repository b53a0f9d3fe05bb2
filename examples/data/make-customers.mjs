// Writes customers.csv: made-up customers of a made-up service, a third of whom leave. The same file each time.
import { writeFileSync } from 'node:fs';

const ROWS = 1500;
const MISSING = 0.03; // share of the cells that are left empty

/** Random numbers in [0, 1) by mulberry32 (T. Ettinger), good enough for a table and alike on every machine. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(7);

const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function pick(shares) {
  let left = random();
  return Object.keys(shares).find((name) => (left -= shares[name]) < 0) ?? Object.keys(shares)[0];
}

const PLANS = { basic: 0.5, plus: 0.3, pro: 0.2 };
const COUNTRIES = { DE: 0.3, FR: 0.25, ES: 0.2, IT: 0.15, NL: 0.1 };
const PLAN_EFFECT = { basic: 1.2, plus: 0, pro: -1.5 };
const COUNTRY_EFFECT = { DE: -0.4, FR: 0.3, ES: 0.5, IT: 0, NL: -0.6 };

function customer() {
  const age = Math.round(Math.min(80, Math.max(18, 44 + 14 * normal())));
  const income = 100 * Math.round(Math.exp(10.6 + 0.4 * normal()) / 100); // a year, log-normal
  const plan = pick(PLANS);
  const country = pick(COUNTRIES);
  const visits = Math.max(0, Math.round(7 + (plan === 'pro' ? 4 : 0) + 4 * normal())); // in the last month
  // Few visits and a basic plan make customers leave; so does an age far from 45, which no straight line can tell.
  const inclination =
    -1.1 -
    0.45 * (visits - 7) +
    PLAN_EFFECT[plan] +
    COUNTRY_EFFECT[country] +
    1.2 * (((age - 45) / 14) ** 2 - 1) -
    0.5 * ((income - 43_000) / 18_000);
  const churned = random() < 1 / (1 + Math.exp(-inclination)) ? 'yes' : 'no';
  const kept = (value) => (random() < MISSING ? '' : value);
  return [kept(age), kept(income), kept(visits), kept(plan), kept(country), churned].join(',');
}

const lines = ['age,income,visits,plan,country,churned', ...Array.from({ length: ROWS }, customer)];
writeFileSync(process.argv[2] ?? new URL('customers.csv', import.meta.url), `${lines.join('\n')}\n`);
