import type { KeyValueStore } from '../../occi/store.ts';
import type { WorkerLink } from './link.ts';
import type { ReaderCalls, WriterCalls } from './protocol.ts';

/** The key-value port over the two workers. Texts are kept as JSON, which has no U+0000 in it. */
export function embeddedValues(writer: WorkerLink<WriterCalls>, reader: WorkerLink<ReaderCalls>): KeyValueStore {
  return {
    async get(space, key) {
      const value = await reader.call('getValue', escape(space), escape(key));
      return value === null ? undefined : unescape(value);
    },
    async entries(space, prefix = '') {
      const found = await reader.call('entries', escape(space), escape(prefix));
      return found.map(([key, value]) => [unescape(key), unescape(value)]);
    },
    set: (space, key, value, expect) =>
      writer.call(
        'setValue',
        escape(space),
        escape(key),
        escape(value),
        typeof expect === 'string' ? escape(expect) : expect,
      ),
    delete: (space, key, expect) =>
      writer.call('deleteValue', escape(space), escape(key), expect === undefined ? undefined : escape(expect)),
  };
}

/** JSON's escapes without its quotes: equal texts stay equal, and a prefix stays a prefix. */
function escape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unescape(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}
