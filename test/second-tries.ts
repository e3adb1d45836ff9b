import type { Reporter, TestCase } from "vitest/node";

/**
 * Lists, after a run, the tests that passed only at their second try. Such a test waits for the wrong thing and is to be
 * mended; it says nothing about the change under test, so it does not fail the run, and it is never hidden either.
 */
export default class SecondTries implements Reporter {
  readonly #found: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#found.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#found.length === 0) return;
    console.log(`\nPassed only at the second try (${this.#found.length}), to be mended:`);
    for (const name of this.#found) console.log(`  ${name}`);
  }
}
