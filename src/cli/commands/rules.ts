import { basename, dirname, join } from 'node:path';
import { createRuleBook } from '../../rules/book.ts';
import { runRuleTests } from '../../rules/test-file.ts';
import { isObject, type Json } from '../../shared/json.ts';
import { projectRoot } from '../../shared/paths.ts';
import type { Command, Run } from '../command.ts';
import { exitCodes, UsageError } from '../exit.ts';

export const testRules: Command = {
  name: 'rules test',
  usage: 'FILE',
  summary: 'run the cases of a test file of rules: what becomes of given facts',
  details: [
    'FILE is a test file (NAME.test.json), or rules with a test file beside them (NAME.json).',
    'Needs no service. Exit code 1 where a case fails.',
  ],
  takes: { least: 1, most: 1 },
  async run(run) {
    const [file = ''] = run.args;
    const isTest = file.endsWith('.test.json');
    const testFile = isTest ? file : file.replace(/\.json$/, '.test.json');
    const document = join(dirname(file), `${basename(file).replace(/(\.test)?\.json$/, '')}.json`);
    if (!isTest && !(await run.io.exists(testFile)))
      throw new UsageError(`${file} has no test file beside it`, `it would be ${testFile}`);
    const folder = join(projectRoot, 'rules');
    const book = await createRuleBook({ folder });
    const results = await runRuleTests(book, await readJson(run, testFile), {
      folder,
      ...((await run.io.exists(document)) ? { beside: await readJson(run, document) } : {}),
    });
    const failed = results.filter(({ failures }) => failures.length > 0).length;
    if (run.json) run.printJson({ cases: results.map(({ name, failures }) => ({ name, failures: [...failures] })) });
    else
      run.lines([
        ...results.flatMap(({ name, failures }) => [
          `${failures.length === 0 ? '✔' : '✘'} ${name}`,
          ...failures.map((failure) => `    ${failure}`),
        ]),
        `${results.length} cases, ${failed === 0 ? 'all pass' : `${failed} fail`}`,
      ]);
    return failed === 0 ? exitCodes.ok : exitCodes.refused;
  },
};

async function readJson(run: Run, file: string): Promise<Json> {
  const text = await run.io.readFile(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (!isObject(value)) throw new UsageError(`${file} is not a JSON object`);
  return value;
}
