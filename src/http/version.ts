import { ParleyError } from '../shared/errors.ts';

const HIGHEST = [1, 2] as const;

/** On every answer (GFD.223 section 5.5.5); suites for 1.1 look for their version too. */
export function serverHeader(version: string): string {
  return `parley/${version} OCCI/1.2 OCCI/1.1 OCCI-CRTP/1.1`;
}

/**
 * A client of a higher version of OCCI than ours is told so (GFD.223 section 5.5.5).
 *
 * @throws ParleyError 501
 */
export function checkVersion(userAgent: string | undefined): void {
  if (userAgent?.includes('OCCI/') !== true) return;
  const found = /(?:^|\s)OCCI\/(\d{1,4})\.(\d{1,4})/.exec(userAgent);
  if (found === null) return;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major > HIGHEST[0] || (major === HIGHEST[0] && minor > HIGHEST[1]))
    throw new ParleyError('version_not_supported', 501, `OCCI ${major}.${minor} is not spoken here; 1.2 is`);
}
