import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isObject } from '../shared/json.ts';
import { projectRoot } from '../shared/paths.ts';
import type { VendorPlugin } from '../vendor-kit/types.ts';

/** A plugin and the folder its own files are in. */
export interface LoadedPlugin {
  readonly plugin: VendorPlugin;
  readonly folder: string;
}

/** The built `vendors` folder beside the built `src`. */
const BUILT = fileURLToPath(new URL('../../vendors/', import.meta.url));
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Loads `<folder>/<name>/index.js` from the first folder that has it; the project's own come last,
 * so that an operator's plugin may stand in for one of them.
 *
 * @throws Error saying what is missing or broken
 */
export async function loadPlugin(name: string, folders: readonly string[] = []): Promise<LoadedPlugin> {
  if (!NAME.test(name)) throw new Error(`"${name}" is not the name of a plugin`);
  for (const folder of [...folders, BUILT]) {
    const file = join(folder, name, 'index.js');
    if (!existsSync(file)) continue;
    const module: unknown = await import(pathToFileURL(file).href);
    const plugin = asPlugin((module as { default?: unknown }).default, file);
    if (plugin.id !== name) throw new Error(`${file} is the plugin "${plugin.id}"`);
    return { plugin, folder: folder === BUILT ? ownFolder(name) : join(folder, name) };
  }
  throw new Error(`no plugin "${name}" in ${[...folders, BUILT].join(', ')}`);
}

/** Where a plugin of the project keeps its own files: they are not copied into the built output. */
export function ownFolder(name: string): string {
  return join(projectRoot, 'vendors', name);
}

/** A file that a configuration names: absolute, or relative to the plugin's own folder. */
export function pluginFile(folder: string, name: string): string {
  return isAbsolute(name) ? name : join(folder, name);
}

function asPlugin(value: unknown, file: string): VendorPlugin {
  const plugin = value as Partial<VendorPlugin> | null | undefined;
  if (
    typeof plugin !== 'object' ||
    plugin === null ||
    typeof plugin.id !== 'string' ||
    typeof plugin.create !== 'function' ||
    typeof plugin.capabilities !== 'object' ||
    !isObject(plugin.configSchema)
  )
    throw new Error(`${file} does not export a plugin by default; make it with defineVendor`);
  if (plugin.contractVersion !== 1)
    throw new Error(`${file} speaks version ${String(plugin.contractVersion)} of the contract, not 1`);
  return plugin as VendorPlugin;
}
