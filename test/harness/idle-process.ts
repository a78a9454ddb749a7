/** Sleeps again and again until stdin ends, and then says by how many ms it was woken too late at worst. */
export {};

const SLEEP_MS = 10;

let worstMs = 0;
let before = performance.now();
const sleeping = setInterval(() => {
  const now = performance.now();
  worstMs = Math.max(worstMs, now - before - SLEEP_MS);
  before = now;
}, SLEEP_MS);
await Bun.stdin.text();
clearInterval(sleeping);
console.log(worstMs.toFixed(1));
