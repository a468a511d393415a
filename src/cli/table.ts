/** As wide as everything that is printed for people. */
export const WIDTH = 100;

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Never cut: what must be copied, such as an id. */
  readonly whole?: boolean;
}

const GAP = 2;

/** A table in at most `width` columns: where it is too wide, the widest cells are cut. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width = WIDTH): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => lengthOf(row[index] ?? ''))),
  );
  const total = (): number => widths.reduce((sum, one) => sum + one, GAP * (widths.length - 1));
  while (total() > width) {
    const at = widestOf(columns, widths);
    if (at === undefined) break;
    widths[at] = (widths[at] ?? 1) - 1;
  }
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, index) => fit(cells[index] ?? '', widths[index] ?? 0, right === true))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

function widestOf(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let at: number | undefined;
  columns.forEach(({ title, whole }, index) => {
    const own = widths[index] ?? 0;
    if (whole !== true && own > Math.max(title.length, 4) && (at === undefined || own > (widths[at] ?? 0))) at = index;
  });
  return at;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function fit(text: string, width: number, right: boolean): string {
  const letters = Array.from(clean(text));
  const cut = letters.length > width ? `${letters.slice(0, Math.max(width - 1, 0)).join('')}…` : letters.join('');
  const space = ' '.repeat(Math.max(width - lengthOf(cut), 0));
  return right ? space + cut : cut + space;
}

/** What a service or a vendor wrote must not steer the terminal. */
export function clean(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

/** Words in lines of at most `width`, each begun with `indent`. */
export function wrap(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of clean(text).split(' ')) {
    if (line !== '' && indent.length + lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}
