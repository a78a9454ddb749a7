/** Texts that an app which checks `ext` accepts and refuses. */

export const OBJECTS: Readonly<Record<string, string>> = {
  "an empty object": "{}",
  "an object": '{"theme":"dark","tags":["a",{"b":null}]}',
  "blanks around it": ' \t\r\n{"a" : 1}\n ',
  "a key twice": '{"a":1,"a":2}',
  "half of a surrogate pair as an escape": '{"a":"\\ud800"}',
  "a number beyond all numbers": '{"a":1e999}',
  "special keys": '{"__proto__":{"x":1},"":0,"10":1}',
  "emoji and NUL": '{"😀":"\\u0000"}',
  "a deep object": `${'{"a":'.repeat(200)}1${"}".repeat(200)}`,
};

export const NO_OBJECTS: Readonly<Record<string, string>> = {
  "a plain text": "hello",
  "a form of it": "theme=dark",
  "an object as JavaScript prints it": "[object Object]",
  undefined: "undefined",
  "a list": '[{"a":1}]',
  "a quoted text": '"{}"',
  "a number": "1",
  "true as a word": "true",
  "null as a word": "null",
  "blanks alone": "  ",
  "an object that is cut off": '{"a":{"b":1}',
  "something behind it": '{"a":1}x',
  "two objects": "{}{}",
  "a comma too many": '{"a":1,}',
  "single quotes": "{'a':1}",
  "a key without quotes": "{a:1}",
  "a comment": '{"a":1 /* one */}',
  "a value that is not JSON": '{"a":NaN}',
  "a raw line feed in a text": '{"a":"b\nc"}',
  "a byte order mark before it": "\ufeff{}",
  "a blank that is not JSON's": "\u00a0{}",
  "only its beginning, deep": '{"a":'.repeat(200),
};

export const REFUSAL = 'ext: must be the text of a JSON object, such as {"theme":"dark"}; an empty value removes it';
