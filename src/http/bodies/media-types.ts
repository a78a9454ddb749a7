import { type UnsupportedHeader, WireRefusal } from "../wire-refusals.ts";

/** @param isJson it is JSON where a form is wanted */
export function unsupported(header: UnsupportedHeader, value: string, isJson = false): WireRefusal {
  return new WireRefusal({ code: "media_type_unsupported", header, value: value.slice(0, 200), isJson });
}
