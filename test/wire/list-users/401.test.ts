import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "GET", path: "/users?limit=5", self: "refused" });
