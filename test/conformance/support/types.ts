/** What an OCCI client makes of what it reads, whatever the rendering. */

export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

export interface Category {
  readonly term: string;
  readonly scheme: string;
  readonly class: 'kind' | 'mixin' | 'action';
  readonly title?: string;
  /** In text; JSON has `parent` of kinds and `depends` of mixins. */
  readonly rel?: string;
  readonly location?: string;
  readonly attributes: readonly AttributeNote[];
  readonly actions: readonly string[];
}

export interface AttributeNote {
  readonly name: string;
  readonly immutable: boolean;
  readonly required: boolean;
}

export interface LinkSeen {
  readonly target: string;
  readonly rel?: string;
  readonly self?: string;
  readonly category: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
}

export interface EntitySeen {
  readonly kind: string;
  readonly mixins: readonly string[];
  /** With `occi.core.id` and its like among them, in every rendering. */
  readonly attributes: Readonly<Record<string, Value>>;
  readonly links: readonly LinkSeen[];
  /** Type identifiers. */
  readonly actions: readonly string[];
}

/** What a client wants to create or change. */
export interface Draft {
  readonly kind?: string;
  readonly mixins?: readonly string[];
  /** Core attributes under their rendered names. */
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly links?: readonly {
    readonly target: string;
    readonly rel: string;
    readonly kind: string;
    readonly attributes?: Readonly<Record<string, Value>>;
  }[];
}

export function typeOf(category: { readonly scheme: string; readonly term: string }): string {
  return category.scheme + category.term;
}

export function splitType(type: string): { scheme: string; term: string } {
  const cut = type.indexOf('#') + 1;
  return { scheme: type.slice(0, cut), term: type.slice(cut) };
}
