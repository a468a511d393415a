import { isObject } from '../../shared/json.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import { convertShortForm } from './convert.ts';
import { plain } from './fields.ts';
import { Source } from './source.ts';
import type { Located, Mistake } from './source.ts';

/** What a file could not be read for. */
export class FileMistakes extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super('the file is not written as it must be');
    this.name = 'FileMistakes';
    this.mistakes = mistakes;
  }
}

export interface LoadedCall {
  /** What is sent. */
  readonly document: JsonObject;
  /** Where the thing that a pointer into the document names was written. */
  locate(path: string): { readonly line: number; readonly column: number } | undefined;
}

/**
 * Reads a call for proposals from a file: the short form in YAML or JSON is converted, a whole OCCI
 * document passes unchanged. Throws `FileMistakes` with every mistake.
 */
export function loadCall(text: string): LoadedCall {
  const source = new Source(text);
  const value = source.parse();
  if (value === undefined) throw new FileMistakes(source.mistakes);
  if (isOcci(value)) {
    const document = exact(text) ?? plain(value);
    if (source.mistakes.length > 0 || !isObject(document)) throw new FileMistakes(source.mistakes);
    return { document, locate: (path) => locateIn(source, value, path) };
  }
  const { document, places } = convertShortForm(source, value);
  if (source.mistakes.length > 0) throw new FileMistakes(source.mistakes);
  return {
    document,
    locate(path) {
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
        const at = places.get(path.slice(0, end));
        if (at !== undefined) return source.position(at);
      }
      return undefined;
    },
  };
}

/** A kind that is a whole type, or attributes, are never in the short form. */
function isOcci(value: Located): boolean {
  return value.is === 'map' && value.entries.some(({ key }) => key === 'attributes' || key === 'kind');
}

/** JSON is parsed as JSON, so that it passes unchanged. */
function exact(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function locateIn(source: Source, root: Located, path: string): ReturnType<LoadedCall['locate']> {
  let value = root;
  let at = root.at;
  for (const token of path.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value.is === 'map') {
      const entry = value.entries.find(({ key }) => key === name);
      if (entry === undefined) break;
      ({ value } = entry);
      at = entry.keyAt;
    } else if (value.is === 'list') {
      const item = value.items[Number(name)];
      if (item === undefined) break;
      value = item;
      at = item.at;
    } else break;
  }
  return source.position(at);
}
