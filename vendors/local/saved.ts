import { cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { VendorFault, sha256, typeId } from '../../src/vendor-kit/index.ts';
import type { Ctx, Host, SavedTemplate } from '../../src/vendor-kit/index.ts';
import { capacityLeft } from './capacity.ts';
import type { Instances } from './instances.ts';
import type { Ledger, ResourceRecord, SavedRecord } from './ledger.ts';
import { SCHEME } from './settings.ts';
import type { LocalSettings, Template } from './settings.ts';

const GIB = 1024 ** 3;
/** What of an instance's folder is its own and not its template's: volumes, secrets, what it has said. */
const OWN: ReadonlySet<string> = new Set(['mounts', 'ready.json', 'output.log', 'user-data', '.ssh']);

export function savedTemplates(ledger: Ledger): readonly Template[] {
  return ledger
    .saved()
    .map(({ name, file, folder, command }) => ({ name, mixin: typeId(SCHEME + name), file, folder, command }));
}

/**
 * Saves an instance: its program with all that it has in its folder becomes a template. Its volumes are not part
 * of it, and of a running one it is what is on disk at that moment.
 */
export async function saveInstance(
  record: ResourceRecord,
  name: string,
  parts: {
    readonly host: Host;
    readonly settings: LocalSettings;
    readonly ledger: Ledger;
    readonly instances: Instances;
  },
  ctx: Ctx,
): Promise<SavedTemplate> {
  const { host, settings, ledger, instances } = parts;
  const before = ledger.saved().find(({ key }) => key === ctx.key);
  if (before !== undefined) return shown(before);
  if (ledger.saved().filter(({ tenant }) => tenant === ctx.tenant).length >= settings.direct.saved)
    throw new VendorFault('over_limit', false, `at most ${settings.direct.saved} templates are kept for a tenant`);
  const from = instances.folderOf(record.ref);
  const template = instances.templateOf(record);
  const entries = (await readdir(from).catch(() => [] as string[])).filter((entry) => !OWN.has(entry));
  if (!entries.includes(basename(template.file)))
    throw new VendorFault('state_wrong', false, 'it was never started, so there is nothing to save: start it first');
  const size = (await Promise.all(entries.map((entry) => sizeOf(join(from, entry))))).reduce((a, b) => a + b, 0);
  const left = await capacityLeft(host.folder, settings, ledger);
  if (size > left.disk * GIB)
    throw new VendorFault('capacity_exhausted', false, 'there is no disk left for a template');

  const term = `${slug(name)}-${sha256(ctx.key).slice(0, 8)}`;
  const folder = join(host.folder, 'templates', term);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true, mode: 0o700 });
  for (const entry of entries)
    await cp(join(from, entry), join(fresh, entry), { recursive: true, verbatimSymlinks: true });
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
  const saved: SavedRecord = {
    key: ctx.key,
    name: term,
    title: title(name),
    tenant: ctx.tenant,
    file: join(folder, basename(template.file)),
    folder,
    command: template.command,
  };
  await ledger.putSaved(saved);
  return shown(saved);
}

function shown({ name, title: text }: SavedRecord): SavedTemplate {
  return { mixin: typeId(SCHEME + name), title: text };
}

/** A term as the strictest clients want it: lower case, no dots. */
function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return /^[a-z]/.test(plain) ? plain : `saved-${plain}`.replace(/-$/, '');
}

/** A title that any rendering can carry. */
function title(name: string): string {
  const plain = name
    .replaceAll(/[\p{Cc}"\\]+/gu, ' ')
    .trim()
    .slice(0, 100);
  return plain === '' ? 'Saved' : plain;
}

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.size;
  const inside = await readdir(path);
  return (await Promise.all(inside.map((entry) => sizeOf(join(path, entry))))).reduce((a, b) => a + b, 0);
}
