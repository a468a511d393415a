import type { VendorProfile } from '../../src/vendor-kit/index.ts';
import { KINDS } from './accounts.ts';
import type { Capacity } from './capacity.ts';
import { committedLevels } from './levels.ts';
import type { LocalSettings } from './settings.ts';

/** What customers and operators are told of this machine: what it runs, and how much of it is left. */
export function profileOf(settings: LocalSettings, all: Capacity, left: Capacity): VendorProfile {
  return {
    title: 'This machine',
    provider: 'local',
    kinds: KINDS,
    regions: [settings.region],
    countries: [settings.country],
    currency: settings.currency,
    levels: committedLevels(settings),
    internal: true,
    templates: settings.templates.map(({ name, mixin }) => ({ mixin, title: `Runs ${name}` })),
    sizes: settings.sizes,
    facts: {
      cores: all.cores,
      coresLeft: left.cores,
      memoryLeft: Math.floor(left.memory),
      diskLeft: left.disk,
      overcommit: settings.overcommit,
      templates: settings.templates.map(({ name }) => name),
    },
  };
}
