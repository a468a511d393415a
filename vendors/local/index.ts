import { actions, defineVendor, metrics } from '../../src/vendor-kit/index.ts';
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
    actions: [actions.start, actions.stop, actions.restart, actions.suspend, actions.online, actions.offline],
    measures: [metrics.cpuUsed, metrics.memoryUsed],
  },
  configSchema,
  create: (host) => Local.open(host, settingsOf(host.config)),
});
