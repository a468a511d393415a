import { expect } from 'chai';
import { inputFor, outputFor, wantsProblemJson } from '../../../src/occi/rendering/negotiate.ts';
import { ParleyError } from '../../../src/shared/errors.ts';

const status = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof ParleyError) return error.status;
    throw error;
  }
};
const out = (accept: string | undefined, body?: string, exports?: readonly string[]): unknown =>
  status(() => outputFor(accept, inputFor(body), exports).mediaType);
const into = (contentType: string | undefined, inBody?: boolean): unknown =>
  status(() => inputFor(contentType, inBody)?.name);

describe('rendering: content negotiation', () => {
  it('pitfall 18: of the types in Content-Type the first that is known', () => {
    for (const [given, read] of [
      ['text/plain', 'text/plain'],
      ['text/plain,text/occi', 'text/plain'],
      ['text/occi, text/plain', 'text/occi'],
      ['TEXT/OCCI+plain ; charset="UTF-8"', 'text/occi+plain'],
      ['application/json; charset=utf-8', 'application/json'],
      ['application/occi+json;profile="a,b"', 'application/occi+json'],
      ['image/png, , text/uri-list', 'text/uri-list'],
      ['', undefined],
      [undefined, undefined],
      ['image/png', 415],
      ['text/plainly', 415],
      ['application/x-www-form-urlencoded', 415],
      ['text/plain; charset=utf-16', 415],
      ['application/json; charset=latin1', 415],
      [',;,', 415],
    ] as const)
      expect(into(given), String(given)).to.equal(read);
  });

  it('where the fields are in the body, text/occi is not what it is', () => {
    expect(into('text/occi,text/plain', true)).to.equal('text/plain');
    expect(into('text/occi, application/json', true)).to.equal('application/json');
    expect(into('text/occi', true)).to.equal('text/occi');
  });

  it('Latin-1 is read as such', () => {
    expect(inputFor('text/plain; charset=ISO-8859-1')).to.include({ name: 'text/plain', charset: 'latin1' });
    expect(inputFor('text/plain;charset=us-ascii')).to.not.have.property('charset');
  });

  it('GFD.185 section 3.6.6, api.md: nothing and */* mean text/plain, or the type of the body', () => {
    for (const accept of [undefined, '', ' ', '*/*', '*', '*/*;q=0.1', 'image/png, */*;q=0.1']) {
      expect(out(accept), String(accept)).to.equal('text/plain');
      expect(out(accept, 'application/json'), String(accept)).to.equal('application/json');
      expect(out(accept, 'text/occi'), String(accept)).to.equal('text/occi');
      expect(out(accept, 'text/occi+plain'), String(accept)).to.equal('text/occi+plain');
    }
  });

  it('exactly the type that is asked for', () => {
    for (const type of [
      'text/plain',
      'text/occi+plain',
      'text/occi',
      'text/uri-list',
      'application/occi+json',
      'application/json',
    ]) {
      expect(out(type)).to.equal(type);
      expect(out(`${type.toUpperCase()} ; charset=utf-8`)).to.equal(type);
      expect(out(`image/png, ${type};q=0.001, */*;q=0`)).to.equal(type);
      expect(out(`${type}, */*`)).to.equal(type);
    }
  });

  it('pitfall 19: equal quality: the first named, and text/plain always before text/occi', () => {
    expect(out('text/plain,text/occi')).to.equal('text/plain');
    expect(out('text/occi,text/plain')).to.equal('text/plain');
    expect(out('text/occi;q=1.0, text/plain;q=0.9')).to.equal('text/occi');
    expect(out('application/json, application/occi+json')).to.equal('application/json');
    expect(out('text/uri-list, text/plain')).to.equal('text/uri-list');
  });

  it('wildcards of a family; what is excluded is not given', () => {
    expect(out('text/*')).to.equal('text/plain');
    expect(out('application/*')).to.equal('application/occi+json');
    expect(out('application/*', 'application/json')).to.equal('application/json');
    expect(out('*/*, text/plain;q=0')).to.equal('application/occi+json');
    expect(out('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8')).to.equal('text/plain');
  });

  it('406 for what nobody here can write; malformed quality counts as one', () => {
    for (const accept of ['image/png', 'text', 'text/plain;q=0', '*/*;q=0', ';;;', 'text/plainly', 'a/b,c/d'])
      expect(out(accept), accept).to.equal(406);
    expect(out('text/plain;q=abc')).to.equal('text/plain');
    expect(out('text/plain;q=7, application/json')).to.equal('text/plain');
    expect(out(`${'a/b,'.repeat(50)}text/plain`)).to.equal('text/plain');
  });

  it('exports of a kind when they are named, never by a wildcard', () => {
    expect(out('text/csv', undefined, ['text/csv'])).to.equal('text/csv');
    expect(out('text/*', undefined, ['text/csv'])).to.equal('text/plain');
    expect(out('text/csv')).to.equal(406);
    expect(outputFor('application/json', undefined, ['application/json']).type).to.equal('export');
  });

  it('errors: problem details to JSON clients, lines to all others', () => {
    for (const [accept, contentType, json] of [
      [undefined, undefined, false],
      ['*/*', 'application/json', true],
      ['application/occi+json', undefined, true],
      ['application/problem+json', undefined, true],
      ['text/plain', 'application/json', false],
      ['text/occi', 'text/occi', false],
      ['application/json;q=0.5, text/plain', undefined, false],
      ['text/uri-list', 'application/occi+json', false],
      ['image/png', 'application/occi+json', true],
      ['application/*', undefined, true],
      ['application/json;q=0', undefined, false],
    ] as const)
      expect(wantsProblemJson(accept, contentType), `${accept} ${contentType}`).to.equal(json);
  });
});
