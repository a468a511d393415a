import { Environment } from '@marcbachmann/cel-js';
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import type { FactValue } from './types.ts';

/** What a name may be in an expression. */
export type CelType = 'double' | 'string' | 'bool' | 'list<string>';

/** An expression that was checked before any proposal was seen. */
export interface Expression {
  readonly type: 'bool' | 'double';
  /** The attributes it reads. */
  readonly names: readonly string[];
  /** Its value, `values` being in the order of `names`; undefined where an absent one decides. */
  run(values: readonly (FactValue | undefined)[]): FactValue | undefined;
}

export type ExpressionResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly detail: string; readonly hint?: string };

const LIMITS = { maxAstNodes: 200, maxDepth: 16, maxListElements: 64, maxMapEntries: 16, maxCallArguments: 8 };
/** Longest list that an expression sees, so that one comprehension is bounded. */
const LONGEST_LIST = 64;
const LONGEST_TEXT = 1000;
/** Most steps that one evaluation may take, told from the expression alone. */
const MOST_STEPS = 5000;

const FUNCTIONS = new Set(['double', 'int', 'string', 'size', 'startsWith', 'endsWith', 'contains', 'has']);
const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

class Refused extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * Checks and compiles an expression in the Common Expression Language. It sees declared, typed names
 * only; `matches` and other functions outside a short list are refused, comprehensions may not be
 * nested, and what may take more than a fixed number of steps is refused here, not stopped later.
 */
export function compileExpression(source: string, typeOf: (name: string) => CelType | undefined): ExpressionResult {
  try {
    const tree = new Environment({ limits: LIMITS }).parse(source).ast;
    const uses: Use[] = [];
    const steps = inspect(tree, new Set(), false, typeOf, uses);
    if (steps > MOST_STEPS)
      throw new Refused(`may take ${steps} steps, and ${MOST_STEPS} are allowed`, 'use fewer comprehensions');
    const names = [...new Set(uses.map(({ name }) => name))];
    const environment = new Environment({ limits: LIMITS });
    names.forEach((name, index) => {
      environment.registerVariable(`v${index}`, typeOf(name) ?? 'dyn');
      environment.registerVariable(`h${index}`, 'bool');
    });
    const parsed = environment.parse(rewritten(source, uses, names));
    const check = parsed.check();
    if (!check.valid) throw new Refused(check.error?.summary ?? 'does not type-check', hintFor(check.error?.summary));
    if (check.type !== 'bool' && check.type !== 'double' && check.type !== 'int')
      throw new Refused(`gives a ${check.type ?? 'value of unknown type'}`, 'bool or double is wanted');
    return {
      ok: true,
      expression: { type: check.type === 'bool' ? 'bool' : 'double', names, run: runner(parsed, names.length) },
    };
  } catch (error) {
    if (error instanceof Refused)
      return { ok: false, detail: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
    const summary = (error as { summary?: unknown }).summary;
    if (typeof summary === 'string') return { ok: false, detail: summary };
    throw error;
  }
}

function hintFor(summary = ''): string | undefined {
  return /double . int|int . double/.test(summary) ? 'write 12.0 instead of 12: all attributes are doubles' : undefined;
}

interface Use {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly asks: 'value' | 'presence';
}

/** Names in an expression have dots, and one may begin another: each is replaced by a plain variable. */
function rewritten(source: string, uses: readonly Use[], names: readonly string[]): string {
  return [...uses]
    .sort((left, right) => right.start - left.start)
    .reduce(
      (text, { name, start, end, asks }) =>
        `${text.slice(0, start)}${asks === 'value' ? 'v' : 'h'}${names.indexOf(name)}${text.slice(end)}`,
      source,
    );
}

/** Finds the attributes read, refuses what is not allowed, and counts the steps one evaluation takes at most. */
function inspect(
  node: ASTNode,
  bound: ReadonlySet<string>,
  inside: boolean,
  typeOf: (name: string) => CelType | undefined,
  uses: Use[],
): number {
  const each = (nodes: readonly ASTNode[]): number =>
    nodes.reduce((sum, child) => sum + inspect(child, bound, inside, typeOf, uses), 1);
  const use = (name: string, at: ASTNode, asks: Use['asks']): number => {
    if (typeOf(name) === undefined) throw new Refused(`there is no attribute ${name}`);
    uses.push({ name, start: at.start, end: at.end, asks });
    return 1;
  };
  const name = chain(node);
  if (name !== undefined && bound.has(name)) return 1;
  if (name !== undefined) return use(name, node, 'value');
  switch (node.op) {
    case 'value':
    case 'id':
      return 1;
    case '.':
    case '.?':
      throw new Refused(`.${node.args[1]} is not known here`, 'only attributes have members');
    case 'call': {
      const [called, args] = node.args;
      const [first] = args;
      if (called === 'has' && first !== undefined) {
        const asked = chain(first);
        if (asked === undefined) throw new Refused('has() takes the name of an attribute');
        return use(asked, node, 'presence');
      }
      if (!FUNCTIONS.has(called)) throw new Refused(`there is no function ${called} here`, [...FUNCTIONS].join(', '));
      return each(args);
    }
    case 'rcall': {
      const [called, receiver, args] = node.args;
      if (COMPREHENSIONS.has(called)) {
        if (inside) throw new Refused('comprehensions may not be nested');
        const [variable, ...bodies] = args;
        const within = new Set(bound);
        if (variable?.op === 'id') within.add(variable.args);
        const body = bodies.reduce((sum, child) => sum + inspect(child, within, true, typeOf, uses), 1);
        return inspect(receiver, bound, true, typeOf, uses) + body * LONGEST_LIST;
      }
      if (!FUNCTIONS.has(called))
        throw new Refused(`there is no function ${called} here`, 'a must with op like or in does what patterns do');
      return each([receiver, ...args]);
    }
    case '!_':
    case '-_':
      return each([node.args]);
    case 'list':
      return each(node.args);
    case 'map':
      return each(node.args.flat());
    case '?:':
    case '||':
    case '&&':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case 'in':
    case '[]':
    case '[?]':
      return each(node.args);
  }
}

/** `a.b.c` as one name; undefined for anything else. */
function chain(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const before = chain(node.args[0]);
  return before === undefined ? undefined : `${before}.${node.args[1]}`;
}

function runner(parsed: ParseResult, count: number): Expression['run'] {
  return (values) => {
    const variables: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) {
      const value = values[index];
      variables[`h${index}`] = value !== undefined;
      if (value !== undefined) variables[`v${index}`] = bounded(value);
    }
    let result: unknown;
    try {
      result = parsed(variables);
    } catch {
      return undefined;
    }
    if (typeof result === 'boolean') return result;
    const number = Number(result);
    return Number.isFinite(number) ? number : undefined;
  };
}

function bounded(value: FactValue): unknown {
  if (typeof value === 'string') return value.slice(0, LONGEST_TEXT);
  return Array.isArray(value) ? value.slice(0, LONGEST_LIST).map((one: string) => one.slice(0, LONGEST_TEXT)) : value;
}
