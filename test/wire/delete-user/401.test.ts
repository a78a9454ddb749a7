import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "DELETE", path: "/users/ada", self: "refused" });
