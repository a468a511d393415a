import { expect } from 'chai';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, type RunningService } from '../../src/cli/demo/service.ts';
import { findOurs } from '../../vendors/local/proc.ts';

const TOKEN = 'posted-token-posted-token-posted-token-1';
const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure';
const TEMPLATE = 'http://schemas.parley.org/occi/local/template';
const CRTP = 'http://schemas.ogf.org/occi/infrastructure/compute/template/1.1';

const kind = (term: string): string => `${term}; scheme="${INFRASTRUCTURE}#"; class="kind"`;
const WEB = [
  kind('compute'),
  `http-server; scheme="${TEMPLATE}#"; class="mixin"`,
  `small; scheme="${CRTP}#"; class="mixin"`,
];

/** Resources that clients post without an agreement, over real HTTP, at the local vendor with real processes. */
describe('compute, storage and network posted directly', function () {
  this.timeout(60_000);
  let folder: string;
  let home: string;
  let env: Record<string, string>;
  let service: RunningService;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-posted-'));
    home = join(folder, 'data', 'vendors', 'local');
    await writeFile(
      join(folder, 'parley.json'),
      JSON.stringify({
        vendors: [
          { id: 'local', plugin: 'local', config: { direct: { share: 0.9 } } },
          { id: 'market', plugin: 'catalog', config: { preset: 'gcp' } },
        ],
        infrastructure: { instances: 5, autostart: 1 },
      }),
    );
    env = {
      PARLEY_CONFIG: join(folder, 'parley.json'),
      PARLEY_DATA: join(folder, 'data'),
      PARLEY_PORT: '0',
      PARLEY_LOG: 'info',
      PARLEY_BOOTSTRAP_TOKEN: TOKEN,
    };
    service = await startService(env);
  });

  afterEach(async () => {
    for (const path of ['/compute/', '/storage/', '/network/']) await send('DELETE', path);
    expect(await leftovers()).to.deep.equal([]);
  });

  after(async () => {
    await service.stop();
    for (const { pid } of findOurs(home)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  interface Answer {
    readonly status: number;
    readonly text: string;
    readonly location: string;
  }

  async function send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : service.url + path, {
      method,
      headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, text: await response.text(), location: response.headers.get('location') ?? '' };
  }
  const post = (path: string, lines: readonly string[]): Promise<Answer> =>
    send('POST', path, { 'Content-Type': 'text/plain' }, lines.join('\n'));
  const category = (value: string): string => `Category: ${value}`;
  const attribute = (name: string, value: string | number): string =>
    `X-OCCI-Attribute: ${name}=${typeof value === 'number' ? value : `"${value}"`}`;
  const valueOf = (text: string, name: string): string | undefined =>
    new RegExp(`${name.replaceAll('.', '\\.')}="?([^"\\n;]*)"?`).exec(text)?.[1];
  const act = (location: string, type: string, term: string, lines: readonly string[] = []): Promise<Answer> =>
    post(`${location}?action=${term}`, [
      category(`${term}; scheme="${INFRASTRUCTURE}/${type}/action#"; class="action"`),
      ...lines,
    ]);
  const inState = async (location: string, state: string): Promise<string> => {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { text } = await send('GET', location);
      if (new RegExp(`state="${state}"`).test(text.replaceAll(/^Link: .*$/gm, ''))) return text;
      if (Date.now() > deadline) throw new Error(`not ${state}:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const leftovers = async (): Promise<readonly string[]> => {
    const folders = await Promise.all(
      ['instances', 'volumes'].map((name) => readdir(join(home, name)).catch(() => [] as string[])),
    );
    return [...findOurs(home).map(({ key }) => key), ...folders.flat()];
  };
  const server = async (text: string): Promise<{ pid: number; mounts: string[] }> =>
    (await (await fetch(valueOf(text, 'org.parley.endpoint.url') ?? '')).json()) as { pid: number; mounts: string[] };

  const RENDERINGS: Readonly<Record<string, () => Promise<Answer>>> = {
    'text/occi': () => send('POST', '/compute/', { 'Content-Type': 'text/occi', Category: WEB.join(', ') }),
    'text/plain': () => post('/compute/', WEB.map(category)),
    'application/occi+json': () =>
      send(
        'POST',
        '/compute/',
        { 'Content-Type': 'application/occi+json' },
        JSON.stringify({
          kind: `${INFRASTRUCTURE}#compute`,
          mixins: [`${TEMPLATE}#http-server`, `${CRTP}#small`],
        }),
      ),
  };
  for (const [rendering, create] of Object.entries(RENDERINGS))
    it(`GFD.224 section 4.5: a compute of os_tpl and small in ${rendering} is a process that answers HTTP`, async () => {
      const { status, location } = await create();
      expect(status).to.equal(201);
      const text = await inState(location, 'active');
      expect([valueOf(text, 'occi.compute.cores'), valueOf(text, 'occi.compute.memory')]).to.deep.equal(['1', '1']);
      const { pid } = await server(text);
      expect(findOurs(home).map((one) => one.pid)).to.deep.equal([pid]);
    });

  it('GFD.224 figure 2: stops, starts, suspends, restarts, at the same address, and is gone when it is deleted', async () => {
    const { location } = await post('/compute/', WEB.map(category));
    const { pid } = await server(await inState(location, 'active'));
    for (const [term, state] of [
      ['suspend', 'suspended'],
      ['start', 'active'],
      ['stop', 'inactive'],
      ['start', 'active'],
      ['restart', 'active'],
    ] as const) {
      const { status, text } = await act(location, 'compute', term);
      expect([status, valueOf(text, 'occi.compute.state')], term).to.deep.equal([200, state]);
    }
    const again = await server((await send('GET', location)).text);
    expect(again.pid).not.to.equal(pid);
    expect((await act(location, 'compute', 'start')).status).to.equal(409);
    expect((await send('DELETE', location)).status).to.equal(200);
    expect(findOurs(home)).to.deep.equal([]);
    expect((await send('GET', location)).status).to.equal(404);
  });

  it('attaches a volume and an interface, with their states, and lets go of them', async () => {
    const compute = (await post('/compute/', WEB.map(category))).location;
    const storage = (await post('/storage/', [category(kind('storage')), attribute('occi.storage.size', 1)])).location;
    const network = (await post('/network/', [category(kind('network'))])).location;
    const ends = (target: string): string[] => [
      attribute('occi.core.source', compute),
      attribute('occi.core.target', target),
    ];
    const mount = await post('/storagelink/', [
      category(kind('storagelink')),
      ...ends(storage),
      attribute('occi.storagelink.mountpoint', '/data'),
    ]);
    const nic = await post('/networkinterface/', [category(kind('networkinterface')), ...ends(network)]);
    expect([mount.status, nic.status]).to.deep.equal([201, 201]);
    await inState(mount.location, 'active');
    const link = await inState(nic.location, 'active');
    const seen = await inState(compute, 'active');
    const [mounted] = (await server(seen)).mounts;
    expect(mounted).to.match(/^data\./);
    // What the interface says is true: the instance answers there.
    const address = valueOf(link, 'occi.networkinterface.address') ?? '';
    const port = valueOf(seen, 'org.parley.endpoint.port') ?? '';
    expect((await fetch(`http://${address}:${port}/`)).status).to.equal(200);
    await act(storage, 'storage', 'offline');
    expect((await server(seen)).mounts).to.deep.equal([]);
    await act(storage, 'storage', 'online');
    expect((await server(seen)).mounts).to.deep.equal([mounted]);
    for (const term of ['snapshot', 'backup']) expect((await act(storage, 'storage', term)).status, term).to.equal(200);
    const resized = await act(storage, 'storage', 'resize', ['X-OCCI-Attribute: size=2.0']);
    expect([resized.status, valueOf(resized.text, 'occi.storage.size')]).to.deep.equal([200, '2']);
    await send('DELETE', mount.location);
    expect((await server(seen)).mounts).to.deep.equal([]);
  });

  it('saves a compute: the template is the answer, is found in discovery, and starts with what was saved', async () => {
    const { location } = await post('/compute/', WEB.map(category));
    await inState(location, 'active');
    const saved = await act(location, 'compute', 'save', [attribute('name', 'My Server')]);
    expect(saved.status).to.equal(200);
    const [, term, scheme] = /Category: ([a-z0-9-]+); scheme="([^"]+)"/.exec(saved.text) ?? [];
    expect(term).to.match(/^my-server-[0-9a-f]{8}$/);
    expect((await send('GET', '/-/')).text).to.contain(`Category: ${String(term)}; scheme="${String(scheme)}"`);
    const mixin = category(`${String(term)}; scheme="${String(scheme)}"; class="mixin"`);
    const copy = await post('/compute/', [category(kind('compute')), mixin]);
    expect((await server(await inState(copy.location, 'active'))).pid).to.be.a('number');
    const later = await act(location, 'compute', 'save', [attribute('name', 'As it is later')]);
    expect(later.text).to.match(/^Category: as-it-is-later-[0-9a-f]{8};.*title="As it is later"/);
  });

  it('bounds what one tenant may run, and says 409 capacity; a market that sells nothing says 422', async () => {
    for (let made = 0; made < 5; made++) expect((await post('/compute/', WEB.map(category))).status).to.equal(201);
    const over = await post('/compute/', WEB.map(category));
    expect([over.status, over.text]).to.have.nested.property('[0]', 409);
    expect(over.text).to.contain('capacity');
    const market = await post('/compute/', [
      category(kind('compute')),
      category('market; scheme="http://schemas.parley.org/occi/vendor#"; class="mixin"'),
    ]);
    expect([market.status, market.text.split(':')[0]]).to.deep.equal([422, 'vendor_cannot_provision']);
  });

  it('lives through kill -9: nothing twice, nothing lost, nothing left', async function () {
    this.timeout(120_000);
    const locations: string[] = [];
    for (const moment of [0, 15, 40, 90, 160]) {
      const made = await post('/compute/', WEB.map(category));
      if (made.status === 201) locations.push(made.location.slice(service.url.length));
      await new Promise((resolve) => setTimeout(resolve, moment));
      await service.kill();
      service = await startService(env);
    }
    expect(locations).to.have.length(5);
    const pids: number[] = [];
    for (const path of locations) pids.push((await server(await inState(path, 'active'))).pid);
    expect(
      findOurs(home)
        .map(({ pid }) => pid)
        .toSorted(),
    ).to.deep.equal(pids.toSorted());
    expect(new Set(pids).size).to.equal(5);
    // Deleted, and killed before it is known whether anything came of it.
    const [first = '', second = ''] = locations;
    const gone = Promise.allSettled([send('DELETE', first), send('DELETE', second)]);
    await new Promise((resolve) => setTimeout(resolve, 4));
    await service.kill();
    const answers = await gone;
    service = await startService(env);
    const left = await Promise.all([first, second].map(async (path) => (await send('GET', path)).status));
    answers.forEach((answer, index) => {
      if (answer.status === 'fulfilled') expect(left[index]).to.equal(404);
    });
    const alive = 3 + left.filter((status) => status === 200).length;
    const deadline = Date.now() + 10_000;
    while (findOurs(home).length !== alive && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(findOurs(home)).to.have.length(alive);
  });
});
