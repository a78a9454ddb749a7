import { describeSdk } from "./sdk.ts";
import { AGORA_CHAT_MINI } from "./sdk-builds.ts";

describeSdk(AGORA_CHAT_MINI);
