import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "POST", path: "/users/ada/activate", self: "refused" });
