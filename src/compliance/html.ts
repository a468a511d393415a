/** Text that is safe to stand in a page. */
export interface Html {
  readonly text: string;
}

export function escape(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Marks text of our own as it is; never for what came from outside. */
export function raw(text: string): Html {
  return { text };
}

export function join(parts: readonly Html[]): Html {
  return { text: parts.map((part) => part.text).join('\n') };
}

/** A template in which every value is escaped, unless it is markup already. */
export function html(strings: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  let text = strings[0] ?? '';
  values.forEach((value, i) => {
    text += typeof value === 'object' ? value.text : escape(String(value));
    text += strings[i + 1] ?? '';
  });
  return { text };
}
