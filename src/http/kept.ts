import { createHash } from 'node:crypto';
import type { OcciOutcome } from '../occi/request.ts';
import type { RenderContext, Rendered, Rendering } from '../occi/rendering/types.ts';
import { etagOf } from './conditions.ts';

type Categories = Extract<OcciOutcome, { type: 'categories' }>;
type Shown = Extract<OcciOutcome, { type: 'entity' }>;

/** How something is to be shown, and under which name of the rendering. */
export interface Showing {
  readonly rendering: Rendering;
  readonly mediaType: string;
  readonly context: RenderContext;
}

/** An answer to GET as it was rendered once. */
export interface Kept {
  readonly etag: string;
  /** Names and values in turn: all headers that the same answer has each time. */
  readonly headers: readonly string[];
  /** A string is written together with the head; bytes are for what is large. */
  readonly body: string | Buffer;
}

/** The same URL is shown in many renderings, and to each caller as the caller may see it. */
export const CACHEABLE = ['Cache-Control', 'private, no-cache', 'Vary', 'Accept, Authorization'];

function keep({ body, headers = {} }: Rendered, etag: string, mediaType: string): Kept {
  const flat = ['ETag', etag, ...CACHEABLE];
  add(flat, headers);
  flat.push('Content-Type', withCharset(mediaType));
  return { etag, headers: flat, body: body.length > 16_384 ? Buffer.from(body) : body };
}

/** Adds headers to a list of names and values. */
export function add(headers: string[], more: Readonly<Record<string, string | readonly string[]>> | undefined): void {
  if (more === undefined) return;
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'string') headers.push(name, value);
    else for (const line of value) headers.push(name, line);
  }
}

/** Text is UTF-8 and says so; JSON always is (RFC 8259 section 8.1), and what text/occi says stands in headers. */
export function withCharset(mediaType: string): string {
  return mediaType.startsWith('text/') && mediaType !== 'text/occi' && !mediaType.includes('charset')
    ? `${mediaType}; charset=utf-8`
    : mediaType;
}

interface Model {
  readonly kinds: Categories['kinds'];
  readonly actions: Categories['actions'];
  readonly rendered: Map<string, Kept>;
}

/**
 * Keeps what discovery without a filter is rendered as. The registry gives the same lists until a mixin comes or
 * goes, so the lists themselves are the key, and what is stale goes with them.
 */
export function discoveryCache(): (outcome: Categories, showing: Showing) => Kept {
  const models = new WeakMap<Categories['mixins'], Model>();
  return (outcome, { rendering, mediaType, context }) => {
    const { kinds, mixins, actions } = outcome;
    let model = models.get(mixins);
    if (model?.kinds !== kinds || model.actions !== actions)
      models.set(mixins, (model = { kinds, actions, rendered: new Map() }));
    const key = `${mediaType} ${String(context.patterns)} ${context.baseUrl}`;
    let kept = model.rendered.get(key);
    if (kept === undefined) {
      const rendered = rendering.render(outcome, context);
      const name = context.patterns ? `${rendering.name}-patterns` : rendering.name;
      model.rendered.set(key, (kept = keep(rendered, tagOf(rendered, name), mediaType)));
    }
    return kept;
  };
}

/** Strong; names the bytes and the rendering. */
function tagOf({ body, headers }: Rendered, name: string): string {
  const hash = createHash('sha256').update(body);
  if (headers !== undefined) hash.update(JSON.stringify(headers));
  return `"${hash.digest('base64url').slice(0, 22)}-${name}"`;
}

/** Keeps what an entity is rendered as, for as long as the engine gives the same outcome. */
export function entityCache(): (outcome: Shown, showing: Showing) => Kept {
  const made = new WeakMap<Shown, { readonly showing: Showing; readonly kept: Kept }[]>();
  return (outcome, showing) => {
    const { rendering, mediaType, context } = showing;
    const before = made.get(outcome);
    const same = before?.find(
      (one) => one.showing.mediaType === mediaType && one.showing.context.baseUrl === context.baseUrl,
    );
    if (same !== undefined) return same.kept;
    const kept = keep(rendering.render(outcome, context), etagOf(outcome.view, rendering.name), mediaType);
    if (before === undefined) made.set(outcome, [{ showing, kept }]);
    else if (before.length < 16) before.push({ showing, kept });
    return kept;
  };
}
