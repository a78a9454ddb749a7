/** Sleeps repeatedly. For each line on stdin it reports the worst delay of a wake-up since the previous line, in ms. */
export {};

const SLEEP_MS = 10;

let worstMs = 0;
let before = performance.now();
const wake = (): void => {
  const now = performance.now();
  worstMs = Math.max(worstMs, now - before - SLEEP_MS);
  before = now;
};
const sleeping = setInterval(wake, SLEEP_MS);
for await (const _ of console) {
  wake();
  process.stdout.write(`${worstMs.toFixed(1)}\n`);
  worstMs = 0;
}
clearInterval(sleeping);
