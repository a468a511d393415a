import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { VendorFault, attributes } from '../../src/vendor-kit/index.ts';
import type { Ctx, Host } from '../../src/vendor-kit/index.ts';
import { untroubled } from './ledger.ts';
import type { Ledger, ResourceRecord } from './ledger.ts';
import { heapOf } from './limits.ts';
import type { Limits, Size } from './limits.ts';
import { savedTemplates } from './saved.ts';
import { findOurs, keyOf, mark, processState, signalGroup } from './proc.ts';
import type { LocalSettings, Template } from './settings.ts';

const LOOK_AGAIN = 20;
const LAST_WORDS = 500;
const LONGEST_KILL = 10_000;

/**
 * Instances: child processes that outlive the service. Each carries its key in its environment, so
 * that it is found again after a restart of the service and never started twice.
 */
export class Instances {
  readonly #host: Host;
  readonly #settings: LocalSettings;
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  /** How children ended that this very process started. */
  readonly #ends = new Map<number, string>();

  constructor(host: Host, settings: LocalSettings, ledger: Ledger, limits: Limits) {
    this.#host = host;
    this.#settings = settings;
    this.#ledger = ledger;
    this.#limits = limits;
  }

  folderOf(ref: string): string {
    return join(this.#host.folder, 'instances', ref);
  }

  mountsOf(ref: string): string {
    return join(this.folderOf(ref), 'mounts');
  }

  /** The living process of a record, wherever it came from; undefined: none. */
  alive(record: ResourceRecord): ReturnType<typeof processState> {
    if (record.pid === undefined) return undefined;
    // The number may belong to somebody else by now; the key in its environment tells.
    return keyOf(record.pid, this.#host.folder) === record.key ? processState(record.pid) : undefined;
  }

  /**
   * Makes sure that exactly one process runs for the record, and waits until it tells its port. A
   * process that an earlier, interrupted call started is taken over.
   */
  async ensure(record: ResourceRecord, ctx: Ctx): Promise<ResourceRecord> {
    let current = record;
    if (this.alive(current) === undefined) {
      const found = findOurs(this.#host.folder).find(({ key }) => key === record.key);
      const pid = found?.pid ?? (await this.#start(record));
      current = await this.#ledger.putResource({ ...(this.#ledger.resource(record.key) ?? record), pid });
    }
    const port = await this.#port(current, ctx);
    return this.#ledger.putResource({
      ...untroubled(current),
      state: 'made',
      meant: 'active',
      port,
      since: this.#host.clock.now(),
    });
  }

  /** Ends whatever runs for a key, also what no record knows of, and removes the instance's folder. */
  async remove(record: ResourceRecord): Promise<void> {
    await this.#kill(record);
    this.#limits.release(record.ref);
    await rm(this.folderOf(record.ref), { recursive: true, force: true });
  }

  /** Stops the process: politely at first, if there is time. */
  async stop(record: ResourceRecord, method: string, ctx: Ctx): Promise<void> {
    const state = this.alive(record);
    if (state === undefined) return;
    if (method !== 'poweroff') {
      signalGroup(state.pid, 'SIGTERM');
      // A suspended process hears nothing until it goes on.
      signalGroup(state.pid, 'SIGCONT');
      const until = this.#host.clock.now() + this.#settings.graceSeconds * 1000;
      while (this.alive(record) !== undefined && this.#host.clock.now() < until)
        await this.#host.clock.sleep(LOOK_AGAIN, ctx.signal);
    }
    await this.#kill(record);
  }

  async suspend(record: ResourceRecord, ctx: Ctx): Promise<void> {
    await this.#freeze(record, true, ctx);
  }

  async goOn(record: ResourceRecord, ctx: Ctx): Promise<void> {
    await this.#freeze(record, false, ctx);
  }

  /** How the process of a record ended, as far as anybody saw it. */
  lastWords(record: ResourceRecord): string {
    const how = record.pid === undefined ? undefined : this.#ends.get(record.pid);
    return how === undefined ? 'its process is gone' : `its process ended (${how})`;
  }

  /** Stops or continues the process, and waits until it has: signals take their time. */
  async #freeze(record: ResourceRecord, stopped: boolean, ctx: Ctx): Promise<void> {
    const state = this.alive(record);
    if (state === undefined) return;
    signalGroup(state.pid, stopped ? 'SIGSTOP' : 'SIGCONT');
    const until = this.#host.clock.now() + this.#settings.graceSeconds * 1000;
    while ((this.alive(record)?.stopped ?? stopped) !== stopped) {
      if (this.#host.clock.now() >= until) throw new VendorFault('signal_ignored', true, 'the process did not react');
      await this.#host.clock.sleep(LOOK_AGAIN / 4, ctx.signal);
    }
  }

  async #start(record: ResourceRecord): Promise<number> {
    const template = this.templateOf(record);
    const folder = this.folderOf(record.ref);
    await mkdir(this.mountsOf(record.ref), { recursive: true, mode: 0o700 });
    await rm(this.#readyFile(record.ref), { force: true });
    const file = await this.#copyOf(template, folder);
    const given = await this.#given(record, folder);
    const size = sizeOf(record);
    const words: Readonly<Record<string, string>> = {
      '{node}': process.execPath,
      '{file}': file,
      '{heap}': String(heapOf(size)),
    };
    const line = template.command.map((word) =>
      word.replaceAll(/\{(?:node|file|heap)\}/g, (name) => words[name] ?? name),
    );
    const { command, enforced } = this.#limits.apply(record.ref, size, line);
    await this.#ledger.putResource({ ...record, enforced });
    const [program = '', ...args] = command;
    const output = await open(join(folder, 'output.log'), 'a', 0o600);
    try {
      const child = spawn(program, args, {
        cwd: folder,
        // Leads a session of its own, so that it outlives the service.
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
        // Nothing of the service's own environment, which may hold secrets.
        env: {
          PATH: process.env['PATH'] ?? '/usr/bin:/bin',
          HOME: folder,
          [mark.key]: record.key,
          [mark.home]: this.#host.folder,
          PARLEY_NAME: record.place,
          PARLEY_PORT: String(record.port ?? 0),
          PARLEY_READY: this.#readyFile(record.ref),
          PARLEY_MOUNTS: this.mountsOf(record.ref),
          ...given,
        },
      });
      return await new Promise<number>((resolve, reject) => {
        child.once('error', (cause) => {
          reject(new VendorFault('start_failed', false, `${template.name} could not be started`, { cause }));
        });
        child.once('spawn', () => {
          const { pid } = child;
          if (pid === undefined) return;
          child.once('exit', (code, signal) => this.#ends.set(pid, signal ?? `exit status ${code ?? 0}`));
          child.unref();
          resolve(pid);
        });
      });
    } finally {
      await output.close();
    }
  }

  /** What the customer gave along, as files: user data as it came, and who may log in where a template lets anybody. */
  async #given({ attributes: has }: ResourceRecord, folder: string): Promise<Record<string, string>> {
    const [data, key] = [has[attributes.userData], has[attributes.sshKey]];
    if (typeof key === 'string') {
      await mkdir(join(folder, '.ssh'), { recursive: true, mode: 0o700 });
      await writeFile(join(folder, '.ssh', 'authorized_keys'), `${key.trim()}\n`, { mode: 0o600 });
    }
    if (typeof data !== 'string') return {};
    const file = join(folder, 'user-data');
    await writeFile(file, data, { mode: 0o600 });
    return { PARLEY_USER_DATA: file };
  }

  async #copyOf(template: Template, folder: string): Promise<string> {
    const copy = join(folder, basename(template.file));
    if (template.folder !== undefined) {
      // Only at the first start: afterwards the instance goes on with what it has.
      if (!existsSync(copy)) await cp(template.folder, folder, { recursive: true, verbatimSymlinks: true });
      return copy;
    }
    if (isAbsolute(template.file)) await copyFile(template.file, copy);
    else await writeFile(copy, await this.#host.readFile(template.file));
    return copy;
  }

  /** Waits until the process has told where it listens. */
  async #port(record: ResourceRecord, ctx: Ctx): Promise<number> {
    const until = this.#host.clock.now() + this.#settings.readySeconds * 1000;
    for (;;) {
      const told = await this.#told(record);
      if (told !== undefined) return told;
      if (this.alive(record) === undefined)
        throw new VendorFault(
          'start_failed',
          true,
          `${this.lastWords(record)} ${await this.#output(record.ref)}`.trim(),
        );
      if (this.#host.clock.now() >= until)
        throw new VendorFault('start_failed', true, `it told no port within ${this.#settings.readySeconds} s`);
      await this.#host.clock.sleep(LOOK_AGAIN, ctx.signal);
    }
  }

  async #told(record: ResourceRecord): Promise<number | undefined> {
    try {
      const { port } = JSON.parse(await readFile(this.#readyFile(record.ref), 'utf8')) as { port?: unknown };
      return typeof port === 'number' && port > 0 && port < 65_536 ? port : undefined;
    } catch {
      return undefined;
    }
  }

  async #output(ref: string): Promise<string> {
    try {
      return (await readFile(join(this.folderOf(ref), 'output.log'), 'utf8')).slice(-LAST_WORDS);
    } catch {
      return '';
    }
  }

  /** Kills until nothing with the key is left: a process that is just being started may show up late. */
  async #kill(record: ResourceRecord): Promise<void> {
    const until = this.#host.clock.now() + LONGEST_KILL;
    for (;;) {
      const left = findOurs(this.#host.folder).filter(({ key }) => key === record.key);
      if (left.length === 0) return;
      if (this.#host.clock.now() > until)
        throw new VendorFault('undo_stuck', true, `process ${left.map(({ pid }) => pid).join(', ')} cannot be killed`);
      for (const { pid } of left) signalGroup(pid, 'SIGKILL');
      await this.#host.clock.sleep(LOOK_AGAIN / 4);
    }
  }

  templateOf(record: ResourceRecord): Template {
    const templates = [...this.#settings.templates, ...savedTemplates(this.#ledger)];
    const found = templates.find(({ name }) => name === record.template) ?? templates[0];
    if (found === undefined) throw new VendorFault('template_unknown', false, 'no template is configured');
    return found;
  }

  #readyFile(ref: string): string {
    return join(this.folderOf(ref), 'ready.json');
  }
}

export function sizeOf(record: ResourceRecord): Size {
  const number = (name: string, otherwise: number): number => {
    const value = record.attributes[name];
    return typeof value === 'number' ? value : otherwise;
  };
  return { cores: number(attributes.cores, 1), memory: number(attributes.memory, 0.5) };
}
