/** What the wire itself refuses, before any rule is asked. */
export type WireRefused =
  | { readonly code: "route_unknown" }
  | { readonly code: "method_not_allowed"; readonly allow: string }
  | { readonly code: "body_too_large" }
  | { readonly code: "body_late" }
  | {
      readonly code: "media_type_unsupported";
      readonly header: "Content-Type" | "Content-Encoding";
      readonly value: string;
    }
  | { readonly code: "json_malformed" };

export class WireRefusal extends Error {
  readonly refused: WireRefused;

  constructor(refused: WireRefused) {
    super(refused.code);
    this.name = "WireRefusal";
    this.refused = refused;
  }
}
