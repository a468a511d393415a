import { isObject, type JsonObject } from '../../shared/json.ts';
import type { Command } from '../command.ts';
import { attribute, attributeText, textOf, texts } from '../entity.ts';
import { exitCodes } from '../exit.ts';
import { listAll } from '../market.ts';
import { table } from '../table.ts';

const VENDOR = 'org.parley.vendor.';

export const vendors: Command = {
  name: 'vendors',
  usage: '',
  summary: 'list the connected vendors',
  takes: { least: 0, most: 0 },
  async run(run) {
    const list = await listAll(run.client(), '/vendor/');
    if (run.json) run.printJson({ resources: list });
    else run.lines(list.length === 0 ? ['No vendor is connected.'] : vendorTable(list));
    return exitCodes.ok;
  },
};

function vendorTable(list: readonly JsonObject[]): string[] {
  return table(
    [
      { title: 'VENDOR' },
      { title: 'PROVIDER' },
      { title: 'STATE' },
      { title: 'AWARD' },
      { title: 'CURRENCY' },
      { title: 'REGIONS', right: true },
      { title: 'OFFERS', right: true },
      { title: 'NOTE' },
    ],
    list.map((vendor) => {
      const facts = attribute(vendor, `${VENDOR}facts`);
      return [
        attributeText(vendor, `${VENDOR}id`),
        attributeText(vendor, `${VENDOR}provider`),
        attributeText(vendor, `${VENDOR}state`),
        attribute(vendor, `${VENDOR}awardable`) === true ? 'yes' : 'no',
        attributeText(vendor, `${VENDOR}currency`),
        String(texts(attribute(vendor, `${VENDOR}regions`)).length),
        isObject(facts) ? textOf(facts['offers']) : '',
        attributeText(vendor, `${VENDOR}why`) || attributeText(vendor, `${VENDOR}whynot`),
      ];
    }),
  );
}
