/** Refusals of the HTTP layer itself, made before any rule of core is checked. */
export type WireRefused =
  | { readonly code: "route_unknown" }
  /** The pages were not built on this machine. */
  | { readonly code: "pages_missing" }
  | { readonly code: "method_not_allowed"; readonly allow: string }
  | { readonly code: "body_too_large" }
  | { readonly code: "body_late" }
  | {
      readonly code: "media_type_unsupported";
      readonly header: UnsupportedHeader;
      readonly value: string;
      /** JSON was sent where a form is required. */
      readonly isJson: boolean;
    };

/** The unsupported part of a request: a header, or the charset that a header names. */
export type UnsupportedHeader = "Content-Type" | "Content-Encoding" | "charset";

export class WireRefusal extends Error {
  readonly refused: WireRefused;

  constructor(refused: WireRefused) {
    super(refused.code);
    this.name = "WireRefusal";
    this.refused = refused;
  }
}
