import type { EntityLog } from './entity-log.ts';
import type { WriterCalls } from './protocol.ts';
import { textOf, type Database } from './sqlite.ts';

/** Leases on entities. Runs inside the writer's transaction. */
export function leaseCalls(
  database: Database,
  log: Pick<EntityLog, 'holds' | 'settle'>,
): Pick<WriterCalls, 'claimDue' | 'claim' | 'release'> {
  const takeDue = database.prepare(
    `UPDATE entity SET lease_owner = ?, lease_until = ? WHERE id IN (
       SELECT id FROM entity WHERE due_at <= ? AND (lease_until IS NULL OR lease_until <= ?)
       ORDER BY due_at, id LIMIT ?)
     RETURNING due_at, id, json`,
  );
  const takeOne = database.prepare(
    `UPDATE entity SET lease_owner = ?, lease_until = ?
     WHERE id = ? AND (lease_until IS NULL OR lease_until <= ? OR lease_owner = ?) RETURNING json`,
  );
  const giveBack = database.prepare(
    'UPDATE entity SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ?',
  );

  return {
    claimDue(now, limit, owner, leaseMs) {
      log.settle();
      return takeDue
        .all(owner, now + leaseMs, now, now, limit)
        .sort((a, b) => Number(a['due_at']) - Number(b['due_at']) || (textOf(a, 'id') < textOf(b, 'id') ? -1 : 1))
        .map((row) => textOf(row, 'json'));
    },
    claim(id, now, owner, leaseMs) {
      if (log.holds(id)) log.settle();
      const row = takeOne.get(owner, now + leaseMs, id, now, owner);
      return row === undefined ? null : textOf(row, 'json');
    },
    release(id, owner) {
      giveBack.run(id, owner);
      return null;
    },
  };
}
