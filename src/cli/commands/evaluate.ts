import { evaluateFiles } from '../../compliance/offline.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit.ts';

export const evaluate: Command = {
  name: 'level evaluate',
  usage: 'LEVEL.json SAMPLES.csv CONTEXT.json',
  summary: 'compute what a level comes to from samples, as the service does; prints JSON',
  details: ['Needs no service.'],
  takes: { least: 3, most: 3 },
  async run(run) {
    const [level = '', samples = '', context = ''] = await Promise.all(run.args.map((file) => run.io.readFile(file)));
    run.printJson(evaluateFiles(level, samples, context));
    return exitCodes.ok;
  },
};
