import { nearest } from "./nearest.ts";

/** The end of a message about an unknown word: the nearest candidate. Empty if none is near. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const meant = nearest(text, candidates);
  return meant === undefined ? "" : `: did you mean ${meant}?`;
}
