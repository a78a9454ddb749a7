/**
 * What the vendors' web SDKs, unmodified, make of this server from inside a real browser. An SDK's own test file
 * names its build; everything else is here, and is the same for all.
 */
import { describe, setDefaultTimeout } from "bun:test";
import { isLeftOut } from "../harness/missing-part.ts";
import { chromiumMissing } from "./chromium.ts";
import { describeCompanion } from "./companion.ts";
import { describeCors } from "./cors.ts";
import { describeFetching } from "./fetching.ts";
import { describeLogin } from "./login.ts";
import { prepareSdk } from "./open-sdk.ts";
import { describeRegistration } from "./registration.ts";
import type { SdkBuild } from "./sdk-builds.ts";
import { describeSetRefusals } from "./set-refusals.ts";
import { describeSetting } from "./setting.ts";

export function describeSdk(build: SdkBuild): void {
  const missing = chromiumMissing();
  const leaveOut = isLeftOut(missing === undefined, `${build.title} in a browser: ${missing}`);
  setDefaultTimeout(20_000);
  describe.skipIf(leaveOut)(`${build.title} in Chromium`, () => {
    const open = prepareSdk(build);
    describeRegistration(open);
    describeLogin(open);
    describeSetting(open);
    describeSetRefusals(open);
    describeFetching(open);
    describeCompanion(open);
    describeCors(open);
  });
}
