import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessageSchema } from "@delos/core";
import { expect, test } from "vitest";
import { cdrCodec } from "./codec.ts";
import { parseRos2 } from "./ros-schema.ts";

/** Reads and writes { wide string, byte, wide string } with the library that Fast DDS and rmw_fastrtps use. */
const SOURCE = String.raw`
#include <cstdio>
#include <string>
#include <fastcdr/Cdr.h>
using namespace eprosima::fastcdr;
int main(int argc, char** argv) {
  char memory[1024] = {0};
  FastBuffer buffer(memory, sizeof memory);
  Cdr cdr(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
  if (argc == 1) {
    cdr.serialize_encapsulation();
    cdr << std::wstring(L"A\u00e9\u8a9e") << uint8_t(7) << std::wstring();
    for (size_t i = 0; i < cdr.getSerializedDataLength(); i++) printf("%02x", (unsigned char)memory[i]);
    return 0;
  }
  const std::string hex = argv[1];
  for (size_t i = 0; i < hex.size() / 2; i++) memory[i] = (char)std::stoi(hex.substr(2 * i, 2), nullptr, 16);
  cdr.read_encapsulation();
  std::wstring first, second;
  uint8_t middle = 0;
  cdr >> first >> middle >> second;
  for (wchar_t c : first) printf("%x ", (unsigned)c);
  printf("| %d |", middle);
  for (wchar_t c : second) printf(" %x", (unsigned)c);
}`;

const SCHEMA: MessageSchema = {
  name: "p/W",
  schemaEncoding: "ros2msg",
  messageEncoding: "cdr",
  data: new Uint8Array(0),
};
const headers = ["/usr/include", "/usr/local/include"].find((folder) => existsSync(`${folder}/fastcdr/Cdr.h`));
/** Version 2 has another API, and another form. */
const version1 =
  headers !== undefined &&
  !existsSync(`${headers}/fastcdr/CdrSizeCalculator.hpp`) &&
  spawnSync("which", ["c++"]).status === 0;

test.skipIf(!version1)("Fast CDR 1 reads our wide strings, and we read its", () => {
  const folder = mkdtempSync(join(tmpdir(), "delos-fast-cdr-"));
  try {
    const program = join(folder, "wide");
    writeFileSync(`${program}.cpp`, SOURCE);
    execFileSync("c++", ["-O0", "-o", program, `${program}.cpp`, "-lfastcdr"]);
    const run = (...args: string[]): string => execFileSync(program, args, { encoding: "utf8" });
    const codec = cdrCodec(SCHEMA, parseRos2("wstring first\nuint8 middle\nwstring second", "p/W"));
    expect(codec.decode(Buffer.from(run(), "hex"))).toEqual({ first: "Aé語", middle: 7, second: "" });
    const ours = codec.encode({ first: "é😀", middle: 9, second: "z" });
    // As ROS 2 does: UTF-16 units, each in four bytes.
    expect(run(Buffer.from(ours).toString("hex"))).toBe("e9 d83d de00 | 9 | 7a");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
