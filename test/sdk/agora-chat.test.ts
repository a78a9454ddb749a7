import { describeSdk } from "./sdk.ts";
import { AGORA_CHAT } from "./sdk-builds.ts";

describeSdk(AGORA_CHAT);
