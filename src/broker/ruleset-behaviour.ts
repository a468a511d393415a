import type { Behaviour } from '../occi/extension.ts';
import { Unprocessable } from '../shared/errors.ts';
import { rulesetType } from './names.ts';

/** Rules that tenants keep for themselves: the kind is known, storing them is not built yet. */
export const rulesetBehaviour: Behaviour = {
  kind: rulesetType,
  create: () =>
    Promise.reject(
      new Unprocessable('not_supported', 'Rules documents are not stored yet: send the whole document with the call'),
    ),
};
