import type { Command } from '../command.ts';
import { pathFor } from '../entity.ts';
import { exitCodes } from '../exit.ts';
import { listAll } from '../market.ts';
import { renderSla, slaTable } from '../sla-view.ts';

export const listSlas: Command = {
  name: 'sla list',
  usage: '',
  summary: 'list the agreements of your tenant',
  takes: { least: 0, most: 0 },
  async run(run) {
    const slas = await listAll(run.client(), '/sla/');
    if (run.json) run.printJson({ resources: slas });
    else run.lines(slaTable(slas));
    return exitCodes.ok;
  },
};

export const showSla: Command = {
  name: 'sla show',
  usage: 'ID',
  summary: 'show an agreement: phase, terms, resources',
  takes: { least: 1, most: 1 },
  async run(run) {
    const sla = await run.client().get(pathFor('sla', run.args[0] ?? ''));
    if (run.json) run.printJson(sla);
    else run.lines(renderSla(sla));
    return exitCodes.ok;
  },
};
