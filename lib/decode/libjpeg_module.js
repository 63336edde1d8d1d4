// JavaScript, because TypeScript does not know `import source`. It loads the module without reading a
// file, so it needs no permission.
import source module from "@jsquash/jpeg/decoder.wasm";
export default module;
