import { fixedMilliseconds, isIsoDuration } from '../../shared/duration.ts';
import type { Problems } from '../../shared/errors.ts';
import { isObject, pointer, type Json, type JsonObject } from '../../shared/json.ts';

/** How a target is probed: `probe` of a level's indicator, or of a collector. */
export type Probe = JsonObject;

const DEFAULT_TIMEOUT_MS = 5_000;
const LONGEST_TIMEOUT_MS = 60_000;

export function timeoutOf(probe: Probe): number {
  const text = probe['timeout'];
  const wanted = isIsoDuration(text) ? fixedMilliseconds(text) : undefined;
  return Math.min(Math.max(wanted ?? DEFAULT_TIMEOUT_MS, 1), LONGEST_TIMEOUT_MS);
}

/** The port that is asked for, where the vendor states none. */
export function portOf(probe: Probe): number | undefined {
  const port = probe['port'];
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

export function pathOf(probe: Probe): string | undefined {
  const path = probe['path'];
  return typeof path === 'string' && PATH.test(path) ? path : undefined;
}

export function methodOf(probe: Probe): 'GET' | 'HEAD' {
  return probe['method'] === 'HEAD' ? 'HEAD' : 'GET';
}

/** Is the status one of those wanted? A number, or a list of them; any of 200 to 399 where the probe says nothing. */
export function statusWanted(probe: Probe, status: number): boolean {
  const wanted = probe['status'];
  if (typeof wanted === 'number') return status === wanted;
  if (Array.isArray(wanted)) return (wanted as readonly Json[]).includes(status);
  return status >= 200 && status <= 399;
}

// Visible ASCII without blanks: what a request line can carry.
const PATH = /^\/[\x21-\x7e]{0,1023}$/;

/** Tells what no meter could use, each with its path under `path`. */
export function checkProbe(probe: Json, path: string, problems: Problems): void {
  if (!isObject(probe)) {
    problems.add(path, 'wrong_type', 'a probe is an object');
    return;
  }
  for (const [name, value] of Object.entries(probe)) {
    const at = pointer(path, name);
    switch (name) {
      case 'timeout': {
        const fixed = isIsoDuration(value) ? fixedMilliseconds(value) : undefined;
        if (fixed === undefined || fixed < 1 || fixed > LONGEST_TIMEOUT_MS)
          problems.add(at, 'timeout_invalid', 'a timeout is an ISO 8601 duration up to PT60S', 'such as PT5S');
        break;
      }
      case 'port':
        if (portOf(probe) === undefined) problems.add(at, 'port_invalid', 'a port is an integer from 1 to 65535');
        break;
      case 'path':
        if (pathOf(probe) === undefined)
          problems.add(at, 'path_invalid', 'a path begins with / and holds visible ASCII characters only');
        break;
      case 'method':
        if (value !== 'GET' && value !== 'HEAD') problems.add(at, 'method_invalid', 'the method is GET or HEAD');
        break;
      case 'status': {
        const list: readonly Json[] = Array.isArray(value) ? (value as readonly Json[]) : [value];
        const bad = list.some((one) => typeof one !== 'number' || !Number.isInteger(one) || one < 100 || one > 599);
        if (bad || list.length === 0)
          problems.add(at, 'status_invalid', 'status is an HTTP status code, or a list of them');
        break;
      }
      default:
        problems.add(at, 'probe_unknown', `no meter knows ${name}`, 'timeout, port, path, method, status');
    }
  }
}
