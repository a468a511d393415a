const known: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Is it a code of ISO 4217, one that has been given up included? */
export function isCurrency(code: string): boolean {
  return known.has(code);
}
