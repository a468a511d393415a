import { isDeepStrictEqual } from 'node:util';
import type { AttributeDefinition } from '../occi/category.ts';
import type { Attributes, EntityRecord } from '../occi/entity.ts';
import { below, Findings } from '../occi/findings.ts';
import { compileAttributes, type AttributesCheck } from '../occi/schema/validator.ts';
import type { Write } from '../occi/store.ts';
import type { CompiledRules } from '../rules/types.ts';
import { Conflict, ParleyError } from '../shared/errors.ts';
import { isObject, pointer, type Json } from '../shared/json.ts';
import { decideByOf } from './evaluate.ts';
import { cfpKept } from './kept.ts';
import { cfpKind } from './model.ts';
import { cfpAttr } from './names.ts';
import { opened, publish } from './publish.ts';
import type { BrokerTools } from './tools.ts';

const BASE = '/attributes/changes';

/** What the former revision came to; the new one begins without. */
const OUTCOME: ReadonlySet<string> = new Set([cfpAttr.ranking, cfpAttr.answers, cfpAttr.eliminated, cfpAttr.reason]);

/** A call as it is revised: the record, and what is written together with it. */
export interface Revised {
  readonly record: EntityRecord;
  readonly rules: CompiledRules;
  readonly writes: readonly Write[];
}

/**
 * C14: the call with some attributes replaced, checked as a new one would be, and open again as its next
 * revision. `changes`: attribute name to new value; null takes an optional attribute out. Throws
 * `BadRequest`, `Forbidden` or `Unprocessable` with every problem under `/attributes/changes`, and
 * `Conflict` when the time to decide is over.
 */
export function revise(record: EntityRecord, changes: Json | undefined, tools: BrokerTools): Revised {
  const kept = cfpKept(record);
  if (decideByOf(kept) <= tools.now())
    throw new Conflict('decide_by_passed', 'The time to decide is over', { extra: { state: record.state, moves: [] } });
  const given = checkedChanges(record, isObject(changes) ? changes : {}, tools);
  const left = Object.entries(record.attributes).filter(([name]) => !OUTCOME.has(name) && !isMoment(name));
  const attributes: Attributes = Object.fromEntries(
    Object.entries({ ...Object.fromEntries(left), ...kept.written, ...given }).filter(([, value]) => value !== null),
  );
  const draft: EntityRecord = { ...record, rev: record.rev + 1, updated: tools.now(), attributes };
  const published = publishedAnew(draft, kept.revision + 1, tools);
  const { levels, period, usage } = kept.terms;
  const keeps = attributes[cfpAttr.keepvalid] === true;
  const next = opened(
    draft,
    { ...published, kept: { ...published.kept, ...(keeps ? { former: { levels, period, usage } } : {}) } },
    tools,
  );
  return { record: next.record, rules: published.rules, writes: next.writes };
}

/** What a draft of the call would be told, with its paths where this request has its attributes. */
function publishedAnew(draft: EntityRecord, revision: number, tools: BrokerTools): ReturnType<typeof publish> {
  try {
    return publish(draft, tools, revision);
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    const prefix = '/attributes';
    const problems = error.problems.map((problem) =>
      problem.path.startsWith(prefix) ? { ...problem, path: problem.path.slice(prefix.length) } : problem,
    );
    const { code, status, message, headers, extra, cause } = error;
    throw below(BASE, new ParleyError(code, status, message, { problems, headers, extra, cause }));
  }
}

function isMoment(name: string): boolean {
  return name === cfpAttr.replyby || name === cfpAttr.decideby;
}

/** The changes that are the customer's to make; the service's attributes may be repeated as they are. */
function checkedChanges(record: EntityRecord, changes: Attributes, tools: BrokerTools): Attributes {
  const findings = new Findings();
  const definitions = definitionsOf(record, tools);
  const kept: Record<string, Json> = {};
  const values: Record<string, Json> = {};
  for (const [name, value] of Object.entries(changes)) {
    const definition = definitions.get(name);
    const path = pointer(BASE, name);
    if (definition !== undefined && !definition.mutable) {
      if (!isDeepStrictEqual(value, record.attributes[name]))
        findings.forbidden.add(path, 'attribute_immutable', `${name} is set by the service`);
    } else if (definition?.required === true && value === null)
      findings.malformed.add(path, 'attribute_required', `${name} cannot be left out`);
    else if (name === cfpAttr.publish && value === false)
      findings.senseless.add(path, 'published', 'a published call does not become a draft again');
    else {
      if (value !== null || definition === undefined) values[name] = value;
      kept[name] = value;
    }
  }
  checkOf(definitions)(values, BASE, findings.malformed);
  if (!findings.any && Object.keys(changes).length === 0)
    findings.senseless.add(BASE, 'nothing_changed', 'name at least one attribute and its new value');
  findings.throwIfAny();
  return kept;
}

/** The call's attributes: its kind's, and those of the mixins it has. */
function definitionsOf(record: EntityRecord, tools: BrokerTools): ReadonlyMap<string, AttributeDefinition> {
  const mixins = record.mixins.flatMap((type) => tools.deps.registry().mixin(type, record.tenant) ?? []);
  if (mixins.every(({ attributes }) => Object.keys(attributes).length === 0)) return own;
  return new Map([...mixins.flatMap(({ attributes }) => Object.entries(attributes)), ...own]);
}

const own: ReadonlyMap<string, AttributeDefinition> = new Map(Object.entries(cfpKind.attributes));
let checkOwn: AttributesCheck | undefined;

function checkOf(definitions: ReadonlyMap<string, AttributeDefinition>): AttributesCheck {
  return definitions === own ? (checkOwn ??= compileAttributes(own)) : compileAttributes(definitions);
}
