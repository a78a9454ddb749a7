import { type UnsupportedHeader, WireRefusal } from "../answers/wire-refusals.ts";

/** Empty if the request has no content type. */
export function contentTypeOf(request: Request): string {
  return request.headers.get("content-type") ?? "";
}

/** @param isJson JSON was sent where a form is required */
export function unsupported(header: UnsupportedHeader, value: string, isJson = false): WireRefusal {
  return new WireRefusal({ code: "media_type_unsupported", header, value: value.slice(0, 200), isJson });
}
