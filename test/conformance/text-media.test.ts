import { expect } from 'chai';
import { Client } from './support/client.ts';
import { IPNETWORK, NETWORK } from './support/names.ts';
import { conformance } from './support/suite.ts';
import { readBody } from './support/text.ts';
import { splitType } from './support/types.ts';

const BODIES = ['text/plain', 'text/occi+plain'] as const;

const line = (type: string, of: string): string => {
  const { scheme, term } = splitType(type);
  return `${term}; scheme="${scheme}"; class="${of}"`;
};

conformance('text rendering (GFD.229): media types', ({ each, once, service }) => {
  describe('text/plain', () => {
    each(
      'GFD.229 section 6: text/occi+plain is the same under another name',
      async (client) => {
        const [plain, other] = await Promise.all(
          BODIES.map((accept) => service().ask('GET', '/-/', { headers: { Accept: accept } })),
        );
        expect(other?.body).to.equal(plain?.body);
        expect(client.rendering).to.be.oneOf([...BODIES]);
      },
      ['text/plain'],
    );

    each(
      'GFD.229 section 6: several lines and one line with commas are equal',
      async (client) => {
        const make = async (body: string): Promise<object> => {
          const answer = await client.send('POST', '/network/', {
            headers: { 'Content-Type': client.rendering },
            body,
          });
          expect(answer.status, answer.body).to.equal(201);
          const { mixins, attributes } = await client.entity(client.pathOf(answer.header('Location')));
          return { mixins, title: attributes['occi.core.title'], vlan: attributes['occi.network.vlan'] };
        };
        const [kind, mixin] = [line(NETWORK, 'kind'), line(IPNETWORK, 'mixin')];
        const apart = `Category: ${kind}\nCategory: ${mixin}\nX-OCCI-Attribute: occi.core.title="a, b"\nX-OCCI-Attribute: occi.network.vlan=4\n`;
        const joined = `Category: ${kind}, ${mixin}\nX-OCCI-Attribute: occi.core.title="a, b", occi.network.vlan=4\n`;
        expect(await make(joined)).to.deep.equal(await make(apart));
      },
      BODIES,
    );

    once('GFD.185: text/plain is the default, without Accept and with */*', async (client) => {
      for (const headers of [{}, { Accept: '*/*' }]) {
        const answer = await service().ask('GET', '/-/', { headers });
        expect(answer.header('Content-Type')).to.match(/^text\/plain(;|$)/);
        expect(readBody(answer.body).categories).to.have.length((await client.discover()).length);
      }
    });
  });

  describe('text/occi', () => {
    each(
      'GFD.229 section 7: everything is in the headers, and the body of a success is OK',
      async (client) => {
        const made = await client.writeEntity('POST', '/network/', { kind: NETWORK });
        const path = client.pathOf(made.header('Location'));
        for (const answer of [
          made,
          await client.send('GET', '/-/'),
          await client.send('GET', path),
          await client.send('GET', '/network/'),
          await client.writeEntity('POST', path, { attributes: { 'occi.network.vlan': 1 } }),
          await client.members('POST', '/ipnetwork/', [{ path, kind: NETWORK }]),
          await client.send('DELETE', path),
        ])
          expect(answer.body.trim()).to.equal('OK');
      },
      ['text/occi'],
    );

    each(
      'GFD.229 section 7: several header lines and one with commas are equal',
      async (client) => {
        const answer = await client.send('POST', '/network/', {
          headers: {
            'Content-Type': 'text/occi',
            Category: [line(NETWORK, 'kind'), line(IPNETWORK, 'mixin')],
            'X-OCCI-Attribute': ['occi.core.title="a, b"', 'occi.network.vlan=4, occi.network.label="c"'],
          },
        });
        expect(answer.status, answer.body).to.equal(201);
        const seen = await client.entity(client.pathOf(answer.header('Location')));
        expect(seen.mixins).to.deep.equal([IPNETWORK]);
        expect(seen.attributes).to.include({
          'occi.core.title': 'a, b',
          'occi.network.vlan': 4,
          'occi.network.label': 'c',
        });
      },
      ['text/occi'],
    );

    each(
      'GFD.229 section 7: a list of locations is one line, joined by a comma and a blank',
      async (client) => {
        await client.create('/network/', { kind: NETWORK });
        await client.create('/network/', { kind: NETWORK });
        const lines = (await client.send('GET', '/network/')).all('X-OCCI-Location');
        expect(lines).to.have.length(1);
        expect(lines[0]).to.include(', http://');
      },
      ['text/occi'],
    );

    each(
      'GFD.229 section 7: what does not fit into headers is refused, not cut off',
      async (client) => {
        const headers = { Authorization: `Bearer ${await service().token({ role: 'customer', tenant: 'many' })}` };
        const resources = Array.from({ length: 100 }, () => ({ kind: NETWORK }));
        const json = new Client(service(), 'application/occi+json');
        for (let at = 0; at < 9; at += 1)
          expect((await json.write('POST', '/network/', [], { resources }, headers)).status).to.equal(201);
        const answer = await client.send('GET', '/network/', { headers });
        expect(answer.status).to.be.oneOf([406, 413]);
        expect(await client.list('/network/?page=1&number=10', headers)).to.have.length(10);
      },
      ['text/occi'],
    );

    each(
      'GFD.229 section 7: 60 KiB of headers are read',
      async (client) => {
        const data = 'x'.repeat(15 * 1024);
        const answer = await client.send('POST', '/network/', {
          headers: {
            'Content-Type': 'text/occi',
            Category: line(NETWORK, 'kind'),
            'X-OCCI-Attribute': Array.from({ length: 4 }, () => `occi.core.summary="${data}"`),
          },
        });
        expect(answer.status, answer.body).to.equal(201);
      },
      ['text/occi'],
    );
  });

  describe('text/uri-list', () => {
    once('GFD.229 section 8: listings, as RFC 2483 has it', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      for (const place of ['/network/', '/', '/resource/']) {
        const answer = await service().ask('GET', place, { headers: { Accept: 'text/uri-list' } });
        expect(answer.status).to.equal(200);
        expect(answer.header('Content-Type')).to.match(/^text\/uri-list(;|$)/);
        expect(answer.body).to.match(/^(?:(?:#[^\r\n]*|https?:\/\/[^\s]+)\r\n)*$/);
        if (place !== '/resource/') expect(answer.body).to.include(`${service().url}${path}\r\n`);
      }
    });

    once('GFD.229 section 8: for anything that is no listing there is 400', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const answer = await service().ask('GET', path, { headers: { Accept: 'text/uri-list' } });
      expect(answer.status).to.equal(400);
    });

    once('GFD.229 section 8: members of a mixin may be given as a list of URIs', async (client) => {
      const path = await client.create('/network/', { kind: NETWORK });
      const answer = await service().ask('POST', '/ipnetwork/', {
        headers: { 'Content-Type': 'text/uri-list', Accept: 'text/uri-list' },
        body: `# mine\r\n${service().url}${path}\r\n`,
      });
      expect(answer.status, answer.body).to.equal(200);
      expect((await client.entity(path)).mixins).to.deep.equal([IPNETWORK]);
    });
  });
});
