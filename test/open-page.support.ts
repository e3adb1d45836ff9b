import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { complaintsOf } from "../packages/hmi/dev/browser.ts";

export interface OpenPage {
  readonly page: Page;
  readonly at: (id: string) => Locator;
  /** What the page has complained of. */
  readonly complaints: string[];
}

/** The page of a server, in English and on a desk, connected. */
export async function openPageIn(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  const complaints = complaintsOf(page);
  await page.goto(url);
  const at = (id: string): Locator => page.getByTestId(id);
  await expect.poll(() => at("connection").textContent()).toBe("Connected");
  return { page, at, complaints };
}
