/**
 * A chunk: samples of one series in time order, packed. Times are differences of differences, which
 * a steady period makes one byte each. Values are differences of whole numbers at a decimal scale
 * where that loses nothing, else doubles. NaN stands for a try that gave nothing.
 *
 *     byte 0   format: scale 0 to 3, or RAW
 *     then     count, first time, and per sample the time's second difference   (variable-length integers)
 *     then     per sample the value: 1 for nothing, else twice the zigzag difference (variable-length), or 8 bytes
 */
export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

const RAW = 255;
const SCALES = [1, 10, 100, 1000] as const;
/** Scaled values and their differences stay exact, and twice doubled still fit a double. */
const LARGEST = 2 ** 48;

let scratch = new Uint8Array(64 * 1024);
let at = 0;

/**
 * Packs the samples with `from <= index < until`.
 * @param times rising whole milliseconds
 */
export function encodeChunk(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  from = 0,
  until = times.length,
): Uint8Array {
  const count = until - from;
  const most = 32 + count * 20;
  if (scratch.length < most) scratch = new Uint8Array(most * 2);
  at = 0;
  const scale = scaleOf(values, from, until);
  scratch[at++] = scale ?? RAW;
  putUnsigned(count);
  let time = 0;
  let step = 0;
  for (let i = from; i < until; i++) {
    const next = times[i] ?? 0;
    const difference = next - time;
    putSigned(difference - step);
    // The first difference is the whole time: as a step it would be paid for twice.
    step = i === from ? 0 : difference;
    time = next;
  }
  if (scale === undefined) putDoubles(values, from, until);
  else putScaled(values, SCALES[scale] ?? 1, from, until);
  return scratch.slice(0, at);
}

export function decodeChunk(bytes: Uint8Array): Samples {
  const reader = { bytes, at: 1 };
  const count = unsigned(reader);
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  let time = 0;
  let step = 0;
  for (let i = 0; i < count; i++) {
    const difference = signed(reader) + step;
    time += difference;
    step = i === 0 ? 0 : difference;
    times[i] = time;
  }
  const scale = bytes[0] ?? RAW;
  if (scale === RAW) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + reader.at);
    for (let i = 0; i < count; i++) values[i] = view.getFloat64(i * 8, true);
    return { times, values };
  }
  const unit = SCALES[scale] ?? 1;
  let whole = 0;
  for (let i = 0; i < count; i++) {
    const code = unsigned(reader);
    if (code === 1) {
      values[i] = Number.NaN;
      continue;
    }
    whole += unzigzag(code / 2);
    values[i] = whole / unit;
  }
  return { times, values };
}

/** The first decimal scale that gives every value back exactly. */
function scaleOf(values: ArrayLike<number>, from: number, until: number): number | undefined {
  for (let scale = 0; scale < SCALES.length; scale++) {
    if (exactAt(values, SCALES[scale] ?? 1, from, until)) return scale;
  }
  return undefined;
}

function exactAt(values: ArrayLike<number>, unit: number, from: number, until: number): boolean {
  for (let i = from; i < until; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const whole = Math.round(value * unit);
    if (whole / unit !== value || Math.abs(whole) > LARGEST || Object.is(whole, -0)) return false;
  }
  return true;
}

function putScaled(values: ArrayLike<number>, unit: number, from: number, until: number): void {
  let whole = 0;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) {
      scratch[at++] = 1;
      continue;
    }
    const next = Math.round(value * unit);
    putUnsigned(zigzag(next - whole) * 2);
    whole = next;
  }
}

function putDoubles(values: ArrayLike<number>, from: number, until: number): void {
  const view = new DataView(scratch.buffer);
  for (let i = from; i < until; i++, at += 8) view.setFloat64(at, values[i] ?? Number.NaN, true);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
}

function putSigned(value: number): void {
  putUnsigned(zigzag(value));
}

function putUnsigned(value: number): void {
  while (value >= 128) {
    scratch[at++] = (value % 128) + 128;
    value = Math.floor(value / 128);
  }
  scratch[at++] = value;
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

function unsigned(reader: Reader): number {
  const { bytes } = reader;
  let byte = bytes[reader.at++] ?? 0;
  if (byte < 128) return byte;
  let value = byte - 128;
  let weight = 128;
  do {
    byte = bytes[reader.at++] ?? 0;
    value += (byte % 128) * weight;
    weight *= 128;
  } while (byte >= 128);
  return value;
}

function signed(reader: Reader): number {
  return unzigzag(unsigned(reader));
}
