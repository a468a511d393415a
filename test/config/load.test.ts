import { expect } from 'chai';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidConfig, loadConfig } from '../../src/config/load.ts';

async function configFile(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'parley-config-')), 'parley.yaml');
  await writeFile(path, text);
  return path;
}

async function refusal(env: Record<string, string>): Promise<InvalidConfig> {
  try {
    await loadConfig(env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('configuration', () => {
  it('works without file and environment', async () => {
    const config = await loadConfig({});
    expect(config.url).to.equal('http://127.0.0.1:8080');
    expect(config.vendors.map((vendor) => vendor.id)).to.deep.equal(['local', 'azure', 'aws', 'gcp']);
  });

  it('lets the environment stand over the file, and the file over the defaults', async () => {
    const PARLEY_CONFIG = await configFile('port: 9000\nhost: 127.0.0.2\nlimits: { burst: 7 }\n');
    const config = await loadConfig({ PARLEY_CONFIG, PARLEY_PORT: '9001' });
    expect(config.port).to.equal(9001);
    expect(config.url).to.equal('http://127.0.0.2:9001');
    expect(config.limits.burst).to.equal(7);
    expect(config.limits.bodyBytes).to.equal(1_048_576);
  });

  it('tells every mistake at once, with its path', async () => {
    const PARLEY_CONFIG = await configFile(
      'prot: 1\ncurrency: euro\nvendors: [{ id: a, plugin: local }, { id: a, plugin: catalog }]\n',
    );
    const { problems } = await refusal({ PARLEY_CONFIG, PARLEY_PORT: 'http' });
    expect(problems.map((problem) => problem.path)).to.have.members(['', '/currency', '/port', '/vendors/1/id']);
    expect(problems.map((problem) => problem.detail).join()).to.contain('prot');
  });

  it('refuses a file that is not there, or no object', async () => {
    expect((await refusal({ PARLEY_CONFIG: '/no/such/file' })).problems[0]?.code).to.equal('config_unreadable');
    expect((await refusal({ PARLEY_CONFIG: await configFile('- 1') })).problems[0]?.code).to.equal('config_unreadable');
  });

  it('says that MongoDB is not there yet instead of ignoring it', async () => {
    expect((await refusal({ MONGODB_URI: 'mongodb://127.0.0.1' })).problems[0]?.code).to.equal('config_unsupported');
  });
});
