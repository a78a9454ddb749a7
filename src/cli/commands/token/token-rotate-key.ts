import { rotateSigningKey } from "../../../core/tokens/tokens.ts";
import { systemClock } from "../../../system/clock.ts";
import { systemRandom } from "../../../system/random.ts";
import type { Command } from "../../command.ts";
import { openCommandStore } from "../../store/command-store.ts";

export const tokenRotateKey: Command = {
  name: "token rotate-key",
  summary: "Create a new signing key. Tokens signed with older keys stay valid until they expire.",
  async run({ loaded }) {
    await using opened = await openCommandStore(loaded.config, "refuse");
    const key = await rotateSigningKey({ store: opened.store, random: systemRandom, clock: systemClock });
    return { json: { key }, text: `new tokens are signed with key ${key}\n` };
  },
};
