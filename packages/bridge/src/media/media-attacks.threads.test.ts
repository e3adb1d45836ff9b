import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { elsewhere, folder, MediaPage, rig, uploadFolders } from "./media.test-support.ts";
import type { ListedRecording } from "./messages.ts";

/** Rows of docs/security.md. */
describe("attempts against the recordings", () => {
  test("a page asks for a file outside of the folders of recordings", async () => {
    await using given = await rig({ media: { folders: [join(folder, "drives")] } });
    using media = new MediaPage(given.bridge);
    const secret = join(elsewhere, "secret.mcap");
    for (const recording of [
      secret,
      "../elsewhere/secret.mcap",
      "drives/../../elsewhere/secret.mcap",
      "link.mcap",
      "",
      "first.mcap\0",
    ])
      for (const what of ["open", "trace"]) {
        const { error } = await media.ask({ do: what, recording });
        expect(error?.code).toBe("BRIDGE_NO_SUCH");
      }
    expect(given.deck.replay.recording.files).toEqual([join(folder, "drives", "first.mcap")]);
  });

  test("a recording that is sent is too long, or longer than announced", async () => {
    await using given = await rig({ media: { uploadBytes: 100_000 } });
    using media = new MediaPage(given.bridge);
    expect((await media.ask({ do: "upload", name: "huge.bag", bytes: 100_001 })).error?.code).toBe(
      "BRIDGE_UPLOAD_SIZE",
    );
    expect((await media.ask({ do: "upload", name: "none.bag", bytes: 0 })).error?.code).toBe("BRIDGE_UPLOAD");
    expect((await media.ask({ do: "upload", name: "liar.bag", bytes: 10 })).error).toBeUndefined();
    media.socket.send(Buffer.alloc(11));
    await expect.poll(() => media.errors).toEqual(["BRIDGE_UPLOAD"]);
    expect((await media.ask({ do: "uploaded" })).error?.code).toBe("BRIDGE_UPLOAD");
    media.socket.send(Buffer.alloc(2 * 1024 * 1024)); // longer than any message of the protocol
    await once(media.socket, "close");
  });

  test("a page sends half a recording and leaves", async () => {
    const before = uploadFolders();
    await using given = await rig();
    const media = new MediaPage(given.bridge);
    await media.ask({ do: "upload", name: "half.bag", bytes: 1000 });
    media.socket.send(Buffer.alloc(500));
    await expect.poll(() => media.written).toEqual([500]);
    const [made] = uploadFolders().filter((name) => !before.includes(name));
    expect(readdirSync(join(tmpdir(), made!))).toHaveLength(1);
    media.socket.terminate();
    await expect.poll(() => readdirSync(join(tmpdir(), made!))).toEqual([]);
  });

  test("a viewer opens or sends a recording, a foreign page connects", async () => {
    const token = "t".repeat(32);
    const viewerToken = "v".repeat(32);
    await using given = await rig({ security: { tokenNeeded: true, token, viewerToken } });
    using media = new MediaPage(given.bridge, { Authorization: `Bearer ${viewerToken}` });
    const { answer } = await media.ask({ do: "list" });
    expect(answer).toMatchObject({ canOpen: false, uploadBytes: 0 });
    const { id } = answer.recordings.find(({ name }: ListedRecording) => name === "second.mcap");
    expect((await media.ask({ do: "open", recording: id })).error?.code).toBe("BRIDGE_NOT_ALLOWED");
    expect((await media.ask({ do: "upload", name: "a.bag", bytes: 10 })).error?.code).toBe("BRIDGE_NOT_ALLOWED");
    expect((await media.ask({ do: "trace", recording: id })).answer.timeS.length).toBeGreaterThan(100);
    using foreign = new MediaPage(given.bridge, { Origin: "https://elsewhere.example" });
    const [refused] = (await once(foreign.socket, "unexpected-response").then(([, response]) => [response])) as any[];
    expect(refused.statusCode).toBe(403);
  });

  test("a page sends nonsense where recordings are opened", async () => {
    await using given = await rig();
    using media = new MediaPage(given.bridge);
    expect((await media.ask({ do: "format the disk" })).error?.code).toBe("BRIDGE_MALFORMED");
    const closed = once(media.socket, "close");
    for (let i = 0; i < 60; i++) media.socket.send("{");
    expect((await closed)[0]).toBe(1008);
  });
});
