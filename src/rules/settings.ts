import { isIsoDuration } from '../shared/duration.ts';
import type { Problems } from '../shared/errors.ts';
import type { RulesDocument } from './document.ts';
import type { RuleSettings } from './types.ts';

const DEFAULT_FAILOVER = 3;

/** What of a document steers the broker, with defaults. */
export function settingsOf(document: RulesDocument, problems: Problems): RuleSettings {
  const { timing = {}, award = {}, explain = {} } = document;
  const durations = [
    ['/timing/replyBy', timing.replyBy],
    ['/timing/decideBy', timing.decideBy],
    ['/timing/earlyClose/after', timing.earlyClose?.after],
    ['/award/confirmBy', award.confirmBy],
    ['/award/provisionBy', award.provisionBy],
  ] as const;
  for (const [path, text] of durations)
    if (text !== undefined && !isIsoDuration(text))
      problems.add(path, 'type_wrong', 'is not an ISO 8601 duration', 'such as PT30S');
  return {
    ...(timing.replyBy === undefined ? {} : { replyBy: timing.replyBy }),
    ...(timing.decideBy === undefined ? {} : { decideBy: timing.decideBy }),
    ...(timing.earlyClose === undefined ? {} : { earlyClose: timing.earlyClose }),
    acceptLate: timing.acceptLate ?? false,
    award: {
      mode: award.mode ?? 'manual',
      ...(award.autoIf === undefined ? {} : { autoIf: award.autoIf }),
      failover: award.failover ?? DEFAULT_FAILOVER,
      ...(award.confirmBy === undefined ? {} : { confirmBy: award.confirmBy }),
      ...(award.provisionBy === undefined ? {} : { provisionBy: award.provisionBy }),
    },
    toLosers: explain.toLosers ?? 'nothing',
  };
}
