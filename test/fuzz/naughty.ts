/** The Big List of Naughty Strings (Max Woolf, MIT), as its author has published it, and more of the kind. */
import list from "big-list-of-naughty-strings/blns.json";

/** What a runtime, a store or a parser may take for something else. */
export const ODD = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "\0",
  "a\0b",
  "\ud800",
  "x\udc00y",
  "\ufeff",
  "\ufeffa",
  "\u2028",
  "é",
  "e\u0301",
  "日本",
  "💜",
  "a,b",
  "%",
  "%2C",
  "%zz",
  "+",
  " ",
  "\r\n",
  "\t",
  "'",
  '"',
  "\\",
  "x".repeat(255),
  "x".repeat(300),
  "é".repeat(1100),
  "0",
  "-0",
  "1e400",
  "9007199254740993",
  "NaN",
];

export const NAUGHTY: readonly string[] = [...list, ...ODD];
