import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // The client is linked from packages/client, and must use the page's own React.
  resolve: { dedupe: ["react"] },
});
