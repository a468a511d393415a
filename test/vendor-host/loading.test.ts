import { expect } from 'chai';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineVendor, vendorId } from '../../src/vendor-kit/index.ts';
import type { Host } from '../../src/vendor-kit/index.ts';
import { testCtx, testHost } from '../support/vendor-world.ts';
import { testPlugin } from '../support/test-vendors.ts';

describe('the vendor host', () => {
  it('reports what cannot be used, and goes on with the others', async () => {
    const host = await testHost([
      { id: 'good', plugin: 'instant' },
      { id: 'missing', plugin: 'no-such-plugin' },
      { id: 'odd', plugin: '../escape' },
      { id: 'good', plugin: 'instant' },
      { id: 'bad id', plugin: 'instant' },
    ]);
    expect(host.vendors.list().map(({ id }) => id)).to.deep.equal(['good']);
    expect(host.failed.map(({ id }) => id)).to.have.members(['missing', 'odd', 'good', 'bad id']);
    expect(host.failed.find(({ id }) => id === 'missing')?.why).to.contain('no plugin');
  });

  it('reports plugins that throw, hang or describe themselves as nonsense', async () => {
    const silent = { ...testPlugin('silent'), create: () => new Promise<never>(() => undefined) };
    const angry = { ...testPlugin('angry'), create: () => Promise.reject(new Error('no account')) };
    const vague = {
      ...testPlugin('vague'),
      async create(host: Host) {
        const vendor = await testPlugin('inner').create(host);
        vendor.describe = () => Promise.resolve({ title: '' } as never);
        return vendor;
      },
    };
    const host = await testHost(
      [
        { id: 'silent', plugin: 'silent' },
        { id: 'angry', plugin: 'angry' },
        { id: 'vague', plugin: 'vague' },
      ],
      { plugins: { silent, angry, vague }, connectWithin: 30 },
    );
    const why = Object.fromEntries(host.failed.map((one) => [one.id, one.why]));
    expect(why['silent']).to.contain('did not connect');
    expect(why['angry']).to.equal('no account');
    expect(why['vague']).to.contain('makes no sense');
  });

  it('gives a plugin its checked configuration, its secrets, and a memory of its own', async () => {
    const hosts = new Map<string, Host>();
    const plugin = defineVendor({
      ...testPlugin('curious'),
      configSchema: {
        type: 'object',
        properties: { region: { type: 'string', default: 'here' }, account: { type: 'object' } },
        additionalProperties: false,
      },
      create(host) {
        hosts.set(host.vendor, host);
        return testPlugin('inner').create(host);
      },
    });
    const host = await testHost(
      [
        { id: 'a', plugin: 'curious', config: { account: { key: { $env: 'A_KEY' } } } },
        { id: 'b', plugin: 'curious', config: { region: 7, colour: 'red', account: { key: { $env: 'NO_KEY' } } } },
      ],
      { plugins: { curious: plugin }, env: { A_KEY: 's3cret' } },
    );
    const a = hosts.get('a')!;
    expect(a.config).to.deep.equal({ region: 'here', account: { key: '[secret]' } });
    expect(a.secret('account/key')).to.equal('s3cret');
    expect(() => a.secret('other')).to.throw();
    expect(host.failed[0]?.why)
      .to.match(/NO_KEY/)
      .and.match(/region/)
      .and.match(/colour/);

    await a.memory.set('x', '1');
    expect(await a.memory.set('x', '2', null)).to.equal(false);
    expect(await a.memory.get('x')).to.equal('1');
    expect(host.vendors.get(vendorId('b'))).to.equal(undefined);
  });

  it('loads plugins from folders, and tells what is wrong with a broken one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-plugins-'));
    try {
      for (const [name, text] of Object.entries({
        empty: 'export const nothing = 1;',
        syntax: 'export default {{{',
        old: 'export default { id: "old", contractVersion: 9, create() {}, capabilities: {}, configSchema: {} };',
      })) {
        await mkdir(join(folder, name));
        await writeFile(join(folder, name, 'index.js'), text);
        await writeFile(join(folder, 'package.json'), '{"type":"module"}');
      }
      const host = await testHost(
        ['empty', 'syntax', 'old'].map((plugin) => ({ id: plugin, plugin })),
        { pluginFolders: [folder], plugins: {} },
      );
      const why = Object.fromEntries(host.failed.map((one) => [one.id, one.why]));
      expect(why['empty']).to.contain('defineVendor');
      expect(why['syntax']).to.be.a('string');
      expect(why['old']).to.contain('version 9');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('finds the plugins of the project', async () => {
    const host = await testHost([{ id: 'gcp', plugin: 'catalog', config: { preset: 'gcp' } }], { plugins: {} });
    expect(host.failed).to.deep.equal([]);
  });

  it('believes no endpoint on the inside network of a vendor outside', async () => {
    const outside = {
      ...testPlugin('outside'),
      async create(host: Host) {
        const vendor = await testPlugin('inner').create(host);
        const profile = await vendor.describe();
        vendor.describe = () => Promise.resolve({ ...profile, internal: false });
        vendor.getInfo = () =>
          Promise.resolve({
            ref: 'x',
            state: 'active',
            attributes: { 'org.parley.endpoint.url': 'http://169.254.169.254/latest' },
          });
        return vendor;
      },
    };
    const { vendors } = await testHost([{ id: 'outside', plugin: 'outside' }], { plugins: { outside } });
    const problem: unknown = await vendors
      .list()[0]!
      .calls.getInfo({ ref: 'x', kind: 'http://schemas.ogf.org/occi/infrastructure#compute' as never }, testCtx())
      .catch((error: unknown) => error);
    expect(problem).to.include({ code: 'garbage' });
  });
});
