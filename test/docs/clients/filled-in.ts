/** The values that a reader of docs/CLIENTS.md puts in the place of a snippet's placeholders. */
export interface Filling {
  /** For `https://chat.example.com`. */
  readonly origin: string;
  /** Ada's, for `YWMt…`. */
  readonly token: string;
  /** The message channel, for `wss://messages.example.com/ws`. */
  readonly channel?: string;
}

/** @throws Error where the snippet does not hold a part: then the server or the token would be another one */
export function filledIn(code: string, { origin, token, channel }: Filling): string {
  const parts = { "https://chat.example.com": origin, "YWMt…": token };
  const all = channel === undefined ? parts : { ...parts, "wss://messages.example.com/ws": channel };
  let text = code;
  for (const [placeholder, instead] of Object.entries(all)) {
    if (!text.includes(placeholder)) throw new Error(`the snippet does not hold ${placeholder}`);
    text = text.replaceAll(placeholder, () => instead);
  }
  return text;
}
