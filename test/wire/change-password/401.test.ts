import { testBadTokens } from "../bad-tokens.ts";

testBadTokens({
  method: "PUT",
  path: "/users/ada/password",
  json: { newpassword: "new", oldpassword: "secret" },
  self: "allowed",
});
