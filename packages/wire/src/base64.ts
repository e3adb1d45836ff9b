import { DelosError } from "@delos/core";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CHUNK = 0x6000;

/** Standard base64 with padding. (`btoa` works in browsers and Node alike, on text of bytes.) */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return text;
}

/** @throws {DelosError} `WIRE_VALUE` */
export function fromBase64(text: string, where: string): Uint8Array {
  const clean = text.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  for (const char of clean) {
    if (!ALPHABET.includes(char))
      throw new DelosError("WIRE_VALUE", `${where}: no base64`, { details: { field: where } });
  }
  return Uint8Array.from(atob(clean), (char) => char.charCodeAt(0));
}
