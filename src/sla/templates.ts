import { typeOf, type AttributeDefinitions, type Mixin } from '../occi/category.ts';
import { typeId, type TypeId, type VendorId } from '../shared/ids.ts';
import type { Level } from '../terms/level.ts';
import { agreementTermType, agreementTplType, agreementType } from './names.ts';
import { describeLevel, describeRemedy } from './term-text.ts';

/** The service's own scheme of templates, and of the terms that they fill in. */
export const templateScheme = 'http://schemas.parley.org/occi/sla/template#';
export const providerTermScheme = 'http://schemas.parley.org/occi/sla/term#';

/** What an agreement's terms speak of: the resources that its links lead to, in the order in which they were linked. */
export const LINKED = 'resource';

/** Terms that somebody offers to be bound to: what a client of GFD.228 finds in discovery and takes. */
export interface AgreementTemplate {
  /** Lower case, without dots: older clients read no others. */
  readonly term: string;
  readonly title: string;
  /** How it is named elsewhere, such as `aws-ec2-instance@2022-05-25`. */
  readonly name: string;
  /** Kinds of resources that its levels speak of. */
  readonly kinds: readonly TypeId[];
  /** Each is one term; its `of` is `resource`. */
  readonly levels: readonly Level[];
  /** The connected vendor that is bound by it, and so accepts by itself what it runs. */
  readonly vendor?: VendorId;
}

export const templateType = (template: AgreementTemplate): TypeId => typeId(templateScheme + template.term);
export const providerTermType = (term: string): TypeId => typeId(providerTermScheme + term);

/** The templates as mixins after GFD.228 sections 3.1.1 and 3.1.2: one for each, and one for each term that they name. */
export function templateMixins(templates: readonly AgreementTemplate[]): readonly Mixin[] {
  const terms = new Set(templates.flatMap(({ levels }) => levels.map(({ id }) => id)));
  return [...[...terms].map(termMixin), ...templates.map(templateMixin)];
}

function termMixin(term: string): Mixin {
  return {
    class: 'mixin',
    scheme: providerTermScheme,
    term,
    title: `Agreement term ${term}`,
    depends: [agreementTermType],
    applies: [agreementType],
    actions: [],
    location: `/agreement_term/${term}/`,
    attributes: termAttributes(term),
  };
}

/** GFD.228 section 3.1.2: the suggested attributes of a term. */
export function termAttributes(term: string): AttributeDefinitions {
  const shown = (description: string, pattern?: readonly string[]): AttributeDefinitions[string] => ({
    type: 'string',
    mutable: false,
    required: false,
    description,
    ...(pattern === undefined ? {} : { pattern: { enum: pattern } }),
  });
  return {
    [`${term}.term.type`]: shown('Type of the term', ['SERVICE-TERM', 'SLO-TERM', 'n/a']),
    [`${term}.term.state`]: { ...shown('State of the term', ['undefined', 'fulfilled', 'violated']), anyCase: true },
    [`${term}.term.desc`]: shown('What is agreed'),
    [`${term}.term.remedy`]: shown('What is due when it is violated'),
  };
}

/** Its defaults fill in the terms when it is associated (GFD.221, Mixin). */
function templateMixin(template: AgreementTemplate): Mixin {
  const attributes: Record<string, AttributeDefinitions[string]> = {};
  for (const level of template.levels) {
    const definitions = termAttributes(level.id);
    const values: Readonly<Record<string, string | undefined>> = {
      type: 'SLO-TERM',
      state: 'undefined',
      desc: describeLevel(level, true),
      remedy: level.remedy === null ? undefined : describeRemedy(level.remedy),
    };
    for (const [name, definition] of Object.entries(definitions)) {
      const value = values[name.slice(name.lastIndexOf('.') + 1)];
      if (value !== undefined) attributes[name] = { ...definition, default: value };
    }
  }
  return {
    class: 'mixin',
    scheme: templateScheme,
    term: template.term,
    title: template.title,
    depends: [agreementTplType, ...template.levels.map(({ id }) => providerTermType(id))],
    applies: [agreementType],
    actions: [],
    location: `/agreement_tpl/${template.term}/`,
    attributes,
  };
}

/** By the type of its mixin. */
export function templateTable(templates: readonly AgreementTemplate[]): ReadonlyMap<TypeId, AgreementTemplate> {
  return new Map(templates.map((template) => [typeOf({ scheme: templateScheme, term: template.term }), template]));
}
