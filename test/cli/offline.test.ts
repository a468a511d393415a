import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../../src/shared/json.ts';
import { parley } from './stub-service.ts';

describe('the command line by itself', () => {
  describe('without the service', () => {
    it('runs test files of rules', async () => {
      const good = {
        cases: [{ name: 'one', candidates: { a: {}, b: { 'price.month': 1 } }, expect: { order: ['b', 'a'] } }],
      };
      const document = { apiVersion: 'rules/v1', rank: { tie: { by: ['price.month asc'] } } };
      const rules = { 'x.json': JSON.stringify(document), 'x.test.json': JSON.stringify(good) };
      const passed = await parley(['rules', 'test', 'x.json'], { files: rules });
      expect(passed).to.deep.include({ code: 0, out: '✔ one\n1 cases, all pass\n' });
      const bad = JSON.stringify(good).replace('["b","a"]', '["a","b"]');
      const failed = await parley(['rules', 'test', 'x.test.json'], { files: { ...rules, 'x.test.json': bad } });
      expect(failed.code).to.equal(1);
      expect(failed.out).to.contain('order: expected ["a","b"], came ["b","a"]');
      const broken = await parley(['rules', 'test', 'x.test.json'], { files: { 'x.test.json': '{"cases": []}' } });
      expect(broken.code).to.equal(2);
      expect(broken.err).to.contain('/cases');
    });

    it('evaluates a level', async () => {
      const level = {
        indicator: { metric: 'net.reachable', op: '=', value: 1 },
        target: 0.5,
        window: { calendar: 'hour' },
      };
      const context = {
        from: '2026-11-20T10:00:00Z',
        until: '2026-11-20T11:00:00Z',
        now: '2026-11-20T10:02:00Z',
        instances: ['web/0'],
      };
      const csv = `time,instance,metric,vantage,value
2026-11-20T10:00:00Z,web/0,net.reachable,broker,1
2026-11-20T10:01:00Z,web/0,net.reachable,broker,0
`;
      const { code, out, err } = await parley(['level', 'evaluate', 'l', 's', 'c'], {
        files: { l: JSON.stringify(level), s: csv, c: JSON.stringify(context) },
      });
      expect(code, err).to.equal(0);
      const { windows } = JSON.parse(out) as { windows: JsonObject[] };
      expect(windows[0]).to.deep.include({ index: 'web/0', bad: 1 });
      const wrong = await parley(['level', 'evaluate', 'l', 's', 'c'], { files: { l: '{}', s: csv, c: '{}' } });
      expect(wrong.code).to.equal(2);
      expect(wrong.err).to.contain('/level');
      expect(wrong.err).to.contain('/context');
    });
  });

  describe('help and mistakes', () => {
    it('documents every command and exit code', async () => {
      const { code, out } = await parley(['help']);
      expect(code).to.equal(0);
      for (const word of [
        'cfp submit',
        'award',
        'sla list',
        'report verify',
        'level evaluate',
        'rules test',
        'token create',
      ])
        expect(out).to.contain(word);
      for (const number of [0, 1, 2, 3, 4]) expect(out).to.match(new RegExp(`^  ${number}  `, 'm'));
      expect(out.split('\n').every((line) => line.length <= 100)).to.equal(true);
      expect((await parley([])).out).to.equal(out);
      expect((await parley(['help', 'cfp', 'submit'])).out).to.match(/^Usage: parley cfp submit FILE/);
      expect((await parley(['award', '--help'])).out).to.match(/^Usage: parley award CFP/);
    });

    for (const [args, text] of [
      [['cfp', 'submitt', 'x'], 'parley cfp submit'],
      [['propsals', 'x'], 'did you mean proposals?'],
      [['cfp', 'show'], 'something is missing'],
      [['vendors', 'x'], 'x is too much'],
      [['vendors', '--jsn'], "Unknown option '--jsn'"],
      [['vendors'], 'an access token is needed'],
      [['vendors', '--token', 't', '--url', 'ftp://x'], 'is not a URL'],
    ] as const) {
      it(`ends with 2 for parley ${args.join(' ')}`, async () => {
        const { code, err } = await parley(args);
        expect(code).to.equal(2);
        expect(err.toLowerCase()).to.contain(text.toLowerCase());
      });
    }

    it('ends with 3 where nobody listens', async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      const { code, err } = await parley(['vendors', '--url', `http://127.0.0.1:${port}`, '--token', 't']);
      expect(code).to.equal(3);
      expect(err).to.contain('cannot reach');
    });
  });

  describe('as a process', () => {
    const main = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

    it('is content when its reader has seen enough', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'parley-cli-'));
      try {
        const resources = Object.fromEntries(
          Array.from({ length: 3000 }, (_, index) => [`r${index}`, { kind: 'compute', cores: 1 }]),
        );
        const file = join(folder, 'large.json');
        await writeFile(file, JSON.stringify({ resources }));
        const child = spawn(process.execPath, [main, 'cfp', 'submit', file, '--dry-run'], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let complaints = '';
        child.stderr.on('data', (chunk) => (complaints += String(chunk)));
        child.stdout.once('data', () => child.stdout.destroy());
        const [code] = (await once(child, 'exit')) as [number];
        expect({ code, complaints }).to.deep.equal({ code: 0, complaints: '' });
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('tells a file that is not there', async () => {
      const child = spawn(process.execPath, [main, 'cfp', 'submit', '/nowhere/call.yaml', '--dry-run']);
      let complaints = '';
      child.stderr.on('data', (chunk) => (complaints += String(chunk)));
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).to.equal(2);
      expect(complaints).to.contain('/nowhere/call.yaml cannot be read');
    });
  });
});
