import { expect } from 'chai';
import * as json from './json.ts';
import type { Service } from './service.ts';
import * as text from './text.ts';
import { splitType, typeOf, type Category, type Draft, type EntitySeen, type Value } from './types.ts';
import type { Answer, Sent } from './wire.ts';

export const RENDERINGS = [
  'text/plain',
  'text/occi+plain',
  'text/occi',
  'application/occi+json',
  'application/json',
] as const;
export type RenderingName = (typeof RENDERINGS)[number];

export interface NewMixin {
  readonly term: string;
  readonly scheme: string;
  readonly location: string;
  readonly title?: string;
  readonly rel?: string;
}

/** What a text rendering carries, to be put into a body or into headers. */
type Lines = readonly (readonly [string, string])[];

/** An OCCI client that speaks one rendering and reads every answer strictly. */
export class Client {
  readonly rendering: RenderingName;
  readonly service: Service;
  readonly #token: string | undefined;

  constructor(service: Service, rendering: RenderingName, token?: string) {
    this.service = service;
    this.rendering = rendering;
    this.#token = token;
  }

  get isJson(): boolean {
    return this.rendering.endsWith('json');
  }

  /** Any request; Accept and, where there is content, Content-Type are the client's rendering. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const answer = await this.service.ask(method, path, {
      ...sent,
      headers: {
        Accept: this.rendering,
        ...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...sent.headers,
      },
    });
    expect(answer.header('Server'), 'Server').to.match(/(^|\s)OCCI\/1\.2(\s|$)/);
    return answer;
  }

  /** A request whose content is given for text and for JSON. */
  write(method: string, path: string, lines: Lines, document: unknown, headers: Sent['headers'] = {}): Promise<Answer> {
    const type = { 'Content-Type': this.rendering, ...headers };
    if (this.isJson) return this.send(method, path, { headers: type, body: JSON.stringify(document) });
    if (this.rendering === 'text/occi')
      return this.send(method, path, { headers: { ...text.headersOf(lines), ...type } });
    return this.send(method, path, { headers: type, body: text.bodyOf(lines) });
  }

  /** The content is an entity. */
  writeEntity(method: string, path: string, draft: Draft, headers?: Sent['headers']): Promise<Answer> {
    return this.write(method, path, text.writeEntity(draft), json.writeEntity(draft), headers);
  }

  /** Creates; answers the path of what was made. */
  async create(path: string, draft: Draft): Promise<string> {
    const answer = await this.writeEntity('POST', path, draft);
    expect(answer.status, answer.body).to.equal(201);
    return this.pathOf(answer.header('Location'));
  }

  async entity(path: string): Promise<EntitySeen> {
    return this.readEntity(await this.send('GET', path));
  }

  /** An answer that must be 200 (or as told) and carry one entity in the client's rendering. */
  readEntity(answer: Answer, status = 200): EntitySeen {
    expect(answer.status, answer.body).to.equal(status);
    this.checkType(answer);
    return this.isJson ? json.readEntity(json.parseObject(answer.body)) : text.readEntity(this.fields(answer));
  }

  /** Members of a collection, as the last parts of their paths. */
  async list(path: string, headers: Sent['headers'] = {}): Promise<string[]> {
    return this.readList(await this.send('GET', path, { headers }));
  }

  readList(answer: Answer): string[] {
    expect(answer.status, answer.body).to.equal(200);
    this.checkType(answer);
    if (this.isJson)
      return json
        .readCollection(json.parseObject(answer.body))
        .map((each) => JSON.stringify(each.attributes['occi.core.id']).slice('"urn:uuid:'.length, -1));
    return this.fields(answer).locations.map((each) => each.slice(each.lastIndexOf('/') + 1));
  }

  async discover(headers: Sent['headers'] = {}, path = '/-/'): Promise<Category[]> {
    const answer = await this.send('GET', path, { headers });
    expect(answer.status, answer.body).to.equal(200);
    this.checkType(answer);
    return this.isJson ? json.readModel(json.parseObject(answer.body)) : [...this.fields(answer).categories];
  }

  addMixin(mixin: NewMixin): Promise<Answer> {
    const { term, scheme, location, title, rel } = mixin;
    const more = [
      title === undefined ? '' : `; title=${text.quote(title)}`,
      rel === undefined ? '' : `; rel="${rel}"`,
      `; location="${location}"`,
    ].join('');
    const members = { term, scheme, location, ...(title === undefined ? {} : { title }) };
    const document = { mixins: [{ ...members, ...(rel === undefined ? {} : { depends: [rel] }) }] };
    return this.write('POST', '/-/', [['Category', `${term}; scheme="${scheme}"; class="mixin"${more}`]], document);
  }

  removeMixin(type: string): Promise<Answer> {
    const { term, scheme } = splitType(type);
    return this.write('DELETE', '/-/', [['Category', `${term}; scheme="${scheme}"; class="mixin"`]], {
      mixins: [{ term, scheme }],
    });
  }

  /** Members of a mixin's collection: added by POST, replaced by PUT, taken off by DELETE. */
  members(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    members: readonly { path: string; kind: string }[],
  ): Promise<Answer> {
    return this.write(
      method,
      path,
      members.map((each) => ['X-OCCI-Location', this.service.url + each.path] as const),
      {
        resources: members.map(({ path: at, kind }) => ({
          kind,
          id: `urn:uuid:${at.slice(at.lastIndexOf('/') + 1)}`,
        })),
      },
    );
  }

  act(path: string, action: string, attributes: Readonly<Record<string, Value>> = {}): Promise<Answer> {
    const { term, scheme } = splitType(action);
    const lines: [string, string][] = [
      ['Category', `${term}; scheme="${scheme}"; class="action"`],
      ...text.writeEntity({ attributes }),
    ];
    const document = { action, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
    return this.write('POST', `${path}?action=${term}`, lines, document);
  }

  fields(answer: Answer): text.Fields {
    if (this.rendering !== 'text/occi') return text.readBody(answer.body);
    expect(answer.body.trim(), 'the body of text/occi').to.equal('OK');
    return text.readHeaders(answer.lines);
  }

  checkType(answer: Answer): void {
    const [type = '', ...parameters] = (answer.header('Content-Type') ?? '').split(/;\s*/);
    expect(type, 'Content-Type').to.equal(this.rendering);
    // Everything of text/occi is in the headers, so its body has no need to say.
    if (type.startsWith('text/') && type !== 'text/occi')
      expect(parameters.join().toLowerCase()).to.equal('charset=utf-8');
  }

  pathOf(location: string | undefined): string {
    expect(location, 'Location').to.be.a('string');
    expect(location?.startsWith(`${this.service.url}/`), `${String(location)} is absolute`).to.equal(true);
    return (location ?? '').slice(this.service.url.length);
  }
}

/** A Category header that filters for a type. */
export function categoryFilter(type: string, of: Category['class'] = 'kind'): { Category: string } {
  const { term, scheme } = splitType(type);
  return { Category: `${term}; scheme="${scheme}"; class="${of}"` };
}

/** A type by its identifier; fails the test where it is missing. */
export function find(categories: readonly Category[], type: string): Category {
  const found = categories.find((each) => typeOf(each) === type);
  if (found === undefined) throw new Error(`${type} is not in discovery`);
  return found;
}
