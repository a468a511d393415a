import type { VendorPlugin } from './types.ts';

const PLUGIN_ID = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Declares a plugin; `vendors/<id>/index.ts` exports the answer by default.
 *
 * @throws TypeError if the id is not lower-case letters, digits and hyphens
 */
export function defineVendor(plugin: VendorPlugin): VendorPlugin {
  if (!PLUGIN_ID.test(plugin.id)) throw new TypeError(`not a plugin id: ${plugin.id}`);
  return Object.freeze(plugin);
}
