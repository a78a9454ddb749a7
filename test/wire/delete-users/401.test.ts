import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({ method: "DELETE", path: "/users?limit=5", self: "refused" });
