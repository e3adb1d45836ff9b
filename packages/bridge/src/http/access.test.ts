import { describe, expect, test } from "vitest";
import { access } from "./access.ts";

describe("bound to loopback", () => {
  const { isOwnHost, isOwnOrigin } = access("127.0.0.1", 8888);

  test.for(["127.0.0.1:8888", "localhost:8888", "LOCALHOST:8888", "[::1]:8888"])("answers to %s", (host) => {
    expect(isOwnHost(host)).toBe(true);
    expect(isOwnOrigin(`http://${host}`)).toBe(true);
  });

  test.for([
    undefined,
    "",
    "127.0.0.1",
    "127.0.0.1:8889",
    "evil.example:8888",
    "localhost.evil.example:8888",
    "192.168.1.7:8888",
    "127.0.0.1:8888@evil.example:8888",
  ])("does not answer to %s", (host) => {
    expect(isOwnHost(host)).toBe(false);
  });

  test.for(["null", "https://127.0.0.1:8888", "http://evil.example", "http://127.0.0.1:3000", "file://"])(
    "refuses pages of %s",
    (origin) => {
      expect(isOwnOrigin(origin)).toBe(false);
    },
  );

  test("programs that are no browsers send no origin", () => {
    expect(isOwnOrigin(undefined)).toBe(true);
  });
});

test("bound to every address: plain addresses are good, foreign names are not", () => {
  const { isOwnHost } = access("0.0.0.0", 8888);
  expect(isOwnHost("192.168.1.7:8888")).toBe(true);
  expect(isOwnHost("evil.example:8888")).toBe(false);
});

test("port 80 need not be said", () => {
  expect(access("127.0.0.1", 80).isOwnHost("localhost")).toBe(true);
});

test("in a network the machine's own names are good, and no others that look like them", () => {
  const { isOwnHost, isOwnOrigin } = access("0.0.0.0", 8888, { machine: "car" });
  for (const name of ["car", "car.local", "Car-0a1b2c3d.local"]) {
    expect(isOwnHost(`${name}:8888`), name).toBe(true);
    expect(isOwnOrigin(`http://${name}:8888`), name).toBe(true);
  }
  for (const name of ["car.example", "car-evil.local", "car-0a1b2c3d.local.evil.example", "mycar.local", "carx"])
    expect(isOwnHost(`${name}:8888`), name).toBe(false);
});

test("names that were allowed are good on any port, by TLS too: a proxy has its own", () => {
  const { isOwnHost, isOwnOrigin } = access("127.0.0.1", 8888, { names: ["Car.example"] });
  expect(["car.example", "car.example:443"].every(isOwnHost)).toBe(true);
  expect(isOwnOrigin("https://car.example")).toBe(true);
  expect(isOwnOrigin("https://car.example.evil")).toBe(false);
});
