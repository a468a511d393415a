import { expect } from 'chai';
import { typeOf, type AttributeDefinition, type AttributeType, type Mixin } from '../../../src/occi/category.ts';
import { modelLookup } from '../../../src/occi/rendering/lookup.ts';
import { createRegistry } from '../../../src/occi/registry.ts';
import { tenantId, typeId } from '../../../src/shared/ids.ts';
import { TAG, TASK, testExtension } from '../world.ts';

const acme = tenantId('acme');
const other = tenantId('other');
const registry = createRegistry([testExtension()], { baseUrl: 'http://127.0.0.1:8080' });
const lookup = modelLookup(registry);
const definition = (type: AttributeType): AttributeDefinition => ({
  type,
  mutable: true,
  required: false,
  description: '',
});
const mixin = (term: string, type: AttributeType): Mixin => ({
  class: 'mixin',
  scheme: 'http://example.org/lookup#',
  term,
  title: '',
  location: `/${term}/`,
  attributes: { 'org.lookup.size': definition(type) },
  actions: [],
  depends: [],
  applies: [],
  tenant: acme,
});

describe('rendering: what parsers ask of the model', () => {
  it('types an attribute by the categories named, whichever were asked for before', () => {
    const [text, number] = [mixin('text', 'string'), mixin('number', 'number')];
    registry.addMixin(text);
    registry.addMixin(number);
    const [asText, asNumber] = [[typeOf(text)], [TASK, typeOf(number)]];
    const asked = [asText, asNumber, asText, asNumber].map((types) => lookup(acme).attribute('org.lookup.size', types));
    expect(asked).to.deep.equal(['string', 'number', 'string', 'number']);
    expect(lookup(other).attribute('org.lookup.size', [typeOf(text)])).to.equal(undefined);
  });

  it('a mixin that is replaced by one of its name is asked anew', () => {
    const [before, after] = [mixin('changing', 'string'), mixin('changing', 'boolean')];
    registry.addMixin(before);
    expect(lookup(acme).attribute('org.lookup.size', [typeOf(before)])).to.equal('string');
    registry.removeMixin(typeOf(before), acme);
    registry.addMixin(after);
    expect(lookup(acme).attribute('org.lookup.size', [typeOf(after)])).to.equal('boolean');
  });

  it('names of no category, and those that objects have from birth, are no attributes', () => {
    for (const types of [[], [TASK, TAG], [typeId('http://example.org/none#x')]])
      for (const name of ['toString', 'constructor', '__proto__', 'org.none.such'])
        expect(lookup(acme).attribute(name, types), name).to.equal(undefined);
  });
});
