import { BadRequest } from '../../shared/errors.ts';
import type { OcciOutcome } from '../request.ts';
import { excerpt, unreadable } from './cursor.ts';
import { decodeText } from './json-text.ts';
import type { Message, Parser, Rendering } from './types.ts';
import { uriText } from './values.ts';

const notForThis = (): never => {
  throw new BadRequest('not_a_list', 'text/uri-list can only name the members of a mixin');
};

const parser: Parser = {
  entities: notForThis,
  entity: notForThis,
  invocation: (message, _model, term) =>
    message.body.length === 0 && term !== undefined ? { term, attributes: {} } : notForThis(),
  mixins: notForThis,
  types: notForThis,
  members: (message) => uris(message),
};

/** RFC 2483 section 5: one URI a line, lines that begin with # are comments. */
function uris(message: Message): string[] {
  const list: string[] = [];
  let number = 0;
  for (const line of decodeText(message.body).split(/\r\n|\n\r|\n|\r/)) {
    number += 1;
    const uri = line.trim();
    if (uri === '' || uri.startsWith('#')) continue;
    const wrong = uri.search(/[\s<>"]/);
    if (wrong >= 0) {
      const column = line.length - line.trimStart().length + wrong + 1;
      throw unreadable(`line ${number}, column ${column}`, 'location_invalid', `"${excerpt(uri)}" is not a location`);
    }
    list.push(uri);
  }
  return list;
}

/** Can the outcome of the operation be shown as a list of locations? Asked before anything is done. */
export function fitsUriList(operation: string): boolean {
  return ['list', 'create', 'associate', 'replaceMembers', 'disassociate', 'deleteAll', 'discover', 'replace'].includes(
    operation,
  );
}

/** text/uri-list (GFD.229 section 8): locations only. */
export const uriListRendering: Rendering = {
  name: 'uri',
  parser,
  render(outcome, context) {
    return {
      body: locationsOf(outcome)
        .map((path) => `${context.baseUrl}${uriText(path)}\r\n`)
        .join(''),
    };
  },
};

function locationsOf(outcome: Exclude<OcciOutcome, { type: 'export' }>): readonly string[] {
  switch (outcome.type) {
    case 'collection':
    case 'created':
      return outcome.views.map((view) => view.path);
    case 'entity':
      return [outcome.view.path];
    case 'categories':
      return [...outcome.kinds, ...outcome.mixins].flatMap((category) =>
        category.location === undefined ? [] : [category.location],
      );
    case 'document':
      throw new BadRequest('not_a_list', 'This is no list of locations; ask for text/plain or JSON');
    case 'done':
      return [];
  }
}
