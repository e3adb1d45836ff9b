import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BridgeOptions, openBridge } from "@delos/bridge";
import { delos } from "@delos/msgs";
import { open } from "@delos/runtime";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launch } from "../packages/hmi/dev/browser.ts";

/** Logging in, and what a browser keeps others from. docs/security.md has a row for each of these tests. */
const { Command, DrivingAction, Frame } = delos.bridge;
const OPERATOR = "operator-token-1";
const VIEWER = "viewer-token-12";

async function served(security: BridgeOptions["security"] = {}) {
  const runtime = await open({ log: () => {} });
  const modules = {
    modules: [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    restart: () => Promise.resolve(),
    events: { on: () => ({ [Symbol.dispose]: () => {} }) },
  };
  const bridge = await openBridge({ runtime, operation: { modules, needed: [] }, port: 0, security });
  return {
    url: bridge.url,
    async [Symbol.asyncDispose]() {
      await bridge[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}

const locked = { token: OPERATOR, viewerToken: VIEWER, tokenNeeded: true };

/** Sends a command over a WebSocket that a script of the page opens, and returns the code of the answer. */
async function sendFromPage(page: Page, command: delos.bridge.Command): Promise<string | undefined> {
  const bytes = [...Command.encode(command)];
  const frames = (await page.evaluate(`new Promise((resolve, reject) => {
    const socket = new WebSocket(new URL("ws", location.href.replace("http", "ws")));
    socket.binaryType = "arraybuffer";
    const frames = [];
    socket.onopen = () => socket.send(Uint8Array.from(${JSON.stringify(bytes)}));
    socket.onmessage = ({ data }) => {
      frames.push([...new Uint8Array(data)]);
      if (frames.length > 5) { socket.close(); resolve(frames); }
    };
    socket.onerror = () => reject(new Error("refused"));
  })`)) as number[][];
  const answers = frames.flatMap((frame) => Frame.decode(Uint8Array.from(frame)).answers ?? []);
  return answers.find(({ id }) => id === command.request?.id)?.code;
}

describe.skipIf(chromiumPath === undefined)("the page's locks", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("on the page: a token is refused, and accepted", async () => {
    await using server = await served(locked);
    for (const [locale, title] of [
      ["en-US", "Log in – Delos"],
      ["zh-CN", "登录 – Delos"],
    ] as const) {
      const context = await browser.newContext({ locale });
      const page = await context.newPage();
      await page.goto(server.url);
      await page.waitForURL("**/login");
      expect(await page.title()).toBe(title);
      await expect.poll(() => page.locator("html").getAttribute("lang")).toBe(locale === "zh-CN" ? "zh-CN" : "en");
      await page.getByTestId("token").fill("not the token");
      await page.keyboard.press("Enter");
      await expect.poll(() => page.getByTestId("login-error").textContent()).not.toBe("");
      await expect.poll(() => page.getByTestId("token").inputValue()).toBe("");
      await page.getByTestId("token").fill(OPERATOR);
      await page.getByTestId("login").click();
      await expect.poll(() => page.getByTestId("role").getAttribute("data-role")).toBe("operator");
      await expect.poll(() => page.getByTestId("connection").getAttribute("class")).toContain("open");
      // The cookie is there, and no script sees it; the token is nowhere.
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
      expect(await page.evaluate("document.cookie")).toBe("");
      expect(await page.evaluate("JSON.stringify(localStorage)")).not.toContain(OPERATOR);
      expect(page.url()).not.toContain(OPERATOR);
      await context.close();
    }
  });

  test("on the page: a viewer cannot engage", async () => {
    await using server = await served(locked);
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${server.url}login`);
    await page.getByTestId("token").fill(VIEWER);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByTestId("role").getAttribute("data-role")).toBe("viewer");
    for (const id of ["engage", "disengage", "estop", "start-all", "check-all"])
      await expect.poll(() => page.getByTestId(id).isDisabled(), { message: id }).toBe(true);
    const request = { id: 7, driving: DrivingAction.ENGAGE };
    expect(await sendFromPage(page, { request })).toBe("BRIDGE_NOT_ALLOWED");
    expect(complaints).toEqual([]);
    // The badge leads to the login, where an operator's token makes more of it.
    await page.getByTestId("role").click();
    await page.getByTestId("token").fill(OPERATOR);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByTestId("role").getAttribute("data-role")).toBe("operator");
    await expect.poll(() => page.getByTestId("estop").isEnabled()).toBe(true);
    expect(await sendFromPage(page, { request: { id: 8, driving: DrivingAction.ENGAGE } })).not.toBe(
      "BRIDGE_NOT_ALLOWED",
    );
    await context.close();
  });

  test("on the page: a page of another origin gets no connection", async () => {
    await using server = await served();
    const evil = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!doctype html><title>evil</title>");
    });
    await new Promise<void>((resolve) => void evil.listen(0, "127.0.0.1", resolve));
    const context = await browser.newContext();
    const page = await context.newPage();
    // The same person has the page open, from the same machine, as operator.
    await page.goto(server.url);
    await expect.poll(() => page.getByTestId("role").getAttribute("data-role")).toBe("operator");
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    const socketOutcome = await page.evaluate(`new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(server.url.replace("http", "ws"))} + "ws");
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    })`);
    expect(socketOutcome).toBe("refused");
    const fetched = await page.evaluate(
      `fetch(${JSON.stringify(server.url)} + "session").then(() => "read", () => "refused")`,
    );
    expect(fetched).toBe("refused");
    const framed = await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.src = ${JSON.stringify(server.url)};
      frame.onload = () => { try { resolve(frame.contentDocument === null ? "closed" : frame.contentDocument.title); } catch { resolve("closed"); } };
      document.body.append(frame);
    })`);
    expect(framed).not.toBe("Delos");
    await context.close();
    await new Promise((resolve) => void evil.close(resolve));
    evil.closeAllConnections();
  });
});
