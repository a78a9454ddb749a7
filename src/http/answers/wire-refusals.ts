/** What the wire itself refuses, before any rule is asked. */
export type WireRefused =
  | { readonly code: "route_unknown" }
  /** A page that was not built on this machine. */
  | { readonly code: "pages_missing" }
  | { readonly code: "method_not_allowed"; readonly allow: string }
  | { readonly code: "body_too_large" }
  | { readonly code: "body_late" }
  | {
      readonly code: "media_type_unsupported";
      readonly header: UnsupportedHeader;
      readonly value: string;
      /** JSON came where a form is wanted. */
      readonly isJson: boolean;
    };

/** What of a request is not supported: a header, or the charset that one of them names. */
export type UnsupportedHeader = "Content-Type" | "Content-Encoding" | "charset";

export class WireRefusal extends Error {
  readonly refused: WireRefused;

  constructor(refused: WireRefused) {
    super(refused.code);
    this.name = "WireRefusal";
    this.refused = refused;
  }
}
