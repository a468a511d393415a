import { parseArgs } from 'node:util';
import { fuzz, told } from './run.ts';

/** `npm run fuzz -- --seconds 60 --seed 7`: everything that reads requests, on mutated real messages. */
const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run fuzz -- [--seconds N] [--seed N]');
  process.exit(2);
}

console.log(`fuzzing for ${seconds} s with seed ${seed}`);
const started = performance.now();
let next = 10;
const { runs, finding } = fuzz({
  seed,
  growth: 50,
  goesOn(count) {
    const passed = (performance.now() - started) / 1000;
    if (passed >= next) {
      console.log(`${Math.round(passed)} s: ${count.toLocaleString('en')} inputs`);
      next += 10;
    }
    return passed < seconds;
  },
});
if (finding === undefined) console.log(`nothing found in ${runs.toLocaleString('en')} inputs`);
else {
  console.error(told(finding));
  process.exitCode = 1;
}
