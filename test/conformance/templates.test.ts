import { expect } from 'chai';
import { find } from './support/client.ts';
import { COMPUTE, INFRA, TEMPLATES } from './support/names.ts';
import { conformance } from './support/suite.ts';

/** Cores, memory and disk in GiB. */
const SIZES = {
  small: [1, 1, 10],
  medium: [2, 2, 20],
  large: [4, 4, 40],
  mem_small: [1, 4, 10],
  mem_medium: [2, 8, 20],
  mem_large: [4, 16, 40],
} as const;

conformance('Compute Resource Templates Profile (GFD.222)', ({ each, once }) => {
  each(
    'GFD.222 section 4, Resource templates: small, medium, large and the mem_ ones depend on resource_tpl',
    async (client) => {
      const model = await client.discover();
      for (const term of Object.keys(SIZES)) {
        const template = find(model, TEMPLATES + term);
        expect(template).to.include({ class: 'mixin', rel: `${INFRA}resource_tpl` });
        expect(template.attributes.map(({ name }) => name)).to.include.members([
          'occi.compute.cores',
          'occi.compute.memory',
          'occi.compute.ephemeral_storage.size',
        ]);
      }
    },
  );

  for (const [term, [cores, memory, disk]] of Object.entries(SIZES).slice(0, 3))
    each(`GFD.222 section 4, Resource templates: ${term} sets cores, memory and disk`, async (client) => {
      const path = await client.create('/compute/', { kind: COMPUTE, mixins: [TEMPLATES + term] });
      expect((await client.entity(path)).attributes).to.include({
        'occi.compute.cores': cores,
        'occi.compute.memory': memory,
        'occi.compute.ephemeral_storage.size': disk,
      });
      await client.send('DELETE', path);
    });

  each('GFD.222 section 4, Resource templates: a compute has one of them at most', async (client) => {
    const answer = await client.writeEntity('POST', '/compute/', {
      kind: COMPUTE,
      mixins: [`${TEMPLATES}small`, `${TEMPLATES}large`],
    });
    if (answer.status === 201) {
      const seen = await client.entity(client.pathOf(answer.header('Location')));
      expect(seen.mixins.filter((type) => type.startsWith(TEMPLATES))).to.have.length(1);
      await client.send('DELETE', client.pathOf(answer.header('Location')));
    } else expect(answer.status, answer.body).to.be.within(400, 422);
  });

  once('GFD.222 section 5, Conformance claim: it is in the Server header', async (client) => {
    expect((await client.send('GET', '/-/')).header('Server')).to.match(/(^| )OCCI-CRTP(-EP)?\/1\.1( |$)/);
  });
});
