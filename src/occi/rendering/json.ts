import { jsonParser } from './json-read.ts';
import { writeJson } from './json-write.ts';
import type { Rendering } from './types.ts';

/** application/occi+json (GFD.226); application/json is read and written the same way. */
export const jsonRendering: Rendering = {
  name: 'json',
  parser: jsonParser,
  render: (outcome, context) => ({ body: writeJson(outcome, context) }),
};
