/** Writing for people: short lines, a heading for each step. */
export interface Say {
  step(title: string): void;
  line(text?: string): void;
  json(value: unknown): void;
}

const WIDTH = 100;

export function sayTo(write: (text: string) => void): Say {
  let steps = 0;
  return {
    step(title) {
      steps += 1;
      const head = `── ${steps}. ${title} `;
      write(`\n${head}${'─'.repeat(Math.max(0, WIDTH - head.length))}\n\n`);
    },
    line(text = '') {
      write(`${text === '' ? '' : `  ${text}`}\n`);
    },
    json(value) {
      for (const line of JSON.stringify(value, null, 2).split('\n')) write(`  ${line}\n`);
    },
  };
}
