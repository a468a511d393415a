import { expect } from 'chai';
import { startWhole, type Service } from '../conformance/support/service.ts';

type Content = Readonly<Record<string, { readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>>;
interface Item {
  readonly put?: { readonly requestBody?: { readonly content: Content } };
  readonly post?: { readonly requestBody?: { readonly content: Content } };
  readonly parameters?: readonly { readonly name?: string; readonly example?: string }[];
}

describe('the examples of the OpenAPI document, taken from top to bottom', function () {
  this.timeout(60_000);
  let service: Service;

  before(async () => {
    service = await startWhole();
  });
  after(() => service.stop());

  it('work as they stand: nothing refers to what is made further down', async () => {
    const document = await service.askBare('GET', '/openapi.json');
    const { paths } = JSON.parse(document.body) as { paths: Record<string, Item> };
    let sent = 0;
    for (const [template, item] of Object.entries(paths)) {
      const path = template.replace('{id}', item.parameters?.find(({ name }) => name === 'id')?.example ?? '{id}');
      for (const method of ['put', 'post'] as const)
        for (const [type, { examples = {} }] of Object.entries(item[method]?.requestBody?.content ?? {}))
          for (const [name, { value }] of Object.entries(examples)) {
            if (name === 'tag' && template !== '/-/') continue;
            const query = ['create', 'change', 'tag'].includes(name) ? '' : `?action=${name}`;
            const answer = await service.ask(method.toUpperCase(), path + query, {
              headers: { 'Content-Type': type, Accept: type },
              body: typeof value === 'string' ? value : JSON.stringify(value),
            });
            expect(answer.status, `${method} ${path + query} ${type}: ${answer.body}`).to.be.oneOf([200, 201]);
            sent++;
          }
    }
    expect(sent).to.be.greaterThan(40);
  });
});
