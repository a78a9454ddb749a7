import { WireRefusal } from "../wire-refusals.ts";

export function unsupported(header: "Content-Type" | "Content-Encoding", value: string): WireRefusal {
  return new WireRefusal({ code: "media_type_unsupported", header, value: value.slice(0, 200) });
}
