/** Metrics that are 1 or 0: a failed try is a 0, so silence is bad unless a level says otherwise (levels, metrics). */
const BINARY: readonly string[] = ['net.reachable', 'http.up'];

export function isBinaryMetric(metric: string): boolean {
  return BINARY.includes(metric);
}
