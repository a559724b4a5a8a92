import { defineConfig } from "vite";

// `npm run build` writes outlook/static, which the backend serves under /outlook/.
export default defineConfig({
  base: "/outlook/",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
