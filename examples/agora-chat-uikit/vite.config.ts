import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { standInChannel } from "./stand-in-channel.ts";

export default defineConfig({
  plugins: [react(), standInChannel()],
  // The kit is one file of 5 MB.
  build: { chunkSizeWarningLimit: 8_000 },
});
