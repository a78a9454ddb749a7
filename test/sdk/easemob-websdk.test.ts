import { describeSdk } from "./sdk.ts";
import { EASEMOB_WEBSDK } from "./sdk-builds.ts";

describeSdk(EASEMOB_WEBSDK);
