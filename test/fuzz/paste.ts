import type { Sent } from "./sequence.ts";
import type { World } from "./world.ts";

/** Longer bodies are cut; they all look alike. */
const SHOWN_BYTES = 1000;

/** The users that exist before the first step. */
export function usersOf({ apps, passwords }: Pick<World, "apps" | "passwords">): readonly string[] {
  return Object.values(apps).map(
    ({ key, id, dialect, userBytesMax, appBytesMax }) =>
      `# ${key}, ${id}, dialect ${dialect}, ${userBytesMax} bytes a user, ${appBytesMax} in all: ${[...passwords.keys()].join(", ")}`,
  );
}

/**
 * A command that sends the same bytes, and the answer as a comment. Tokens are written as `$NAME`, because those of
 * this run will be invalid.
 */
export function linesOf({ bytes, answer }: Sent, { apps }: Pick<World, "apps">): readonly string[] {
  const whole = Buffer.concat(bytes);
  let text = whole.subarray(0, SHOWN_BYTES).toString("latin1");
  for (const [name, app] of Object.entries(apps)) {
    // A token of another app belongs to that app.
    for (const [bearer, token] of [...app.bearers].filter(([of]) => !of.startsWith("other"))) {
      if (token !== "") text = text.replaceAll(token, `$${`${name}_${bearer}`.toUpperCase().replace(/\W+/g, "_")}`);
    }
  }
  const more = whole.length > SHOWN_BYTES ? ` # and ${whole.length - SHOWN_BYTES} bytes more of the kind` : "";
  return [
    `printf '%b' "${escaped(text)}" | nc -q1 127.0.0.1 PORT${more}`,
    `  # → ${(answer ?? "no answer").slice(0, 400)}`,
  ];
}

/** Escaped for `printf %b` within double quotes. */
function escaped(text: string): string {
  return text.replace(
    /[^\x20-\x7e]|["\\`%!]|\$(?![A-Z])/g,
    (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
