import { actions, defineVendor, metrics } from '../../src/vendor-kit/index.ts';
import { DIRECT } from './orders.ts';
import { configSchema, settingsOf } from './settings.ts';
import { Local } from './vendor.ts';

/** This machine as a vendor: instances are processes, volumes are folders. */
export default defineVendor({
  id: 'local',
  contractVersion: 1,
  title: 'The machine that Parley runs on',
  capabilities: {
    holds: false,
    counter: false,
    provisions: true,
    actions: Object.values(actions),
    direct: DIRECT,
    measures: [metrics.cpuUsed, metrics.memoryUsed],
  },
  configSchema,
  create: (host) => Local.open(host, settingsOf(host.config)),
});
