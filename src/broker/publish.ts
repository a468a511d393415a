import type { Attributes, EntityRecord } from '../occi/entity.ts';
import type { Write } from '../occi/store.ts';
import { isoInstant, type Instant } from '../shared/clock.ts';
import { fixedMilliseconds, parseInstant } from '../shared/duration.ts';
import { ParleyError } from '../shared/errors.ts';
import { pointer, type Json } from '../shared/json.ts';
import type { CompiledRules } from '../rules/types.ts';
import { typeCatalog } from './catalog.ts';
import { CfpProblems, checkReplyBy, parseCfp, readMoment } from './cfp-parse.ts';
import { invitationsFor } from './invitation.ts';
import { asJson, type CfpKept } from './kept.ts';
import { cfpAttr } from './names.ts';
import type { CfpTerms } from './terms.ts';
import type { BrokerTools } from './tools.ts';

/** What publishing makes of a call's attributes. */
export interface Published {
  readonly attributes: Attributes;
  readonly kept: CfpKept;
  readonly rules: CompiledRules;
}

/** C1: a draft is kept as written; only what cannot be read at all is refused. */
export function checkDraft(record: EntityRecord, tools: BrokerTools): void {
  const problems = new CfpProblems();
  compile(record, parse(record, problems, tools), problems, tools);
  readMoment(record.attributes[cfpAttr.replyby], pathOf(cfpAttr.replyby), tools.now(), problems);
  readMoment(record.attributes[cfpAttr.decideby], pathOf(cfpAttr.decideby), tools.now(), problems);
  problems.throwIfAny(true);
}

/** C2 and C14: everything is read and checked at once, rules are compiled and frozen, durations become instants. */
export function publish(record: EntityRecord, tools: BrokerTools, revision = 1): Published {
  const problems = new CfpProblems();
  const now = tools.now();
  const terms = parse(record, problems, tools);
  const rules = compile(record, terms, problems, tools);
  const { attributes } = record;
  const asked = readMoment(attributes[cfpAttr.replyby], pathOf(cfpAttr.replyby), now, problems);
  if (asked !== undefined) checkReplyBy(asked, now, pathOf(cfpAttr.replyby), problems);
  const replyBy = asked ?? now + lengthOf(rules?.settings.replyBy, tools.defaults.replyBy);
  const decide = readDecide(attributes[cfpAttr.decideby], rules, replyBy, problems, tools);
  problems.throwIfAny();
  if (rules === undefined) throw new Error('rules without problems compile');
  return {
    attributes: {
      ...attributes,
      [cfpAttr.publish]: true,
      [cfpAttr.replyby]: isoInstant(replyBy),
      [cfpAttr.decideby]: isoInstant('at' in decide ? decide.at : replyBy + decide.after),
    },
    kept: {
      terms,
      rules: { document: rules.document, sha256: rules.sha256 },
      publishedAt: now,
      written: Object.fromEntries(Object.entries(attributes).filter(([name]) => MOMENTS.has(name))),
      replyBy,
      decide,
      revision,
      round: 1,
      invited: tools.deps.vendors.list().map(({ id }) => id),
    },
    rules,
  };
}

const MOMENTS: ReadonlySet<string> = new Set([cfpAttr.replyby, cfpAttr.decideby]);

function pathOf(name: string): string {
  return pointer('/attributes', name);
}

function parse(record: EntityRecord, problems: CfpProblems, tools: BrokerTools): CfpTerms {
  const types = typeCatalog(tools.deps.registry(), record.tenant, tools.kinds);
  return parseCfp(record.attributes, types, { ...tools.defaults, now: tools.now() }, problems);
}

function compile(
  record: EntityRecord,
  terms: CfpTerms,
  problems: CfpProblems,
  tools: BrokerTools,
): CompiledRules | undefined {
  const rules: Json = record.attributes[cfpAttr.rules] ?? { ref: tools.defaults.rules };
  try {
    return tools.rules.compile(rules, terms);
  } catch (error) {
    if (!(error instanceof ParleyError) || error.status >= 500) throw error;
    const own =
      error.problems.length > 0
        ? error.problems
        : [{ path: pathOf(cfpAttr.rules), code: error.code, detail: error.message }];
    problems.add(error.status, own);
    return undefined;
  }
}

/** A duration counts from `replyby`, and moves with it. */
function readDecide(
  value: Json | undefined,
  rules: CompiledRules | undefined,
  replyBy: Instant,
  problems: CfpProblems,
  tools: BrokerTools,
): CfpKept['decide'] {
  if (value === undefined) return { after: lengthOf(rules?.settings.decideBy, tools.defaults.decideBy) };
  const at = readMoment(value, pathOf(cfpAttr.decideby), replyBy, problems);
  if (at === undefined) return { after: tools.defaults.decideBy };
  if (at <= replyBy)
    problems.senseless.add(pathOf(cfpAttr.decideby), 'range_empty', 'the decision is due before the replies are');
  return parseInstant(value) === undefined ? { after: at - replyBy } : { at };
}

function lengthOf(duration: string | undefined, fallback: number): number {
  return duration === undefined ? fallback : (fixedMilliseconds(duration) ?? fallback);
}

/** A call as it is published: the record, its invitations, and what is written together with it. */
export interface Opened {
  readonly record: EntityRecord;
  readonly invitations: readonly EntityRecord[];
  readonly writes: readonly Write[];
}

/** Open, with its reply deadline due. It names whom it invites: the intent comes before the calls. */
export function opened(before: EntityRecord, published: Published, tools: BrokerTools): Opened {
  const record: EntityRecord = {
    ...before,
    state: 'open',
    attributes: { ...published.attributes, [cfpAttr.state]: 'open' },
    internal: asJson(published.kept),
    // Taken up by whoever stored it; by anybody else only if that one is gone.
    due: { at: published.kept.replyBy, action: 'close' },
  };
  const { vendors, newId } = tools.deps;
  const invitations = invitationsFor(record, vendors, newId);
  const skipped = invitations.filter(({ rev }) => rev > 0);
  return { record, invitations, writes: skipped.map((invitation) => ({ op: 'create', record: invitation })) };
}
