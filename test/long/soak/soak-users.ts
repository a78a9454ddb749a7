/** The users of one connection of the soak: no other client writes them, so every answer can be predicted. */
export interface SoakUser {
  readonly name: string;
  data: Map<string, string>;
  etag: string | undefined;
}

export function newSoakUsers(connection: number, count: number): readonly SoakUser[] {
  return Array.from({ length: count }, (_, index) => ({
    name: soakUserName(connection, index),
    data: new Map<string, string>(),
    etag: undefined,
  }));
}

export function soakUserName(connection: number, index: number): string {
  return `soak${connection}x${index}`;
}

/** Bytes of keys and values together; all of them are ASCII. */
export function bytesOf({ data }: SoakUser): number {
  let bytes = 0;
  for (const [key, value] of data) bytes += key.length + value.length;
  return bytes;
}

/** Whether an answer holds these attributes and no others. */
export function holds(answered: unknown, { data }: SoakUser): boolean {
  if (typeof answered !== "object" || answered === null) return false;
  const entries = Object.entries(answered);
  return entries.length === data.size && entries.every(([key, value]) => data.get(key) === value);
}
