/** Whether an answer holds this many users with all five attributes, in any notation of a side. */
export function documentsOf(users: number): (body: string) => boolean {
  const counts = ["avatarurl", "ext", "gender", "nickname", "sign"].map((name) =>
    countOf(new RegExp(`\\\\?"${name}\\\\?"[:,]`, "g"), users),
  );
  return (body) => counts.every((isCount) => isCount(body));
}

export function countOf(pattern: RegExp, count: number): (body: string) => boolean {
  return (body) => body.match(pattern)?.length === count;
}
