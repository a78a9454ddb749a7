import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "POST", path: "/users/ada/deactivate", self: "refused" });
