import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "GET", path: "/users/ada", self: "refused" });
