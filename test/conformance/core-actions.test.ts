import { expect } from 'chai';
import { NETWORK, networkAction, STORAGE } from './support/names.ts';
import { conformance } from './support/suite.ts';

conformance('Core (GFD.221): actions', ({ each }) => {
  each('GFD.221, Actions on a collection: only where all members have it', async (client) => {
    const scheme = `http://example.org/${client.rendering}/acts#`;
    const place = `/acts/${client.rendering.replace(/\W/g, '-')}/`;
    expect((await client.addMixin({ term: 'all', scheme, location: place })).status).to.equal(200);
    const a = await client.create('/network/', { kind: NETWORK, mixins: [`${scheme}all`] });
    const up = await client.act(place, networkAction('up'));
    expect(up.status, up.body).to.equal(200);
    expect((await client.entity(a)).attributes['occi.network.state']).to.equal('active');
    const storage = { kind: STORAGE, mixins: [`${scheme}all`], attributes: { 'occi.storage.size': 1 } };
    const b = await client.create('/storage/', storage);
    const refused = await client.act(place, networkAction('down'));
    expect(refused.status, refused.body).to.be.within(400, 409);
    expect((await client.entity(a)).attributes['occi.network.state'], 'nothing was done').to.equal('active');
    await client.send('DELETE', b);
    await client.removeMixin(`${scheme}all`);
  });
});
