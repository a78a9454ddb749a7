/** The Big List of Naughty Strings (Max Woolf, MIT), unchanged, and similar strings. */
import list from "big-list-of-naughty-strings/blns.json";

/** Strings that a runtime, store or parser may misinterpret. */
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
