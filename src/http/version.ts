import { ParleyError } from '../shared/errors.ts';

const HIGHEST = [1, 2] as const;

/**
 * On every answer (GFD.223 section 5.2): suites for 1.1 look for their version too, and the profile of
 * GFD.222 section 5 is claimed with its optional templates, under both of its names.
 */
export function serverHeader(version: string): string {
  return `parley/${version} OCCI/1.2 OCCI/1.1 OCCI-CRTP/1.1 OCCI-CRTP-EP/1.1`;
}

/**
 * A client of a higher version of OCCI than ours is told so (GFD.223 section 5.3). One that names several
 * versions speaks each of them.
 *
 * @throws ParleyError 501
 */
export function checkVersion(userAgent: string | undefined): void {
  if (userAgent?.includes('OCCI/') !== true) return;
  const spoken = [...userAgent.matchAll(/(?:^|\s)OCCI\/(\d+)\.(\d+)/g)].map(([token, major, minor]) => ({
    name: token.trim().slice(0, 40),
    known: Number(major) < HIGHEST[0] || (Number(major) === HIGHEST[0] && Number(minor) <= HIGHEST[1]),
  }));
  const [first] = spoken;
  if (first === undefined || spoken.some(({ known }) => known)) return;
  throw new ParleyError('version_not_supported', 501, `${first.name} is not spoken here; OCCI/1.2 is`);
}
