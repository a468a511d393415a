/** What a fuzzing target is given. All strings hold bytes, a character for each (Latin-1), as Node has headers. */
export interface Input {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly url: string;
}

export const NAMES = ['Category', 'Link', 'X-OCCI-Attribute', 'X-OCCI-Location', 'x-occi-category', 'X-OCCI-Link'];

/** The input's strings, each with a way to put another in its place. */
export function parts(input: Input): readonly { readonly text: string; with(text: string): Input }[] {
  return [
    ...input.headers.map((text, index) => ({
      text,
      with: (other: string): Input => ({ ...input, headers: input.headers.with(index, other) }),
    })),
    { text: input.body, with: (body: string): Input => ({ ...input, body }) },
    { text: input.url, with: (url: string): Input => ({ ...input, url }) },
  ];
}

export function sizeOf(input: Input): number {
  return parts(input).reduce((sum, { text }) => sum + text.length, 0);
}

/** For people: what a test can be made of. */
export function shown(input: Input): string {
  return JSON.stringify(input);
}
