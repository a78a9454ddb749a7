import fc from "fast-check";
import { NAUGHTY, ODD } from "../naughty.ts";

export const naughty = fc.constantFrom("undefined", ...NAUGHTY);

export const odd = fc.constantFrom(...ODD);

/** A key or a value. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("a", "b", "c", "nickname") },
  { weight: 3, arbitrary: naughty },
  { weight: 2, arbitrary: odd },
);

/** Values of `ext` that an app with `checkExt` accepts, and near misses. */
export const ext = fc.oneof(
  fc.constantFrom(
    "{}",
    '{"a":1}',
    ' {"a":{"b":[null,1e999]}}\n',
    '{"a":"\\ud800"}',
    `{"a":${"[".repeat(900)}${"]".repeat(900)}}`,
  ),
  fc.constantFrom("[]", "{", '{"a":1,}', '{"a":1}x', "\ufeff{}", "\u00a0{}", "null", `{"a":${"[".repeat(900)}}`),
);

export const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("1", "2", "Ada", "") },
  { weight: 4, arbitrary: naughty },
  { weight: 2, arbitrary: odd },
);

export const USERS = ["ada", "bob", "cyd"] as const;
/** Users that do not exist when a sequence begins. */
export const UNREGISTERED = ["dan", "eve"] as const;

export const username: fc.Arbitrary<string> = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...USERS) },
  { weight: 3, arbitrary: fc.constantFrom(...UNREGISTERED) },
  { weight: 1, arbitrary: fc.constantFrom("Ada", "BOB", "get", "set", "capacity", "x".repeat(64), "x".repeat(65), "") },
  { weight: 1, arbitrary: naughty },
  { weight: 1, arbitrary: odd },
);

/** For paths, in places that do not name a user. */
export const word: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("2592000", "0", "1.5", "ada", "259211308367873") },
  { weight: 1, arbitrary: naughty },
  { weight: 1, arbitrary: odd },
);
