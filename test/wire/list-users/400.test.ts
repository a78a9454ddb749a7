import { testBadPages } from "../bad-pages.ts";

testBadPages("GET");
