/** Imported `with { type: "text" }`, so that a compiled executable carries the text. */
declare module "*.sql" {
  const text: string;
  export = text;
}
