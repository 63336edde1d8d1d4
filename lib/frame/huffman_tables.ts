/**
 * The standard Huffman tables, for JPEGs that have none of their own.
 *
 * Source: ITU-T T.81, annex K.3. Most webcams leave them out to save 420 bytes a frame, as
 * Motion-JPEG in AVI files allows; many decoders then show nothing.
 */

/** For each table: its class and number, how many codes there are of each length, their values. */
const TABLES = [
  // brightness, DC
  "00" + "00010501010101010100000000000000" +
  "000102030405060708090a0b",
  // colour, DC
  "01" + "00030101010101010101010000000000" +
  "000102030405060708090a0b",
  // brightness, AC
  "10" + "0002010303020403050504040000017d" +
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a16" +
  "1718191a25262728292a3435363738393a434445464748494a535455565758595a63646566676869" +
  "6a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6" +
  "b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8" +
  "f9fa",
  // colour, AC
  "11" + "00020102040403040705040400010277" +
  "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434" +
  "e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768" +
  "696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4" +
  "b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8" +
  "f9fa",
];

/** One segment that defines all four tables, from its marker on. */
export const STANDARD_TABLES: Uint8Array = segment(Uint8Array.fromHex(TABLES.join("")));

function segment(tables: Uint8Array): Uint8Array {
  const length = 2 + tables.length;
  return new Uint8Array([0xff, 0xc4, length >> 8, length & 0xff, ...tables]);
}
