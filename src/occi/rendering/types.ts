import type { TenantId, TypeId } from '../../shared/ids.ts';
import type { AttributeType, Mixin } from '../category.ts';
import type { EntityDocument } from '../entity.ts';
import type { ActionInvocation, OcciOutcome } from '../request.ts';

/** A message as it came: header names and values in turn (as Node's `rawHeaders`), and the body's bytes. */
export interface Message {
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** What a parser asks of the model: text carries no types, so the definitions supply them. */
export interface ModelLookup {
  readonly tenant?: TenantId;
  classOf(type: TypeId): 'kind' | 'mixin' | 'action' | undefined;
  /** Type of an attribute, by the categories named in the message first, then by its name alone. */
  attribute(name: string, categories: readonly TypeId[]): AttributeType | undefined;
  isLink(kind: TypeId): boolean;
}

/**
 * Reads messages of one rendering. Everything here throws `BadRequest` with the place where the
 * message broke, and nothing else.
 */
export interface Parser {
  /** One or several entities to be created. `hint` types the attributes of a message that names no kind. */
  entities(message: Message, model: ModelLookup, hint?: TypeId): readonly EntityDocument[];
  /** Exactly one entity. */
  entity(message: Message, model: ModelLookup, hint?: TypeId): EntityDocument;
  invocation(message: Message, model: ModelLookup, term: string | undefined): ActionInvocation;
  /** User-defined mixins to be added (GFD.223 section 5.4). */
  mixins(message: Message, model: ModelLookup): readonly Mixin[];
  /** Type identifiers of mixins to be removed, or of a filter. */
  types(message: Message): readonly TypeId[];
  /** Ids, paths or URLs of a mixin's members. */
  members(message: Message): readonly string[];
}

export interface RenderContext {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Discovery with the attributes' patterns (`?pattern=true`). */
  readonly patterns: boolean;
}

export interface Rendered {
  readonly body: string;
  /** Further headers; several values are several header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export type RenderingName = 'json' | 'text' | 'occi' | 'uri';

export interface Rendering {
  /** Short, as it stands in ETags. */
  readonly name: RenderingName;
  readonly parser: Parser;
  /** Exports have bytes of their own and are never given to a rendering. */
  render(outcome: Exclude<OcciOutcome, { type: 'export' }>, context: RenderContext): Rendered;
}
