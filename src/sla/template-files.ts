import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { typeId, type TypeId } from '../shared/ids.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';
import { parseLevel } from '../terms/level-parse.ts';
import type { Level } from '../terms/level.ts';
import type { ConnectedVendor } from '../vendor-host/port.ts';
import { kinds } from '../vendor-kit/names.ts';
import { LINKED, type AgreementTemplate } from './templates.ts';

/** What terms are called by what they are about; a metric of another name gives the term its own. */
const TERM_NAMES: Readonly<Record<string, string>> = {
  'net.reachable': 'availability',
  'http.up': 'service',
  'http.response.time': 'response',
};

/**
 * The service levels of real providers, one agreement template for each file of the folder, in order of their
 * names. Throws `Error` naming a file that is no such template: what is shipped must be sound.
 */
export async function readAgreementTemplates(folder: string): Promise<readonly AgreementTemplate[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (file) => {
      const json = JSON.parse(await readFile(join(folder, file), 'utf8')) as Json;
      if (!isObject(json)) throw new Error(`${file} is no SLA template`);
      return templateFrom(json, file);
    }),
  );
}

function templateFrom(json: JsonObject, file: string): AgreementTemplate {
  const { name, version, provider, level, appliesTo } = json;
  if (typeof name !== 'string' || typeof version !== 'string' || typeof provider !== 'string' || !isObject(level))
    throw new Error(`${file} is no SLA template: name, version, provider and level are needed`);
  return {
    term: plainTerm(`${name}-${version}`),
    title: `${provider}: ${name} of ${version}`,
    name: `${name}@${version}`,
    kinds: kindsOf(appliesTo),
    levels: [levelFrom(level, file)],
  };
}

/** One template for each level that a connected vendor, which can be bought from, says it commits to. */
export function templatesOfVendors(
  vendors: readonly ConnectedVendor[],
  others: readonly AgreementTemplate[],
): readonly AgreementTemplate[] {
  const taken = new Set(others.map(({ term }) => term));
  const made: AgreementTemplate[] = [];
  for (const { id, capabilities, profile } of vendors)
    for (const level of capabilities.provisions ? profile.levels : []) {
      const term = plainTerm(`${id}-${level.id}`);
      if (taken.has(term)) continue;
      taken.add(term);
      made.push({
        term,
        title: `${profile.title}: ${level.id}`,
        name: `${id}/${level.id}`,
        kinds: [kinds.compute],
        levels: [{ ...level, id: termName(level.indicator.metric), of: [LINKED] }],
        vendor: id,
      });
    }
  return made;
}

function levelFrom(level: JsonObject, file: string): Level {
  const { indicator } = level;
  const metric = isObject(indicator) && typeof indicator['metric'] === 'string' ? indicator['metric'] : '';
  const read = parseLevel({ ...level, id: termName(metric), of: [LINKED] }, { path: '/level' });
  if (read.level === undefined)
    throw new Error(`${file}: ${read.problems.map(({ path, detail }) => `${path} ${detail}`).join('; ')}`);
  return read.level;
}

function termName(metric: string): string {
  return TERM_NAMES[metric] ?? plainTerm(metric);
}

function kindsOf(appliesTo: Json | undefined): readonly TypeId[] {
  const named = isObject(appliesTo) ? appliesTo['kinds'] : undefined;
  const list = Array.isArray(named) ? named.filter((each) => typeof each === 'string') : [];
  return list.length === 0 ? [kinds.compute] : list.map((each) => typeId(each));
}

/** A term that every client reads: small letters, digits and hyphens, a letter first (GFD.185's grammar). */
function plainTerm(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return /^[a-z]/.test(plain) ? plain : `t-${plain}`;
}
