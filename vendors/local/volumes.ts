import { cp, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { attributes } from '../../src/vendor-kit/index.ts';
import type { ResourceRecord } from './ledger.ts';

const COPIES = ['backup', 'snapshot'] as const;

/** Volumes are folders; attaching one makes it appear in the instance's folder of mounts. */
export class Volumes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'volumes');
  }

  folderOf(ref: string): string {
    return join(this.#folder, ref);
  }

  async make(ref: string): Promise<void> {
    await mkdir(this.folderOf(ref), { recursive: true, mode: 0o700 });
  }

  async remove(ref: string): Promise<void> {
    for (const folder of [this.folderOf(ref), ...COPIES.map((what) => this.#copyOf(ref, what))])
      await rm(folder, { recursive: true, force: true });
  }

  /** A copy of the volume as it is now, beside it: one of each sort, the newer in the place of the older. */
  async copy(ref: string, what: (typeof COPIES)[number]): Promise<void> {
    const fresh = `${this.#copyOf(ref, what)}.new`;
    await rm(fresh, { recursive: true, force: true });
    await cp(this.folderOf(ref), fresh, { recursive: true, verbatimSymlinks: true });
    await rm(this.#copyOf(ref, what), { recursive: true, force: true });
    await rename(fresh, this.#copyOf(ref, what));
  }

  #copyOf(ref: string, what: string): string {
    return `${this.folderOf(ref)}.${what}`;
  }

  async attach(link: ResourceRecord, mounts: string, volume: string): Promise<void> {
    const place = join(mounts, mountName(link));
    const target = this.folderOf(volume);
    await mkdir(mounts, { recursive: true, mode: 0o700 });
    if ((await readlink(place).catch(() => undefined)) === target) return;
    await rm(place, { force: true });
    await symlink(target, place, 'dir');
  }

  async detach(link: ResourceRecord, mounts: string): Promise<void> {
    await rm(join(mounts, mountName(link)), { force: true });
  }
}

/** A file name from what the customer calls it: never a way out of the folder. */
export function mountName(link: ResourceRecord): string {
  const asked = link.attributes[attributes.mountPoint] ?? link.attributes[attributes.deviceId];
  const name = (typeof asked === 'string' ? asked : '').replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  return `${name === '' ? 'volume' : name.slice(0, 60)}.${link.place.replaceAll('/', '.')}`;
}
