/** Shared by all parts of one text. */
export interface PartSource {
  /** False once a part contained a `%` that begins no UTF-8: checking for that costs an exception. */
  isWellFormed: boolean;
}

/**
 * Decodes a key or value of a form or query as `URLSearchParams` does: `+` is a space, `%XX` a byte of UTF-8, a stray
 * `%` stands for itself, and invalid UTF-8 becomes U+FFFD.
 */
export function decodePart(part: string, source: PartSource): string {
  const spaced = part.includes("+") ? part.replaceAll("+", " ") : part;
  return spaced.includes("%") ? decodePercents(spaced, source) : spaced;
}

function decodePercents(text: string, source: PartSource): string {
  if (!source.isWellFormed) return decodeTolerantly(text);
  try {
    return decodeURIComponent(text);
  } catch {
    source.isWellFormed = false;
    return decodeTolerantly(text);
  }
}

const PERCENT = 0x25;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeTolerantly(text: string): string {
  const bytes = Buffer.from(text);
  let length = 0;
  for (let index = 0; index < bytes.length; index++) {
    let byte = bytes[index] ?? 0;
    if (byte === PERCENT) {
      const high = hexDigit(bytes[index + 1]);
      const low = hexDigit(bytes[index + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        index += 2;
      }
    }
    bytes[length++] = byte;
  }
  return decoder.decode(bytes.subarray(0, length));
}

/** The value of a hexadecimal digit, given by its character code; -1 for other characters. */
export function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
