import { expect } from 'chai';
import { HandClock } from '../support/hand-clock.ts';
import { httpWorld } from '../support/http-world.ts';
import { raw } from './raw.ts';

describe('http: limits', () => {
  it('429 with Retry-After when a principal asks too fast, and again welcome later', async () => {
    const clock = new HandClock();
    const world = await httpWorld({ clock, limits: { requests: { perSecond: 1, burst: 3 } } });
    try {
      const ask = () => world.ask('GET', '/machine/');
      for (let at = 0; at < 3; at += 1) expect((await ask()).status).to.equal(200);
      const refused = await ask();
      expect([refused.status, refused.headers['retry-after']]).to.deep.equal([429, '1']);
      await clock.advance(1000);
      expect((await ask()).status).to.equal(200);
      expect((await ask()).status).to.equal(429);
    } finally {
      await world.close();
    }
  });

  it('guessing tokens from one address is slowed down, and the right one passes all the same', async () => {
    const clock = new HandClock();
    const world = await httpWorld({ clock, limits: { failures: { perSecond: 0.5, burst: 2 } } });
    try {
      const guess = () => world.ask('GET', '/machine/', { token: 'guess' });
      expect([(await guess()).status, (await guess()).status]).to.deep.equal([401, 401]);
      const third = await guess();
      expect([third.status, third.headers['retry-after']]).to.deep.equal([429, '2']);
      expect((await world.ask('GET', '/machine/')).status).to.equal(200);
      expect((await world.ask('GET', '/machine/', { token: null })).status).to.equal(401);
      await clock.advance(2000);
      expect((await guess()).status).to.equal(401);
    } finally {
      await world.close();
    }
  });

  it('60 KiB of headers are read, too many are refused, and what is not HTTP gets an answer', async () => {
    const world = await httpWorld();
    try {
      const big = Array.from({ length: 50 }, (_, at) => `org.test.label="${at}${'x'.repeat(1200)}"`);
      const read = await world.ask('GET', '/machine/', { headers: { 'X-OCCI-Attribute': big } });
      expect(read.status).to.equal(200);
      const over = await raw(world, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(120_000)}\r\n\r\n`);
      expect(over)
        .to.match(/^HTTP\/1\.1 431 /)
        .and.contain('Server: parley/0.0.0 OCCI/1.2');
      const whole = `GET http://elsewhere/machine/?x=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.operator}\r\nConnection: close\r\n\r\n`;
      expect(await raw(world, whole)).to.match(/^HTTP\/1\.1 200 /);
      const star = `OPTIONS * HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.operator}\r\nConnection: close\r\n\r\n`;
      expect(await raw(world, star)).to.match(/^HTTP\/1\.1 200 [\s\S]*Allow: GET/);
      expect(await raw(world, 'nonsense\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    } finally {
      await world.close();
    }
  });

  it('closing lets a running request finish and refuses new connections', async () => {
    const world = await httpWorld();
    const events = await fetch(`${world.url}/events`, { headers: { Authorization: `Bearer ${world.operator}` } });
    expect(events.status).to.equal(200);
    await world.close();
    // The stream has ended, or closing would have waited for it until its deadline.
    expect(await events.text()).to.contain(': stream of events');
    const refused = await fetch(world.url).then(
      () => 'answered',
      () => 'refused',
    );
    expect(refused).to.equal('refused');
  });
});
