import { pointer } from '../shared/json.ts';
import type { Problems } from '../shared/errors.ts';
import type { RulesDocument } from './document.ts';

/** Tells what a document may say and this version does not do: nothing is ignored silently. */
export function checkSupported(document: RulesDocument, problems: Problems): void {
  const no = (path: string, detail: string, hint?: string): void => {
    problems.add(path, 'not_supported', detail, hint);
  };
  const { timing, rank, select, negotiation, award, explain } = document;
  if (timing?.acceptLate === true)
    no('/timing/acceptLate', 'proposals that come too late are not considered yet', 'false');
  if (rank?.method !== undefined && rank.method !== 'weighted-sum')
    no('/rank/method', `ranking by ${rank.method} is not built yet`, 'weighted-sum');
  rank?.annotate?.forEach((annotation, index) => {
    if (annotation !== 'pareto') no(pointer('/rank/annotate', index), `the annotation ${annotation} is not built yet`);
  });
  if (select?.lots !== undefined && Object.keys(select.lots).length > 1)
    no('/select/lots', 'all resources are bought together from one vendor: more than one lot is not built yet');
  if (select?.bundle === 'any') no('/select/bundle', 'buying only some of the lots is not built yet', 'all');
  if (select?.spread !== undefined) no('/select/spread', 'spreading over several vendors is not built yet');
  if (select?.apart !== undefined) no('/select/apart', 'keeping lots apart is not built yet');
  if (select?.together !== undefined)
    no('/select/together', 'there is one lot, so everything is together already', 'leave it out');
  if ((negotiation?.maxRounds ?? 0) > 1) no('/negotiation/maxRounds', 'further rounds are not built yet', '1');
  if (negotiation?.ask !== undefined) no('/negotiation/ask', 'counter-offers are not built yet');
  if (negotiation?.keepPrevious !== undefined) no('/negotiation/keepPrevious', 'counter-offers are not built yet');
  if (award?.approvalOver !== undefined) no('/award/approvalOver', 'approvals are not built yet');
  if (explain?.level !== undefined && explain.level !== 'full')
    no('/explain/level', 'explanations are always full', 'full');
}
