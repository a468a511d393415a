import { parseArgs } from 'node:util';
import { fuzz, told } from './run.ts';
import { fuzzService } from './service.ts';

/** `npm run fuzz -- --seconds 60 --seed 7`: everything that reads requests, then the whole service, on mutated real messages. */
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
/** Says now and then how far it is; true until `share` of the time has passed. */
function until(share: number): (count: number) => boolean {
  let next = 10;
  return (count) => {
    const passed = (performance.now() - started) / 1000;
    if (passed >= next) {
      console.log(`${Math.round(passed)} s: ${count.toLocaleString('en')} inputs`);
      next = passed + 10;
    }
    return passed < seconds * share;
  };
}

const started = performance.now();
const readers = await fuzz({ seed, growth: 50, goesOn: until(0.7) });
console.log(`readers: ${readers.runs.toLocaleString('en')} inputs`);
const service = readers.finding === undefined ? await fuzzService(seed, until(1)) : { runs: 0 };
console.log(`service: ${service.runs.toLocaleString('en')} requests`);
const finding = readers.finding ?? service.finding;
if (finding === undefined) console.log('nothing found');
else {
  console.error(told(finding));
  process.exitCode = 1;
}
