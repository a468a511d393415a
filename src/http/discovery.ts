import { createHash } from 'node:crypto';
import type { RenderContext, Rendered, Rendering } from '../occi/rendering/types.ts';
import type { OcciOutcome } from '../occi/request.ts';

type Categories = Extract<OcciOutcome, { type: 'categories' }>;

/** Discovery as it was rendered once, its body as bytes. */
export interface Kept {
  readonly etag: string;
  readonly body: Buffer;
  readonly headers: Rendered['headers'];
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
export function discoveryCache(): (outcome: Categories, rendering: Rendering, context: RenderContext) => Kept {
  const models = new WeakMap<Categories['mixins'], Model>();
  return (outcome, rendering, context) => {
    const { kinds, mixins, actions } = outcome;
    let model = models.get(mixins);
    if (model?.kinds !== kinds || model.actions !== actions)
      models.set(mixins, (model = { kinds, actions, rendered: new Map() }));
    const name = context.patterns ? `${rendering.name}-patterns` : rendering.name;
    const key = `${name} ${context.baseUrl}`;
    let kept = model.rendered.get(key);
    if (kept === undefined) model.rendered.set(key, (kept = keep(rendering.render(outcome, context), name)));
    return kept;
  };
}

/** Strong: it names the bytes and the rendering. */
function keep({ body, headers }: Rendered, name: string): Kept {
  const hash = createHash('sha256').update(body);
  if (headers !== undefined) hash.update(JSON.stringify(headers));
  return { etag: `"${hash.digest('base64url').slice(0, 22)}-${name}"`, body: Buffer.from(body), headers };
}
