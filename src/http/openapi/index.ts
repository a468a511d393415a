import { createHash } from 'node:crypto';
import type { Middleware } from 'koa';
import { noneMatchHits } from '../conditions.ts';
import type { AppParts } from '../parts.ts';
import { openApiDocument } from './document.ts';

/** `/openapi.json`: OpenAPI 3.1 of what the registry holds; made again when a type came or went. */
export function openApi(parts: Pick<AppParts, 'engine' | 'baseUrl' | 'version'>): Middleware {
  let kept: { readonly revision: number; readonly etag: string; readonly body: Buffer } | undefined;
  return (ctx) => {
    const { registry } = parts.engine;
    if (kept?.revision !== registry.revision) {
      const body = Buffer.from(JSON.stringify(openApiDocument(registry, parts)));
      const hash = createHash('sha256').update(body).digest('base64url');
      kept = { revision: registry.revision, etag: `"${hash.slice(0, 22)}"`, body };
    }
    ctx.set('ETag', kept.etag);
    ctx.set('Cache-Control', 'no-cache');
    if (noneMatchHits(ctx.req.headers['if-none-match'], kept.etag)) {
      ctx.status = 304;
      return;
    }
    ctx.set('Content-Type', 'application/json');
    ctx.body = kept.body;
  };
}
