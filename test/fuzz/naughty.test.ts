/** Every string of the list in every place: stored exactly, or refused as documented. */
import { expect, test } from "bun:test";
import { send, signIn } from "../harness/client.ts";
import { MachineDelay } from "../harness/machine-delay.ts";
import { quickPasswords } from "../harness/quick-passwords.ts";
import { startTestService } from "../harness/service.ts";
import { documentJudges } from "../openapi/judge-documented.ts";
import { NAUGHTY } from "./naughty.ts";
import { naughtySteps } from "./naughty-steps.ts";
import { linesOf } from "./paste.ts";
import { Sequence } from "./sequence.ts";
import { Tally } from "./tally.ts";
import { startWorld } from "./world.ts";

/** Strings in one sequence: fewer than an address's failure limit. */
const AT_ONCE = 4;
const TIMEOUT_MS = 240_000;

test(
  "a naughty string is stored exactly or refused as documented, in every place",
  async () => {
    await using world = await startWorld("sqlite");
    await using delay = new MachineDelay();
    const tally = new Tally();
    const documents = await documentJudges();
    const around = { world, tally, documents, allowanceMs: () => delay.allowanceMs() };
    for (let at = 0; at < NAUGHTY.length; at += AT_ONCE) {
      await delay.allowanceMs();
      const sequence = new Sequence(around, at);
      const words = NAUGHTY.slice(at, at + AT_ONCE);
      tally.sequences += 1;
      await sequence.run(words.flatMap(naughtySteps)).catch((error: unknown) => {
        const sent = sequence.sent.slice(-3).flatMap((each) => linesOf(each, world));
        throw new Error([`${JSON.stringify(words)}: ${error}`, ...sent].join("\n"));
      });
    }
    console.log(`naughty strings: ${NAUGHTY.length}, ${tally.summary()}`);
  },
  TIMEOUT_MS,
);

test(
  "a naughty password logs in, and a naughty nickname is returned unchanged",
  async () => {
    await using service = await startTestService({
      engine: "memory",
      workers: 1,
      parts: { passwords: quickPasswords },
    });
    const { token } = await signIn(service);
    const accepted = NAUGHTY.filter((word) => word !== "" && [...word].length <= 64);
    for (const [index, word] of accepted.entries()) {
      const json = { username: `u${index}`, password: word, nickname: word };
      const made = await send("POST", `${service.base}/users`, { token, json });
      expect([made.status, made.body.entities[0].nickname]).toEqual([200, word.toWellFormed()]);
      const grant = { grant_type: "password", username: json.username, password: word };
      expect([word, (await send("POST", `${service.base}/token`, { json: grant })).status]).toEqual([word, 200]);
    }
    expect(accepted.length).toBeGreaterThan(300);
    expect(service.faults).toEqual([]);
  },
  TIMEOUT_MS,
);
