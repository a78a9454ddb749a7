import { describeSdk } from "./sdk.ts";
import { EASEMOB_WEBSDK_MINI } from "./sdk-builds.ts";

describeSdk(EASEMOB_WEBSDK_MINI);
