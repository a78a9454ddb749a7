import { type UnsupportedHeader, WireRefusal } from "../answers/wire-refusals.ts";

/** Empty where nothing is declared. */
export function contentTypeOf(request: Request): string {
  return request.headers.get("content-type") ?? "";
}

/** @param isJson it is JSON where a form is wanted */
export function unsupported(header: UnsupportedHeader, value: string, isJson = false): WireRefusal {
  return new WireRefusal({ code: "media_type_unsupported", header, value: value.slice(0, 200), isJson });
}
