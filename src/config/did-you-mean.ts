import { nearest } from "./nearest.ts";

/** The end of a message about a word that is none of the candidates; empty when none is near. */
export function didYouMean(text: string, candidates: readonly string[]): string {
  const meant = nearest(text, candidates);
  return meant === undefined ? "" : `: did you mean ${meant}?`;
}
